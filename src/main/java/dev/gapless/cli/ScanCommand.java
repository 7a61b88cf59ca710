package dev.gapless.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.cluster.ApiLists;
import dev.gapless.manifest.ReadProblem;
import dev.gapless.policy.Policies;
import dev.gapless.rule.Rule;
import dev.gapless.workload.KubernetesVersion;
import io.fabric8.kubernetes.client.Config;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `gapless scan`: says of a live cluster what `check` says of files.
@Command(
    name = "scan",
    mixinStandardHelpOptions = true,
    description = {
      "Judges the objects of a live cluster, workloads as if they were rolled out now.",
      "",
      "Judges Deployments, StatefulSets, DaemonSets, Argo's Rollouts, Services,"
          + " HorizontalPodAutoscalers and PodDisruptionBudgets by the cluster's RolloutPolicies;"
          + " nothing is changed. Without RolloutPolicies in the cluster the built-in policy holds,"
          + " as in check.",
      ""
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:nothing was found that --fail-on asks for",
      "1:something was found; with --against, something new",
      "2:something could not be read, or the command is wrong"
    })
final class ScanCommand implements Callable<Integer> {
  private final Shell shell;
  private final List<Rule> rules;

  @Option(
      names = {"-A", "--all-namespaces"},
      description = "Look at all namespaces, whatever -n says.")
  private boolean allNamespaces;

  @Option(
      names = {"-l", "--selector"},
      paramLabel = "SELECTOR",
      description = "Only objects with these labels, such as app=web,tier!=db.")
  private Optional<String> selector = Optional.empty();

  @Option(
      names = "--save",
      paramLabel = "FILE",
      description = "Write the findings to this file, for a later --against.")
  private Optional<Path> save = Optional.empty();

  @Option(
      names = "--against",
      paramLabel = "FILE",
      description = "Compare with a saved scan: only what is new is printed and fails.")
  private Optional<Path> against = Optional.empty();

  @Mixin private LiveOptions live = new LiveOptions();

  @Mixin private ReportOptions reporting = new ReportOptions();

  @Mixin private JudgingOptions judging = new JudgingOptions();

  ScanCommand(Shell shell, List<Rule> rules) {
    this.shell = shell;
    this.rules = rules;
  }

  @Override
  public Integer call() {
    if (against.isPresent() && reporting.hasBaseline()) {
      throw new UsageException(
          "--against and --baseline both say what is known: leave one of the two out");
    }
    selector.ifPresent(it -> SelectorSyntax.demand("-l", it));
    demandSafeFiles();
    ReportOptions.Printer printer = reporting.printer(shell, rules);
    Optional<SavedScan> earlier = against.map(it -> SavedScan.read(shell.directory(), it));
    Optional<Policies> given = judging.policies().given(shell.directory(), rules);
    Config config = live.config(shell);
    ScanScope scope =
        new ScanScope(
            allNamespaces ? Optional.empty() : Optional.of(live.namespace(config)), selector);
    CheckReport report = report(config, scope, given);
    Optional<SavedScan.Comparison> comparison = earlier.map(it -> compare(it, scope, report));
    int exitCode =
        printer.print(
            report.with(new CheckReport.Scan(ScanSummary.of(report.findings()), comparison)));
    save.ifPresent(it -> save(it, scope, report));
    return exitCode;
  }

  private void demandSafeFiles() {
    FilesToWrite written = reporting.filesToWrite(shell);
    against.ifPresent(it -> written.demandApartFrom("--against", it));
    // Behind it, for one scan after the other may be compared with the last.
    save.ifPresent(it -> written.add("--save ", it));
    reporting.demandBaselineApartFrom(written);
    judging.policies().demandApartFrom(written);
    live.demandApartFrom(written);
  }

  private CheckReport report(Config config, ScanScope scope, Optional<Policies> given) {
    try (ApiLists lists = ApiLists.open(config);
        var progress = new Progress(shell)) {
      KubernetesVersion kubernetes =
          judging.kubernetesVersion(shell).orElseGet(() -> version(lists));
      var problems = new ArrayList<ReadProblem>();
      Policies policies = given.orElseGet(() -> ofCluster(lists, problems));
      return new ClusterScan(
              shell,
              progress,
              lists,
              scope,
              rules,
              policies,
              kubernetes,
              judging.policies().namespaceLabels(),
              this::remark)
          .run(problems);
    }
  }

  private void remark(String text) {
    if (!reporting.quiet()) {
      shell.err().println(Printable.of(text));
    }
  }

  private static KubernetesVersion version(ApiLists lists) {
    var version = new AtomicReference<Optional<KubernetesVersion>>(Optional.empty());
    ApiLists.Answer answer = lists.read("/version", it -> version.set(version(it)));
    String why = answer.obstacle().orElse("it does not tell its version");
    return version
        .get()
        .orElseThrow(() ->
            new UsageException(
                "cannot ask the API server " + lists.server() + ": " + Printable.of(why)));
  }

  private static Optional<KubernetesVersion> version(JsonNode answer) {
    return KubernetesVersion.parse(
        answer.path("major").asText() + "." + answer.path("minor").asText());
  }

  private Policies ofCluster(ApiLists lists, List<ReadProblem> problems) {
    ClusterPolicies policies = ClusterPolicies.read(lists, rules);
    problems.addAll(policies.problems());
    if (policies.known().isEmpty() && policies.problems().isEmpty() && !reporting.quiet()) {
      shell.err().println("the cluster knows no RolloutPolicy: judged by the built-in policy");
    }
    return policies.inForce();
  }

  private SavedScan.Comparison compare(SavedScan earlier, ScanScope scope, CheckReport report) {
    if (!earlier.scope().equals(scope)) {
      shell
          .err()
          .println(
              Printable.of(
                  "compared with a scan of something else: that was "
                      + earlier.scope()
                      + ", this is "
                      + scope));
    }
    SavedScan.Comparison comparison = earlier.compare(report);
    // What could not be read has not gone.
    return report.complete() ? comparison : new SavedScan.Comparison(comparison.isNew(), List.of());
  }

  private void save(Path file, ScanScope scope, CheckReport report) {
    if (report.complete()) {
      SavedScan.of(scope, report).write(shell.directory(), file);
    } else {
      shell.err().println(file + ": not written, for the scan is incomplete");
    }
  }
}
