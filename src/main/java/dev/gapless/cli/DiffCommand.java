package dev.gapless.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.cli.JudgedFile.JudgedObject;
import dev.gapless.cluster.ClusterReader;
import dev.gapless.engine.Engine;
import dev.gapless.engine.Evaluation;
import dev.gapless.engine.Review;
import dev.gapless.manifest.YamlWriter;
import dev.gapless.neighbour.Surroundings;
import dev.gapless.patch.StrategicMerge;
import dev.gapless.rule.Rule;
import dev.gapless.workload.Authorship;
import dev.gapless.workload.FieldPath;
import dev.gapless.workload.Injected;
import dev.gapless.workload.WorkloadReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `gapless diff`: what Gapless would change, were every rule that is at least audited fixing.
@Command(
    name = "diff",
    mixinStandardHelpOptions = true,
    description = {
      "Shows what Gapless would change, were every rule that is at least audited fixing.",
      "",
      "Of an object in a cluster (deployment/NAME, statefulset/NAME, daemonset/NAME, rollout/NAME,"
          + " service/NAME, hpa/NAME, pdb/NAME), by the cluster's RolloutPolicies, or with -f of manifests. Nothing is changed.",
      ""
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:nothing would change",
      "1:something would",
      "2:something could not be read, or the command is wrong"
    })
