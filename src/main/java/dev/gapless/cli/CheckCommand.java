package dev.gapless.cli;

import dev.gapless.rule.Rule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
          + " left out. Each object is judged with what stands around it among the manifests, such as"
          + " Services and Namespaces.",
      "",
      "What helm template or a kustomization with originAnnotations prints can be piped in:"
          + " findings then name the template.",
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
      arity = "1",
      description = "Files, folders, or - for standard input.")
  private List<Path> paths = new ArrayList<>();

  @Option(
      names = "--why",
      description = "Also say of each object what gapless why says; in text and JSON.")
  private boolean why;

  @Mixin private ReportOptions reporting = new ReportOptions();

  @Mixin private JudgingOptions judging = new JudgingOptions();

  CheckCommand(Shell shell, List<Rule> rules) {
    this.shell = shell;
    this.rules = rules;
  }

  @Override
  public Integer call() {
    FilesToWrite written = reporting.filesToWrite(shell);
    paths.forEach(it -> written.demandApartFrom("PATH", it));
    judging.policies().demandApartFrom(written);
    ReportOptions.Printer printer = reporting.printer(shell, rules);
    var judge = new FileJudge(shell, rules, judging);
    return printer.print(why ? judge.explainedReport(paths) : judge.report(paths));
  }
}
