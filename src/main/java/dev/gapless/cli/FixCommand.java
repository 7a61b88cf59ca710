package dev.gapless.cli;

import dev.gapless.engine.Consequence;
import dev.gapless.rule.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `gapless fix`: does to manifests what the webhook would do to objects.
@Command(
    name = "fix",
    mixinStandardHelpOptions = true,
    description = {
      "Prints manifests with the changes that the webhook would make.",
      "",
      "No file is changed. What needs no change is printed as it is; where something changes,"
          + " comments, order and quoting stay as far as possible.",
      ""
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:done", "2:something could not be read, or the command is wrong"})
final class FixCommand implements Callable<Integer> {
  private final Shell shell;
  private final List<Rule> rules;

  @Parameters(
      paramLabel = "PATH",
      arity = "1..*",
      description = "Files, folders, or - for standard input.")
  private List<String> paths = new ArrayList<>();

  @Option(names = "--diff", description = "Print a unified diff instead.")
  private boolean diff;

  @Mixin private JudgingOptions judging = new JudgingOptions();

  FixCommand(Shell shell, List<Rule> rules) {
    this.shell = shell;
    this.rules = rules;
  }

  @Override
  public Integer call() {
    List<JudgedFile> files = new FileJudge(shell, rules, judging).judge(paths);
    var printer = new Printer();
    for (JudgedFile file : files) {
      String fixed = FixedText.of(file);
      if (diff) {
        String name = Printable.of(file.file().name());
        String path = name.startsWith("/") ? name.substring(1) : name;
        shell.out().print(UnifiedDiff.of("a/" + path, file.file().text(), "b/" + path, fixed));
      } else {
        printer.print(fixed);
      }
    }
    CheckReport report = CheckReport.of(files);
    TextReport.errors(report).forEach(shell.err()::println);
    left(report);
    return report.complete() ? ExitCode.CLEAN : ExitCode.FAILED;
  }

  private void left(CheckReport report) {
    long left =
        report.findings().stream()
            .filter(it -> it.judgement().consequence() != Consequence.PATCHED)
            .count();
    if (left > 0) {
      shell
          .err()
          .println(
              Words.count(left, "finding")
                  + (left == 1 ? " is" : " are")
                  + " left for the author: gapless check shows "
                  + (left == 1 ? "it" : "them"));
    }
  }

  /// Prints files one after the other, so that they are one stream of documents.
  private final class Printer {
    private boolean open;

    void print(String text) {
      if (text.isBlank()) {
        return;
      }
      if (open && !text.startsWith("---")) {
        shell.out().print("---\n");
      }
      shell.out().print(text);
      shell.out().print(text.endsWith("\n") ? "" : "\n");
      open = true;
    }
  }
}
