package dev.gapless.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.engine.Consequence;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/// The options by which findings are told, and what follows from them.
final class ReportOptions {
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
      names = {"-q", "--quiet"},
      description = "Print findings only: no summary, no word on what was skipped.")
  private boolean quiet;

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

  Output output() {
    return output;
  }

  boolean quiet() {
    return quiet;
  }

  /// What the process's end says.
  ///
  /// @param counted the findings that may make it fail
  int exitCode(CheckReport report, List<CheckReport.Entry> counted) {
    if (!report.complete()) {
      return ExitCode.FAILED;
    }
    boolean found = counted.stream().anyMatch(it -> failOn.asksFor(it.judgement().consequence()));
    return found ? ExitCode.FINDINGS : ExitCode.CLEAN;
  }

  /// Prints findings for people, and what was skipped.
  void printFindings(Shell shell, CheckReport report, List<CheckReport.Entry> findings) {
    var text = new TextReport(coloured(shell));
    findings.forEach(it -> shell.out().println(text.line(it)));
    if (!quiet) {
      report.skipped().stream()
          .filter(it -> it.reason().worthTelling())
          .forEach(it -> shell.err().println(TextReport.line(it)));
    }
  }

  /// Prints a report for programs.
  static void print(Shell shell, ObjectNode tree) {
    try {
      shell
          .out()
          .println(new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(tree));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("cannot write the report", e);
    }
  }

  private boolean coloured(Shell shell) {
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
