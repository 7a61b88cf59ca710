package dev.gapless.cli;

import dev.gapless.rule.Rule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `gapless baseline`: writes down what is found today, so that only what is new fails.
@Command(
    name = "baseline",
    mixinStandardHelpOptions = true,
    description = {
      "Writes all findings in manifests to a file, for gapless check --baseline.",
      "",
      "A finding is known again by its object, rule and field: lines, files and the order of list"
          + " elements with names may change.",
      ""
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:written",
      "2:something could not be read, or the command is wrong; nothing was written"
    })
final class BaselineCommand implements Callable<Integer> {
  private final Shell shell;
  private final List<Rule> rules;

  @Parameters(
      paramLabel = "PATH",
      arity = "1",
      description = "Files, folders, or - for standard input.")
  private List<Path> paths = new ArrayList<>();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "The file to write (default: standard output).")
  private Optional<Path> output = Optional.empty();

  @Mixin private JudgingOptions judging = new JudgingOptions();

  BaselineCommand(Shell shell, List<Rule> rules) {
    this.shell = shell;
    this.rules = rules;
  }

  @Override
  public Integer call() {
    var written = new FilesToWrite(shell.directory());
    output.ifPresent(it -> written.add("-o ", it));
    paths.forEach(it -> written.demandApartFrom("PATH", it));
    judging.policies().demandApartFrom(written);
    CheckReport report = new FileJudge(shell, rules, judging).report(paths);
    TextReport.errorsWithExcerpts(report).forEach(shell.err()::println);
    if (!report.complete()) {
      return ExitCode.FAILED;
    }
    var baseline = Baseline.of(report);
    if (output.isEmpty()) {
      baseline.print(shell.out());
      return ExitCode.CLEAN;
    }
    WholeFile.write(shell.directory().resolve(output.get()), baseline::print);
    shell
        .err()
        .println(
            Words.count(baseline.size(), "finding")
                + " written to "
                + Printable.of(output.get().toString()));
    return ExitCode.CLEAN;
  }
}
