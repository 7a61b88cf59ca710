package dev.gapless.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.cluster.ApiLists;
import dev.gapless.cluster.ApiResource;
import dev.gapless.engine.Engine;
import dev.gapless.engine.Evaluation;
import dev.gapless.engine.Review;
import dev.gapless.manifest.ManifestObject;
import dev.gapless.manifest.ReadProblem;
import dev.gapless.policy.Policies;
import dev.gapless.rule.Rule;
import dev.gapless.workload.Authorship;
import dev.gapless.workload.KubernetesVersion;
import dev.gapless.workload.Workload.DaemonSet;
import dev.gapless.workload.Workload.Deployment;
import dev.gapless.workload.Workload.Rollout;
import dev.gapless.workload.Workload.StatefulSet;
import dev.gapless.workload.WorkloadReader;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

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
  private static final ApiResource ROLLOUTS =
      new ApiResource(WorkloadReader.ROLLOUT_API_VERSION, Rollout.KIND, "rollouts");

  private final ApiLists lists;
  private final ScanScope scope;
  private final Engine engine;
  private final Policies policies;
  private final KubernetesVersion kubernetes;
  private final Map<String, String> namespaceLabels;
  private final LocalDate today;
  private final Progress progress;
  private final CheckReport.Builder report = new CheckReport.Builder();
  private int received;

  /// @param namespaceLabels the labels of all namespaces; those of the cluster where there are none
  ClusterScan(
      Shell shell,
      Progress progress,
      ApiLists lists,
      ScanScope scope,
      List<Rule> rules,
      Policies policies,
      KubernetesVersion kubernetes,
      Map<String, String> namespaceLabels) {
    this.lists = lists;
    this.scope = scope;
    this.engine = new Engine(rules);
    this.policies = policies;
    this.kubernetes = kubernetes;
    this.namespaceLabels = namespaceLabels;
    this.today = shell.today();
    this.progress = progress;
  }

  /// Reads and judges everything in the scope.
  ///
  /// @param before what could not be read so far
  CheckReport run(List<ReadProblem> before) {
    before.forEach(report::add);
    var surroundings = new FileSurroundings(List.of(), namespaceLabels);
    around(surroundings);
    for (ApiResource resource : WORKLOADS) {
      judge(resource, surroundings);
    }
    if (isServed(ROLLOUTS)) {
      judge(ROLLOUTS, surroundings);
    }
    return report.build().inOrderOfObjects();
  }

  private void judge(ApiResource resource, FileSurroundings surroundings) {
    note(resource, lists.list(resource, scope.namespace(), scope.selector(), judge(surroundings)));
  }

  /// Whether the cluster has such a resource. Asked to list what is not there, an API server would
  /// refuse it to everybody who may not list it.
  private boolean isServed(ApiResource resource) {
    var served = new AtomicBoolean();
    ApiLists.Answer answer =
        lists.read(
            resource.versionPath(),
            version ->
                version
                    .path("resources")
                    .forEach(it -> {
                      if (it.path("name").asText().equals(resource.plural())) {
                        served.set(true);
                      }
                    }));
    return switch (answer) {
      case ApiLists.Complete _ -> served.get();
      case ApiLists.Absent _ -> false;
      case ApiLists.Stranger _, ApiLists.Refused _, ApiLists.Failed _, ApiLists.Unreachable _ ->
          true;
    };
  }

  private void around(FileSurroundings surroundings) {
    if (namespaceLabels.isEmpty()) {
      note(NAMESPACES, namespaces(surroundings));
    }
    for (ApiResource resource : NEIGHBOURS) {
      note(
          resource,
          lists.list(
              resource,
              scope.namespace(),
              Optional.empty(),
              it -> surroundings.add(projection(resource, it))));
    }
  }

  private ApiLists.Answer namespaces(FileSurroundings surroundings) {
    return scope.namespace().isPresent()
        ? lists.read(
            NAMESPACES.pathOf(scope.namespace().get()),
            it -> surroundings.add(projection(NAMESPACES, it)))
        : lists.list(
            NAMESPACES,
            Optional.empty(),
            Optional.empty(),
            it -> surroundings.add(projection(NAMESPACES, it)));
  }

  private void note(ApiResource resource, ApiLists.Answer answer) {
    answer
        .obstacle()
        .ifPresent(why ->
            report.add(
                new ReadProblem(
                    scope.namespace().map(it -> it + "/").orElse("") + resource.plural(),
                    Optional.empty(),
                    "cannot be read: " + why,
                    Optional.empty())));
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
    ObjectKey key = ObjectKey.of(object);
    Evaluation evaluation =
        engine.evaluate(
            new Review(
                object,
                Optional.empty(),
                Authorship.Source.API_SERVER,
                surroundings.namespace(key.namespace()),
                surroundings.around(),
                kubernetes,
                today),
            policies);
    Place place = Place.of(key);
    var one = new CheckReport.Builder();
    one.add(object, evaluation, _ -> place);
    report.add(one.build());
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
