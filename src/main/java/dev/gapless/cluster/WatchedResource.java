package dev.gapless.cluster;

import dev.gapless.neighbour.HorizontalPodAutoscaler;
import dev.gapless.neighbour.NeighbourType;
import dev.gapless.neighbour.Node;
import dev.gapless.neighbour.PersistentVolumeClaim;
import dev.gapless.neighbour.PodDisruptionBudget;
import dev.gapless.neighbour.ResourceQuota;
import dev.gapless.neighbour.Service;
import dev.gapless.policy.RolloutPolicy;
import dev.gapless.workload.Workload;
import java.util.Arrays;
import java.util.List;

/// A resource of the API server that is kept in step, and how much of its objects is asked for.
///
/// @param group empty for the core group
/// @param plural as it stands in URLs and permissions
/// @param metadataOnly whether the API server is to send no more than the metadata
record WatchedResource(
    String group, String version, String kind, String plural, boolean metadataOnly) {
  static final WatchedResource POLICIES =
      new WatchedResource("gapless.dev", "v1alpha1", RolloutPolicy.KIND, "rolloutpolicies", false);
  static final WatchedResource NAMESPACES =
      new WatchedResource("", "v1", "Namespace", "namespaces", true);

  private static final String GATEWAY = "gateway.networking.k8s.io";

  /// Those whose objects are neighbours of a type. What the API server does not know has none.
  static List<WatchedResource> of(NeighbourType type) {
    return switch (type) {
      case SERVICE -> List.of(whole("", "v1", Service.KIND, "services"));
      case ROUTE ->
          List.of(
              whole("networking.k8s.io", "v1", "Ingress", "ingresses"),
              whole(GATEWAY, "v1", "HTTPRoute", "httproutes"),
              whole(GATEWAY, "v1", "GRPCRoute", "grpcroutes"),
              whole(GATEWAY, "v1alpha2", "TLSRoute", "tlsroutes"),
              whole(GATEWAY, "v1alpha2", "TCPRoute", "tcproutes"));
      case AUTOSCALER ->
          List.of(
              whole("autoscaling", "v2", HorizontalPodAutoscaler.KIND, "horizontalpodautoscalers"));
      case BUDGET ->
          List.of(whole("policy", "v1", PodDisruptionBudget.KIND, "poddisruptionbudgets"));
      case WORKLOAD ->
          List.of(
              whole("apps", "v1", Workload.Deployment.KIND, "deployments"),
              whole("apps", "v1", Workload.StatefulSet.KIND, "statefulsets"),
              whole("apps", "v1", Workload.DaemonSet.KIND, "daemonsets"),
              whole("argoproj.io", "v1alpha1", Workload.Rollout.KIND, "rollouts"));
      case CLAIM -> List.of(whole("", "v1", PersistentVolumeClaim.KIND, "persistentvolumeclaims"));
      case NODE -> List.of(whole("", "v1", Node.KIND, "nodes"));
      case QUOTA -> List.of(whole("", "v1", ResourceQuota.KIND, "resourcequotas"));
    };
  }

  /// Those of all types of neighbours.
  static List<WatchedResource> ofNeighbours() {
    return Arrays.stream(NeighbourType.values()).flatMap(it -> of(it).stream()).toList();
  }

  private static WatchedResource whole(String group, String version, String kind, String plural) {
    return new WatchedResource(group, version, kind, plural, false);
  }

  /// The kind of its objects and where they are.
  ApiResource api() {
    return new ApiResource(group.isEmpty() ? version : group + "/" + version, kind, plural);
  }

  /// Where all its objects are.
  String path() {
    return (group.isEmpty() ? "/api/" : "/apis/" + group + "/") + version + "/" + plural;
  }

  /// What to accept in answer to a list. Other API servers than Kubernetes' own may send whole
  /// objects, which hold the same metadata.
  String acceptedList() {
    return accepted("PartialObjectMetadataList");
  }

  /// What to accept in answer to a watch.
  String acceptedEvents() {
    return accepted("PartialObjectMetadata");
  }

  private String accepted(String form) {
    return metadataOnly
        ? "application/json;as=" + form + ";g=meta.k8s.io;v=v1,application/json"
        : "application/json";
  }
}
