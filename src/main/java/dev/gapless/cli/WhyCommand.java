package dev.gapless.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.cluster.ClusterReader;
import dev.gapless.engine.Engine;
import dev.gapless.engine.Explanation;
import dev.gapless.engine.JudgedKinds;
import dev.gapless.rule.Rule;
import dev.gapless.workload.KubernetesObject;
import dev.gapless.workload.KubernetesVersion;
import dev.gapless.workload.UnreadableObjectException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `gapless why`: which policy governs a workload, and what each rule may do about it.
@Command(
    name = "why",
    mixinStandardHelpOptions = true,
    description = {
      "Says which policy governs an object, each rule's mode there, and why.",
      "",
      "Of an object in a cluster (deployment/NAME, statefulset/NAME, daemonset/NAME, rollout/NAME,"
          + " service/NAME, hpa/NAME, pdb/NAME), by the cluster's RolloutPolicies, or with -f of manifests.",
      ""
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:said", "2:something could not be read, or the command is wrong"})
final class WhyCommand implements Callable<Integer> {
  private final Shell shell;
  private final List<Rule> rules;

  @Parameters(
      paramLabel = "KIND/NAME",
      arity = "0..*",
      completionCandidates = Completions.Kinds.class,
      description = "The object in a cluster.")
  private List<String> target = new ArrayList<>();

  @Option(
      names = {"-f", "--filename"},
      paramLabel = "PATH",
      description = "Files, folders, or - for standard input, instead of an object in a cluster.")
  private List<Path> paths = new ArrayList<>();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "text or json (default: text).")
  private Output output = Output.TEXT;

  @Mixin private LiveOptions live = new LiveOptions();

  @Mixin private PolicyOptions policies = new PolicyOptions();

  WhyCommand(Shell shell, List<Rule> rules) {
    this.shell = shell;
    this.rules = rules;
  }

  /// The forms of output.
  enum Output {
    TEXT,
    JSON;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public Integer call() {
    return LiveTarget.isAsked(target, paths) ? live() : files();
  }

  private int live() {
    LiveTarget wanted = LiveTarget.of(target);
    try (ClusterReader cluster = live.open(shell)) {
      LiveWorkload found =
          LiveWorkload.read(cluster, live.namespace(cluster), shell, policies, rules, wanted);
      KubernetesObject object = JudgedKinds.read(found.tree()).orElseThrow();
      print(
          List.of(
              new Engine(rules)
                  .explain(object, found.namespace(), shell.today(), found.policies())),
          found.setAside(),
          found.heldBack());
      found.remarks().forEach(it -> shell.err().println(Printable.of(it)));
      return ExitCode.CLEAN;
    } catch (UnreadableObjectException unreadable) {
      throw new UsageException(unreadable.path() + ": " + unreadable.getMessage());
    }
  }

  private int files() {
    var judge = new FileJudge(shell, rules, policies, KubernetesVersion.NEWEST_KNOWN);
    List<JudgedFile> files = judge.judge(paths);
    CheckReport report = CheckReport.of(files);
    print(judge.explanations(files), List.of(), List.of());
    TextReport.errors(report).forEach(shell.err()::println);
    TextReport.skips(report).forEach(shell.err()::println);
    return report.complete() ? ExitCode.CLEAN : ExitCode.FAILED;
  }

  private void print(List<Explanation> explanations, List<String> setAside, List<String> heldBack) {
    switch (output) {
      case TEXT ->
          shell.out().print(String.join("\n", explanations.stream().map(WhyReport::text).toList()));
      case JSON -> {
        ObjectNode root = JsonNodeFactory.instance.objectNode().put("version", 1);
        ArrayNode objects = root.putArray("objects");
        explanations.forEach(it -> objects.add(WhyReport.json(it)));
        ArrayNode aside = root.putArray("setAside");
        setAside.forEach(aside::add);
        ArrayNode held = root.putArray("heldBack");
        heldBack.forEach(held::add);
        shell.out().println(root.toPrettyString());
      }
    }
  }
}
