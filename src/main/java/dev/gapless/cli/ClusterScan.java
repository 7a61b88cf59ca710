package dev.gapless.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.cli.JudgedFile.JudgedObject;
import dev.gapless.cluster.ApiLists;
import dev.gapless.cluster.ApiResource;
import dev.gapless.engine.Engine;
import dev.gapless.engine.Evaluation;
import dev.gapless.engine.Review;
import dev.gapless.manifest.ManifestFile;
import dev.gapless.manifest.ManifestObject;
import dev.gapless.manifest.ReadProblem;
import dev.gapless.policy.Policies;
import dev.gapless.rule.Rule;
import dev.gapless.workload.Authorship;
import dev.gapless.workload.KubernetesVersion;
import dev.gapless.workload.Workload.DaemonSet;
import dev.gapless.workload.Workload.Deployment;
import dev.gapless.workload.Workload.StatefulSet;
import dev.gapless.workload.WorkloadReader;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Judges what a cluster holds by the one engine, as if each workload were rolled out now.
///
/// Workloads are judged as they come in and not kept; of what stands around them, only what rules
/// look at is.
final class ClusterScan {
  private static final ApiResource NAMESPACES = new ApiResource("v1", "Namespace", "namespaces");
  private static final List<ApiResource> NEIGHBOURS =
      List.of(new ApiResource("v1", "Service", "services"));
  private static final List<ApiResource> WORKLOADS =
      List.of(
          new ApiResource(WorkloadReader.API_VERSION, Deployment.KIND, "deployments"),
          new ApiResource(WorkloadReader.API_VERSION, StatefulSet.KIND, "statefulsets"),
          new ApiResource(WorkloadReader.API_VERSION, DaemonSet.KIND, "daemonsets"));

  private final ApiLists lists;
  private final ScanScope scope;
  private final Engine engine;
  private final Policies policies;
  private final KubernetesVersion kubernetes;
  private final LocalDate today;
  private final Progress progress;
  private final List<ReadProblem> problems = new ArrayList<>();
  private final List<CheckReport.Entry> findings = new ArrayList<>();
  private final List<CheckReport.Skip> skipped = new ArrayList<>();
  private final List<String> broken = new ArrayList<>();
  private int received;
  private int judged;

  ClusterScan(
      Shell shell,
      ApiLists lists,
      ScanScope scope,
      List<Rule> rules,
      Policies policies,
      KubernetesVersion kubernetes) {
    this.lists = lists;
    this.scope = scope;
    this.engine = new Engine(rules);
    this.policies = policies;
    this.kubernetes = kubernetes;
    this.today = LocalDate.ofInstant(shell.clock().instant(), ZoneOffset.UTC);
    this.progress = new Progress(shell);
  }

  /// Reads and judges everything in the scope.
  ///
  /// @param before what could not be read so far
  CheckReport run(List<ReadProblem> before) {
    problems.addAll(before);
    var surroundings = new FileSurroundings(around(), Map.of());
    for (ApiResource resource : WORKLOADS) {
      note(
          resource, lists.list(resource, scope.namespace(), scope.selector(), judge(surroundings)));
    }
    progress.clear();
    findings.sort(
        Comparator.comparing((CheckReport.Entry it) -> it.object().namespace())
            .thenComparing(it -> it.object().kind())
            .thenComparing(it -> it.object().name()));
    return new CheckReport(judged, findings, skipped, problems, broken);
  }

  private List<ManifestObject> around() {
    var around = new ArrayList<ManifestObject>();
    if (scope.namespace().isPresent()) {
      note(
          NAMESPACES,
          lists.read(
              NAMESPACES.pathOf(scope.namespace().get()),
              it -> around.add(projection(NAMESPACES, it))));
    } else {
      note(
          NAMESPACES,
          lists.list(
              NAMESPACES,
              Optional.empty(),
              Optional.empty(),
              it -> around.add(projection(NAMESPACES, it))));
    }
    for (ApiResource resource : NEIGHBOURS) {
      note(
          resource,
          lists.list(
              resource,
              scope.namespace(),
              Optional.empty(),
              it -> around.add(projection(resource, it))));
    }
    return around;
  }

  private void note(ApiResource resource, ApiLists.Answer answer) {
    answer
        .obstacle()
        .ifPresent(why ->
            problems.add(
                new ReadProblem(
                    scope.namespace().map(it -> it + "/").orElse("") + resource.plural(),
                    Optional.empty(),
                    "cannot be read: " + why)));
  }

  private ApiLists.Receiver judge(FileSurroundings surroundings) {
    return new ApiLists.Receiver() {
      private long toCome;

      @Override
      public void object(ObjectNode object) {
        received++;
        progress.show(
            "judged "
                + Words.count(received, "workload")
                + (toCome > 0 ? ", more than " + toCome + " to come" : ""));
        judge(object, surroundings);
      }

      @Override
      public void remaining(long count) {
        toCome = count;
      }
    };
  }

  private void judge(ObjectNode object, FileSurroundings surroundings) {
    JsonNode metadata = object.path("metadata");
    String namespace = metadata.path("namespace").asText("");
    Evaluation evaluation =
        engine.evaluate(
            new Review(
                object,
                Optional.empty(),
                Authorship.Source.API_SERVER,
                surroundings.namespace(namespace),
                surroundings,
                kubernetes,
                today),
            policies);
    String kind = object.path("kind").asText();
    String place = namespace + "/" + kind + "/" + metadata.path("name").asText();
    ManifestObject name = named(object.path("apiVersion").asText(), kind, metadata);
    var file = new ManifestFile(place, Optional.empty(), List.of());
    CheckReport one =
        CheckReport.of(List.of(new JudgedFile(file, List.of(new JudgedObject(name, evaluation)))));
    judged += one.judged();
    findings.addAll(one.findings());
    skipped.addAll(one.skipped());
    broken.addAll(one.broken());
  }

  /// An object's name alone, so that the object itself need not be kept.
  private static ManifestObject named(String apiVersion, String kind, JsonNode metadata) {
    ObjectNode named =
        JsonNodeFactory.instance.objectNode().put("apiVersion", apiVersion).put("kind", kind);
    named
        .putObject("metadata")
        .put("namespace", metadata.path("namespace").asText(""))
        .put("name", metadata.path("name").asText(""));
    return ManifestObject.withoutText(named);
  }

  /// What somebody wrote of an object, without what the API server keeps of it.
  private static ManifestObject projection(ApiResource resource, JsonNode object) {
    JsonNode metadata = object.path("metadata");
    ObjectNode projection =
        JsonNodeFactory.instance
            .objectNode()
            .put("apiVersion", resource.apiVersion())
            .put("kind", resource.kind());
    ObjectNode kept = projection.putObject("metadata");
    for (String field : List.of("namespace", "name", "labels")) {
      if (metadata.has(field)) {
        kept.set(field, metadata.get(field));
      }
    }
    if (metadata.get("annotations") instanceof ObjectNode annotations) {
      kept.set("annotations", annotations.without(Authorship.LAST_APPLIED_ANNOTATION));
    }
    if (object.has("spec")) {
      projection.set("spec", object.get("spec"));
    }
    return ManifestObject.withoutText(projection);
  }
}
