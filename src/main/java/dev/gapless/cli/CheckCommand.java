package dev.gapless.cli;

import dev.gapless.rule.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

  @Mixin private ReportOptions reporting = new ReportOptions();

  @Mixin private JudgingOptions judging = new JudgingOptions();

  CheckCommand(Shell shell, List<Rule> rules) {
    this.shell = shell;
    this.rules = rules;
  }

  @Override
  public Integer call() {
    CheckReport report = CheckReport.of(new FileJudge(shell, rules, judging).judge(paths));
    switch (reporting.output()) {
      case TEXT -> text(report);
      case JSON -> ReportOptions.print(shell, JsonReport.of(report));
      case SARIF -> ReportOptions.print(shell, SarifReport.of(report, rules));
    }
    TextReport.errors(report).forEach(shell.err()::println);
    return reporting.exitCode(report, report.findings());
  }

  private void text(CheckReport report) {
    reporting.printFindings(shell, report, report.findings());
    if (!reporting.quiet()) {
      shell.out().println(TextReport.summary(report));
    }
  }
}
