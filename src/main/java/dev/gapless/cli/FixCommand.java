package dev.gapless.cli;

import dev.gapless.engine.Consequence;
import dev.gapless.manifest.ManifestReader;
import dev.gapless.rule.Rule;
import java.nio.file.Path;
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
      "Makes the changes in manifests that the webhook would make in objects.",
      "",
      "Without --write no file is changed: the manifests are printed. What needs no change is"
          + " printed as it is; where something changes, comments, order and quoting stay as far as"
          + " possible.",
      "",
      "With --write nothing but what must change does change. A file in which that is impossible"
          + " (the value stands behind an anchor that is used twice, or the file is a template) is"
          + " named with its line and left alone.",
      ""
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:with --write, a file was left alone that cannot be edited in place",
      "2:something could not be read or written, or the command is wrong"
    })
final class FixCommand implements Callable<Integer> {
  private final Shell shell;
  private final List<Rule> rules;

  @Parameters(
      paramLabel = "PATH",
      arity = "1",
      description = "Files, folders, or - for standard input.")
  private List<Path> paths = new ArrayList<>();

  @Option(names = "--diff", description = "Print a unified diff instead; with --write, besides.")
  private boolean diff;

  @Option(names = "--write", description = "Change the files themselves instead.")
  private boolean write;

  @Option(
      names = "--interactive",
      description = "With --write: show what would change in each file and ask.")
  private boolean interactive;

  @Mixin private JudgingOptions judging = new JudgingOptions();

  FixCommand(Shell shell, List<Rule> rules) {
    this.shell = shell;
    this.rules = rules;
  }

  @Override
  public Integer call() {
    demandSense();
    var judge = new FileJudge(shell, rules, judging);
    if (write) {
      return write(judge);
    }
    var printer = new Printer();
    CheckReport report =
        judge.judgeEach(
            paths,
            file -> {
              String fixed = FixedText.of(file);
              if (diff) {
                shell.out().print(UnifiedDiff.of(file.file().name(), file.file().text(), fixed));
              } else {
                printer.print(fixed);
              }
            });
    notDone(report);
    left(report);
    return report.complete() ? ExitCode.CLEAN : ExitCode.FAILED;
  }

  private void demandSense() {
    if (interactive && !write) {
      throw new UsageException("--interactive asks before it writes: it needs --write");
    }
    if (write && paths.contains(ManifestReader.STDIN)) {
      throw new UsageException("--write changes files, and - is none: leave one of the two out");
    }
    if (interactive && !(shell.inIsTerminal() && shell.errIsTerminal())) {
      throw new UsageException(
          "--interactive asks on a terminal, and there is none: leave it out, or use --diff");
    }
  }

  private int write(FileJudge judge) {
    var fix = new InPlaceFix(shell, diff, interactive);
    CheckReport report = judge.judgeEach(paths, file -> fix.fix(file, FixedText.changes(file)));
    notDone(report);
    left(report);
    shell.out().println(fix.summary());
    if (!report.complete() || fix.failed()) {
      return ExitCode.FAILED;
    }
    return fix.leftAny() ? ExitCode.FINDINGS : ExitCode.CLEAN;
  }

  private void notDone(CheckReport report) {
    TextReport.skips(report).forEach(shell.err()::println);
    TextReport.errorsWithExcerpts(report).forEach(shell.err()::println);
  }

  private void left(CheckReport report) {
    long left =
        report.findings().stream().filter(it -> it.consequence() != Consequence.PATCHED).count();
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