final class DiffCommand implements Callable<Integer> {
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
      description =
          "diff or kustomize (default: diff): a unified diff, or a patch for a kustomization in your"
              + " repository.")
  private Output output = Output.DIFF;

  @Mixin private LiveOptions live = new LiveOptions();

  @Mixin private JudgingOptions judging = new JudgingOptions();

  DiffCommand(Shell shell, List<Rule> rules) {
    this.shell = shell;
    this.rules = rules;
  }

  /// The forms of output.
  enum Output {
    DIFF,
    KUSTOMIZE;

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
          LiveWorkload.read(
              cluster, live.namespace(cluster), shell, judging.policies(), rules, wanted);
      found.remarks().forEach(this::tell);
      var review =
          new Review(
              found.tree(),
              Optional.empty(),
              Authorship.Source.API_SERVER,
              found.namespace(),
              around(cluster, found.tree()),
              judging.kubernetesVersion(shell).orElseGet(cluster::version),
              shell.today());
      return switch (new Engine(rules).evaluateAsIfFixing(review, found.policies())) {
        case Evaluation.NotJudged(String reason) -> {
          tell("not judged: " + reason);
          yield ExitCode.CLEAN;
        }
        case Evaluation.Unreadable(var path, String message) ->
            throw new UsageException(path + ": " + message);
        case Evaluation.Judged judged -> live(found.tree(), judged);
      };
    }
  }

  // What may not be read, rules go without.
  private static Surroundings around(ClusterReader cluster, JsonNode tree) {
    var surroundings = new FileSurroundings(List.of(), Map.of());
    new ClusterNeighbours(cluster.lists(), _ -> {})
        .read(Optional.of(tree.path("metadata").path("namespace").asText()), surroundings);
    return surroundings.around();
  }

  private int live(JsonNode tree, Evaluation.Judged judged) {
    judged
        .object()
        .metadata()
        .controller()
        .ifPresent(owner ->
            tell("controlled by " + owner + ", which would set it back: change that instead"));
    left(judged, _ -> "");
    switch (output) {
      case DIFF -> {
        String name = name(tree);
        String diff =
            UnifiedDiff.of(
                "live/" + name,
                YamlWriter.write(shown(tree)),
                "gapless/" + name,
                YamlWriter.write(shown(judged.fixed())));
        shell.out().print(diff);
        return diff.isEmpty() ? ExitCode.CLEAN : ExitCode.FINDINGS;
      }
      case KUSTOMIZE -> {
        Optional<ObjectNode> patch = patch(AsWritten.of(tree), judged.fixed(), false);
        patch.ifPresent(it -> {
          printUse(
              "    target: {kind: "
                  + judged.object().kind()
                  + ", name: "
                  + judged.object().metadata().name()
                  + "}\n");
          shell.out().print(YamlWriter.write(it));
        });
        return patch.isEmpty() ? ExitCode.CLEAN : ExitCode.FINDINGS;
      }
    }
    throw new IllegalStateException("no such output: " + output);
  }

  private int files() {
    List<JudgedFile> files = new FileJudge(shell, rules, judging).judgeAsIfFixing(paths);
    boolean changed = false;
    for (JudgedFile file : files) {
      changed |=
          switch (output) {
            case DIFF -> diff(file);
            case KUSTOMIZE -> patches(file, !changed);
          };
      for (JudgedObject object : file.objects()) {
        if (object.evaluation() instanceof Evaluation.Judged judged) {
          left(
              judged,
              path ->
                  Place.of(file.file(), object.object(), path)
                      + ": "
                      + ObjectKey.of(object.object()).title()
                      + ": ");
        }
      }
    }
    CheckReport report = CheckReport.of(files);
    TextReport.skips(report).forEach(shell.err()::println);
    TextReport.errors(report).forEach(shell.err()::println);
    if (!report.complete()) {
      return ExitCode.FAILED;
    }
    return changed ? ExitCode.FINDINGS : ExitCode.CLEAN;
  }

  private boolean diff(JudgedFile file) {
    String diff = UnifiedDiff.of(file.file().name(), file.file().text(), FixedText.of(file));
    shell.out().print(diff);
    return !diff.isEmpty();
  }

  private boolean patches(JudgedFile file, boolean first) {
    boolean any = false;
    for (JudgedObject object : file.objects()) {
      if (!(object.evaluation() instanceof Evaluation.Judged judged)) {
        continue;
      }
      Optional<ObjectNode> patch = patch(object.object().tree(), judged.fixed(), true);
      if (patch.isEmpty()) {
        continue;
      }
      if (!object.object().tree().path("metadata").has("name")) {
        tell(
            ObjectKey.of(object.object()).title() + ": has no name by which a patch could find it");
        continue;
      }
      if (first && !any) {
        printUse("");
      } else {
        shell.out().print("---\n");
      }
      shell.out().print(YamlWriter.write(patch.get()));
      any = true;
    }
    return any;
  }

  private void printUse(String target) {
    shell.out().print("# In kustomization.yaml:\n#   patches:\n#   - path: (this file)\n");
    target.lines().forEach(it -> shell.out().print("# " + it + "\n"));
  }

  /// The patch for a repository; what only admission notes down has no place there.
  ///
  /// @param withNamespace whether the manifest's own namespace is known, by which kustomize would
  ///   look it up
  private static Optional<ObjectNode> patch(
      JsonNode before, JsonNode after, boolean withNamespace) {
    // Of a custom resource kustomize knows no merge keys: a list takes the place of the other.
    boolean byName = before.path("apiVersion").asText().equals(WorkloadReader.API_VERSION);
    return StrategicMerge.between(withoutRecord(before), withoutRecord(after), byName)
        .map(change -> {
          ObjectNode patch = JsonNodeFactory.instance.objectNode();
          patch.set("apiVersion", before.path("apiVersion"));
          patch.set("kind", before.path("kind"));
          ObjectNode metadata = patch.putObject("metadata");
          metadata.set("name", before.path("metadata").path("name"));
          if (withNamespace && before.path("metadata").has("namespace")) {
            metadata.set("namespace", before.path("metadata").path("namespace"));
          }
          if (change.remove("metadata") instanceof ObjectNode changed) {
            metadata.setAll(changed);
          }
          patch.setAll(change);
          return patch;
        });
  }

  private static JsonNode withoutRecord(JsonNode object) {
    ObjectNode copy = object.deepCopy();
    if (copy.path("metadata").path("annotations") instanceof ObjectNode annotations) {
      annotations.remove(Injected.ANNOTATION);
      if (annotations.isEmpty()) {
        ((ObjectNode) copy.path("metadata")).remove("annotations");
      }
    }
    return copy;
  }

  private static JsonNode shown(JsonNode object) {
    ObjectNode copy = object.deepCopy();
    copy.remove("status");
    if (copy.path("metadata") instanceof ObjectNode metadata) {
      metadata.remove("managedFields");
    }
    return copy;
  }

  // As kubectl diff names its files.
  private static String name(JsonNode tree) {
    JsonNode metadata = tree.path("metadata");
    return Printable.of(
        tree.path("apiVersion").asText().replace('/', '.')
            + "."
            + tree.path("kind").asText()
            + "."
            + metadata.path("namespace").asText()
            + "."
            + metadata.path("name").asText());
  }

  private void left(Evaluation.Judged judged, Function<FieldPath, String> where) {
    judged
        .judgements()
        .filter(it -> it.fix().isEmpty())
        .forEach(it -> tell(where.apply(it.finding().path()) + "left for the author: " + it));
  }

  private void tell(String line) {
    shell.err().println(Printable.of(line));
  }
}
