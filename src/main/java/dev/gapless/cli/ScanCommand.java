package dev.gapless.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.cluster.ApiLists;
import dev.gapless.cluster.ClusterAccess;
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
      "Judges the workloads of a live cluster as if they were rolled out now.",
      "",
      "Reads Deployments, StatefulSets and DaemonSets, the Services and Namespaces around them and"
          + " the cluster's RolloutPolicies; nothing is changed. Without RolloutPolicies in the"
          + " cluster the built-in policy holds, as in check.",
      ""
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:nothing was found that --fail-on asks for",
      "1:something was found; with --against, something new",
      "2:something could not be read, or the command is wrong"
    })
final class ScanCommand implements Callable<Integer> {
  private static final String DEFAULT_NAMESPACE = "default";

  private final Shell shell;
  private final List<Rule> rules;

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAME",
      description = "The namespace to look at (default: the kubeconfig's, else default).")
  private Optional<String> namespace = Optional.empty();

  @Option(
      names = {"-A", "--all-namespaces"},
      description = "Look at all namespaces, whatever -n says.")
  private boolean allNamespaces;

  @Option(
      names = {"-l", "--selector"},
      paramLabel = "SELECTOR",
      description = "Only workloads with these labels, such as app=web,tier!=db.")
  private Optional<String> selector = Optional.empty();

  @Option(
      names = "--context",
      paramLabel = "NAME",
      description = "The kubeconfig's context (default: its current one).")
  private Optional<String> context = Optional.empty();

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description = "The kubeconfig (default: $KUBECONFIG, else ~/.kube/config).")
  private Optional<Path> kubeconfig = Optional.empty();

  @Option(
      names = "--policy",
      paramLabel = "FILE",
      description = "Judge by the policies of this file instead of the cluster's.")
  private Optional<Path> policy = Optional.empty();

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

  @Mixin private ReportOptions reporting = new ReportOptions();

  ScanCommand(Shell shell, List<Rule> rules) {
    this.shell = shell;
    this.rules = rules;
  }

  @Override
  public Integer call() {
    Optional<SavedScan> earlier = against.map(it -> SavedScan.read(shell.directory(), it));
    Optional<Policies> given = policy.map(it -> PolicyFile.read(shell.directory(), it, rules));
    Config config = config();
    ScanScope scope =
        new ScanScope(allNamespaces ? Optional.empty() : Optional.of(namespace(config)), selector);
    CheckReport report;
    try (ApiLists lists = ApiLists.open(config)) {
      KubernetesVersion kubernetes = version(lists);
      var problems = new ArrayList<ReadProblem>();
      Policies policies = given.orElseGet(() -> ofCluster(lists, problems));
      report = new ClusterScan(shell, lists, scope, rules, policies, kubernetes).run(problems);
    }
    Optional<SavedScan.Comparison> comparison = earlier.map(it -> compare(it, scope, report));
    print(report, comparison);
    TextReport.errors(report).forEach(shell.err()::println);
    save.ifPresent(it -> save(it, scope, report));
    return reporting.exitCode(report, counted(report, comparison));
  }

  private Config config() {
    try {
      return ClusterAccess.likeKubectl(
              kubeconfig.map(shell.directory()::resolve), context, shell.environment())
          .config()
          .orElseThrow(() ->
              new UsageException(
                  "there is no kubeconfig, neither in $KUBECONFIG nor at ~/.kube/config; name one"
                      + " with --kubeconfig"));
    } catch (IllegalArgumentException e) {
      throw new UsageException(Printable.of(String.valueOf(e.getMessage())));
    }
  }

  private String namespace(Config config) {
    return namespace.orElseGet(() ->
        Optional.ofNullable(config.getNamespace())
            .filter(it -> !it.isEmpty())
            .orElse(DEFAULT_NAMESPACE));
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

  private static List<CheckReport.Entry> counted(
      CheckReport report, Optional<SavedScan.Comparison> comparison) {
    if (comparison.isEmpty()) {
      return report.findings();
    }
    var counted = new ArrayList<CheckReport.Entry>();
    for (int i = 0; i < report.findings().size(); i++) {
      if (comparison.get().isNew().get(i)) {
        counted.add(report.findings().get(i));
      }
    }
    return counted;
  }

  private void print(CheckReport report, Optional<SavedScan.Comparison> comparison) {
    switch (reporting.output()) {
      case TEXT -> text(report, comparison);
      case JSON -> ReportOptions.print(shell, json(report, comparison));
      case SARIF -> ReportOptions.print(shell, sarif(report, comparison));
    }
  }

  private void text(CheckReport report, Optional<SavedScan.Comparison> comparison) {
    reporting.printFindings(shell, report, counted(report, comparison));
    if (reporting.quiet()) {
      return;
    }
    comparison.ifPresent(
        it -> it.gone().forEach(gone -> shell.out().println(Printable.of("gone: " + gone))));
    List<String> table = ScanSummary.of(report.findings()).lines();
    if (!table.isEmpty()) {
      shell.out().println();
      table.forEach(it -> shell.out().println(Printable.of(it)));
      shell.out().println();
    }
    comparison.ifPresent(it ->
        shell
            .out()
            .println(
                "compared with the saved scan: "
                    + it.newOnes()
                    + " new, "
                    + it.gone().size()
                    + " gone, "
                    + it.same()
                    + " the same"));
    shell.out().println(TextReport.summary(report));
  }

  private static ObjectNode json(CheckReport report, Optional<SavedScan.Comparison> comparison) {
    ObjectNode root = JsonReport.of(report);
    ScanSummary.of(report.findings()).addTo(root.putArray("namespaces"));
    comparison.ifPresent(it -> {
      ObjectNode compared =
          root.putObject("comparison")
              .put("new", it.newOnes())
              .put("gone", it.gone().size())
              .put("same", it.same());
      ArrayNode gone = compared.putArray("goneFindings");
      it.gone().forEach(one -> gone.add(one.json()));
      mark(root.withArray("findings"), "state", it, "new", "same");
    });
    return root;
  }

  private ObjectNode sarif(CheckReport report, Optional<SavedScan.Comparison> comparison) {
    ObjectNode log = SarifReport.of(report, rules);
    comparison.ifPresent(
        it -> mark(log.withArray("/runs/0/results"), "baselineState", it, "new", "unchanged"));
    return log;
  }

  private static void mark(
      ArrayNode findings,
      String member,
      SavedScan.Comparison comparison,
      String isNew,
      String isSame) {
    for (int i = 0; i < findings.size(); i++) {
      if (findings.get(i) instanceof ObjectNode finding) {
        finding.put(member, comparison.isNew().get(i) ? isNew : isSame);
      }
    }
  }
}
