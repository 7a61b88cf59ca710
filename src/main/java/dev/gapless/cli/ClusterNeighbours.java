package dev.gapless.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.cluster.ApiLists;
import dev.gapless.cluster.ApiResource;
import dev.gapless.neighbour.HorizontalPodAutoscaler;
import dev.gapless.neighbour.NeighbourType;
import dev.gapless.neighbour.Node;
import dev.gapless.neighbour.PersistentVolumeClaim;
import dev.gapless.neighbour.PodDisruptionBudget;
import dev.gapless.neighbour.ResourceQuota;
import dev.gapless.neighbour.Service;
import dev.gapless.workload.Workload.DaemonSet;
import dev.gapless.workload.Workload.Deployment;
import dev.gapless.workload.Workload.Rollout;
import dev.gapless.workload.Workload.StatefulSet;
import dev.gapless.workload.WorkloadReader;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// Reads what stands around workloads in a cluster, as far as whoever asks may know it.
final class ClusterNeighbours {
  static final ApiResource ROLLOUTS =
      new ApiResource(WorkloadReader.ROLLOUT_API_VERSION, Rollout.KIND, "rollouts");

  private static final String GATEWAY = "gateway.networking.k8s.io/v1";
  private static final String EARLY_GATEWAY = "gateway.networking.k8s.io/v1alpha2";

  private static final Map<NeighbourType, List<ApiResource>> RESOURCES =
      Map.of(
          NeighbourType.SERVICE,
          List.of(new ApiResource(Service.API_VERSION, Service.KIND, "services")),
          NeighbourType.ROUTE,
          List.of(
              new ApiResource("networking.k8s.io/v1", "Ingress", "ingresses"),
              new ApiResource(GATEWAY, "HTTPRoute", "httproutes"),
              new ApiResource(GATEWAY, "GRPCRoute", "grpcroutes"),
              new ApiResource(EARLY_GATEWAY, "TLSRoute", "tlsroutes"),
              new ApiResource(EARLY_GATEWAY, "TCPRoute", "tcproutes")),
          NeighbourType.AUTOSCALER,
          List.of(
              new ApiResource(
                  HorizontalPodAutoscaler.API_VERSION,
                  HorizontalPodAutoscaler.KIND,
                  "horizontalpodautoscalers")),
          NeighbourType.BUDGET,
          List.of(
              new ApiResource(
                  PodDisruptionBudget.API_VERSION,
                  PodDisruptionBudget.KIND,
                  "poddisruptionbudgets")),
          NeighbourType.WORKLOAD,
          List.of(
              new ApiResource(WorkloadReader.API_VERSION, Deployment.KIND, "deployments"),
              new ApiResource(WorkloadReader.API_VERSION, StatefulSet.KIND, "statefulsets"),
              new ApiResource(WorkloadReader.API_VERSION, DaemonSet.KIND, "daemonsets"),
              ROLLOUTS),
          NeighbourType.CLAIM,
          List.of(new ApiResource("v1", PersistentVolumeClaim.KIND, "persistentvolumeclaims")),
          NeighbourType.NODE,
          List.of(new ApiResource("v1", Node.KIND, "nodes")),
          NeighbourType.QUOTA,
          List.of(new ApiResource("v1", ResourceQuota.KIND, "resourcequotas")));

  // What is judged itself is read again for that, and what stands against it is said then.
  private static final Set<NeighbourType> JUDGED =
      Set.of(
          NeighbourType.SERVICE,
          NeighbourType.AUTOSCALER,
          NeighbourType.BUDGET,
          NeighbourType.WORKLOAD);

  private final ApiLists lists;
  private final Consumer<String> remark;
  private final Map<String, Optional<Set<String>>> served = new HashMap<>();

  /// @param remark takes what somebody should know of what cannot be read
  ClusterNeighbours(ApiLists lists, Consumer<String> remark) {
    this.lists = lists;
    this.remark = remark;
  }

  /// Reads them all.
  ///
  /// @param namespace empty for all
  void read(Optional<String> namespace, FileSurroundings into) {
    var unread = new LinkedHashMap<String, String>();
    for (NeighbourType type : NeighbourType.values()) {
      boolean complete = true;
      for (ApiResource resource : RESOURCES.getOrDefault(type, List.of())) {
        complete &= read(type, resource, namespace, into, unread);
      }
      if (complete) {
        into.knows(type);
      } else {
        into.doesNotKnow(type);
      }
    }
    if (!unread.isEmpty()) {
      remark.accept(
          String.join(", ", unread.keySet())
              + " cannot be read, and rules go without: "
              + unread.firstEntry().getValue());
    }
  }

  private boolean read(
      NeighbourType type,
      ApiResource resource,
      Optional<String> namespace,
      FileSurroundings into,
      Map<String, String> unread) {
    if (!isServed(resource)) {
      return true;
    }
    ApiLists.Answer answer =
        lists.list(
            resource,
            type == NeighbourType.NODE ? Optional.empty() : namespace,
            Optional.empty(),
            it -> FileSurroundings.kept(it).ifPresent(into::add));
    Optional<String> obstacle = answer.obstacle();
    if (!JUDGED.contains(type)) {
      obstacle.ifPresent(why -> unread.put(resource.plural(), why));
    }
    return obstacle.isEmpty();
  }

  /// Whether the cluster has such a resource. Asked to list what is not there, an API server would
  /// refuse it to everybody who may not list it.
  boolean isServed(ApiResource resource) {
    return served
        .computeIfAbsent(resource.versionPath(), this::plurals)
        .map(it -> it.contains(resource.plural()))
        .orElse(true);
  }

  /// Empty where the API server does not say.
  private Optional<Set<String>> plurals(String versionPath) {
    var plurals = new HashSet<String>();
    ApiLists.Answer answer =
        lists.read(
            versionPath,
            version -> {
              for (JsonNode resource : version.path("resources")) {
                plurals.add(resource.path("name").asText());
              }
            });
    return switch (answer) {
      case ApiLists.Complete _, ApiLists.Absent _ -> Optional.of(plurals);
      case ApiLists.Stranger _, ApiLists.Refused _, ApiLists.Failed _, ApiLists.Unreachable _ ->
          Optional.empty();
    };
  }
}
