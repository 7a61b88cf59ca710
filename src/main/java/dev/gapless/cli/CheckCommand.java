package dev.gapless.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.engine.Consequence;
import dev.gapless.engine.Explanation;
import dev.gapless.rule.Rule;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `gapless check`: says what the webhook would say.
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = {
      "Judges manifests as the webhook would judge them.",
      "",
      "Reads YAML and JSON as kubectl does; of folders every .yaml, .yml and .json file, hidden ones"
          + " left out. Services and Namespaces among the manifests are taken into account.",
      ""
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:nothing was found that --fail-on asks for",
      "1:something was found",
      "2:something could not be read, or the command is wrong"
    })
final class CheckCommand implements Callable<Integer> {
  private final Shell shell;
  private final List<Rule> rules;

  @Parameters(
      paramLabel = "PATH",
      arity = "1..*",
      description = "Files, folders, or - for standard input.")
  private List<String> paths = new ArrayList<>();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "text, json or sarif (default: text).")
  private Output output = Output.TEXT;

  @Option(
      names = "--fail-on",
      paramLabel = "WHAT",
      description =
          "deny: exit 1 when something is denied; warn: also on warnings; any: on every finding"
              + " (default: deny).")
  private FailOn failOn = FailOn.DENY;

  @Option(
      names = "--color",
      paramLabel = "WHEN",
      description =
          "auto, always or never (default: auto, which is on a terminal unless NO_COLOR is set).")
  private Colour colour = Colour.AUTO;

  @Option(
      names = "--why",
      description = "Also say of each object what gapless why says; in text and JSON.")
  private boolean why;

  @Option(
      names = {"-q", "--quiet"},
      description = "Print findings only: no summary, no word on what was skipped.")
  private boolean quiet;

  @Mixin private JudgingOptions judging = new JudgingOptions();

  CheckCommand(Shell shell, List<Rule> rules) {
    this.shell = shell;
    this.rules = rules;
  }

  /// The forms of output.
  enum Output {
    TEXT,
    JSON,
    SARIF;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// When findings make the command fail.
  enum FailOn {
    DENY(Consequence.DENIED),
    WARN(Consequence.WARNED),
    ANY(Consequence.RECORDED);

    private final Consequence least;

    FailOn(Consequence least) {
      this.least = least;
    }

    boolean asksFor(Consequence consequence) {
      return switch (this) {
        case DENY, ANY -> consequence.compareTo(least) >= 0;
        case WARN -> consequence == Consequence.WARNED || consequence == Consequence.DENIED;
      };
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// When output is coloured.
  enum Colour {
    AUTO,
    ALWAYS,
    NEVER;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public Integer call() {
    var judge = new FileJudge(shell, rules, judging);
    List<JudgedFile> files = judge.judge(paths);
    CheckReport report = CheckReport.of(files);
    List<Explanation> explanations = why ? judge.explanations(files) : List.of();
    switch (output) {
      case TEXT -> {
        explanations.forEach(it -> shell.out().println(WhyReport.text(it)));
        text(report);
      }
      case JSON -> {
        ObjectNode tree = JsonReport.of(report);
        if (why) {
          ArrayNode list = tree.putArray("why");
          explanations.forEach(it -> list.add(WhyReport.json(it)));
        }
        tree(tree);
      }
      case SARIF -> tree(SarifReport.of(report, rules));
    }
    TextReport.errors(report).forEach(shell.err()::println);
    if (!report.complete()) {
      return ExitCode.FAILED;
    }
    boolean found =
        report.findings().stream().anyMatch(it -> failOn.asksFor(it.judgement().consequence()));
    return found ? ExitCode.FINDINGS : ExitCode.CLEAN;
  }

  private void text(CheckReport report) {
    var text = new TextReport(coloured());
    report.findings().forEach(it -> shell.out().println(text.line(it)));
    report.remarks().forEach(it -> shell.out().println(TextReport.line(it)));
    if (quiet) {
      return;
    }
    report.skipped().stream()
        .filter(it -> it.reason().worthTelling())
        .forEach(it -> shell.err().println(TextReport.line(it)));
    shell.out().println(TextReport.summary(report));
  }

  private void tree(ObjectNode tree) {
    try {
      shell
          .out()
          .println(new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(tree));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("cannot write the report", e);
    }
  }

  private boolean coloured() {
    return switch (colour) {
      case ALWAYS -> true;
      case NEVER -> false;
      case AUTO ->
          shell.outIsTerminal()
              && shell.environment().getOrDefault("NO_COLOR", "").isEmpty()
              && !shell.environment().getOrDefault("TERM", "").equals("dumb");
    };
  }
}
