package dev.gapless.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.cluster.ApiLists;
import dev.gapless.cluster.ApiResource;
import dev.gapless.engine.Engine;
import dev.gapless.engine.Evaluation;
import dev.gapless.engine.Review;
import dev.gapless.manifest.ReadProblem;
import dev.gapless.neighbour.HorizontalPodAutoscaler;
import dev.gapless.neighbour.PodDisruptionBudget;
import dev.gapless.neighbour.Service;
import dev.gapless.policy.Policies;
import dev.gapless.rule.Rule;
import dev.gapless.workload.Authorship;
import dev.gapless.workload.KubernetesVersion;
import dev.gapless.workload.Workload.DaemonSet;
import dev.gapless.workload.Workload.Deployment;
import dev.gapless.workload.Workload.StatefulSet;
import dev.gapless.workload.WorkloadReader;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Judges what a cluster holds by the one engine, as if each workload were rolled out now.
///
/// Objects are judged as they come in and not kept; of what stands around them, only what rules
/// look at is.
final class ClusterScan {
  private static final ApiResource NAMESPACES = new ApiResource("v1", "Namespace", "namespaces");

  /// What is judged, in the order in which it is.
  private static final List<ApiResource> JUDGED =
      List.of(
          new ApiResource(WorkloadReader.API_VERSION, Deployment.KIND, "deployments"),
          new ApiResource(WorkloadReader.API_VERSION, StatefulSet.KIND, "statefulsets"),
          new ApiResource(WorkloadReader.API_VERSION, DaemonSet.KIND, "daemonsets"),
          ClusterNeighbours.ROLLOUTS,
          new ApiResource(Service.API_VERSION, Service.KIND, "services"),
          new ApiResource(
              HorizontalPodAutoscaler.API_VERSION,
              HorizontalPodAutoscaler.KIND,
              "horizontalpodautoscalers"),
          new ApiResource(
              PodDisruptionBudget.API_VERSION, PodDisruptionBudget.KIND, "poddisruptionbudgets"));

  private final ApiLists lists;
  private final ScanScope scope;
  private final Engine engine;
  private final Policies policies;
  private final KubernetesVersion kubernetes;
  private final Map<String, String> namespaceLabels;
  private final LocalDate today;
  private final Progress progress;
  private final ClusterNeighbours neighbours;
  private final CheckReport.Builder report = new CheckReport.Builder();
  private int received;

  /// @param namespaceLabels the labels of all namespaces; those of the cluster where there are none
  /// @param remark takes what somebody should know of neighbours that cannot be read
  ClusterScan(
      Shell shell,
      Progress progress,
      ApiLists lists,
      ScanScope scope,
      List<Rule> rules,
      Policies policies,
      KubernetesVersion kubernetes,
      Map<String, String> namespaceLabels,
      Consumer<String> remark) {
    this.lists = lists;
    this.scope = scope;
    this.engine = new Engine(rules);
    this.policies = policies;
    this.kubernetes = kubernetes;
    this.namespaceLabels = namespaceLabels;
    this.today = shell.today();
    this.progress = progress;
    this.neighbours = new ClusterNeighbours(lists, remark);
  }

  /// Reads and judges everything in the scope.
  ///
  /// @param before what could not be read so far
  CheckReport run(List<ReadProblem> before) {
    before.forEach(report::add);
    var surroundings = new FileSurroundings(List.of(), namespaceLabels);
    if (namespaceLabels.isEmpty()) {
      note(NAMESPACES, namespaces(surroundings));
    }
    neighbours.read(scope.namespace(), surroundings);
    for (ApiResource resource : JUDGED) {
      if (neighbours.isServed(resource)) {
        judge(resource, surroundings);
      }
    }
    return report.build().inOrderOfObjects();
  }

  private void judge(ApiResource resource, FileSurroundings surroundings) {
    note(resource, lists.list(resource, scope.namespace(), scope.selector(), judge(surroundings)));
  }

  private ApiLists.Answer namespaces(FileSurroundings surroundings) {
    return scope.namespace().isPresent()
        ? lists.read(
            NAMESPACES.pathOf(scope.namespace().get()),
            it -> FileSurroundings.kept(named(it)).ifPresent(surroundings::add))
        : lists.list(
            NAMESPACES,
            Optional.empty(),
            Optional.empty(),
            it -> FileSurroundings.kept(named(it)).ifPresent(surroundings::add));
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
                + Words.count(received, "object")
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

  // What is read alone says what it is in the API server's own words, which may be none.
  private static JsonNode named(JsonNode namespace) {
    return namespace instanceof ObjectNode object
        ? object.put("apiVersion", NAMESPACES.apiVersion()).put("kind", NAMESPACES.kind())
        : namespace;
  }
}
