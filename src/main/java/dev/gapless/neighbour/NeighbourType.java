package dev.gapless.neighbour;

/// What may be known of the surroundings, each as a whole or not at all.
public enum NeighbourType {
  SERVICE,
  /// Whatever leads into the cluster from outside and names a Service: Ingresses and the routes of
  /// the Gateway API.
  ROUTE,
  AUTOSCALER,
  BUDGET,
  /// Deployments, StatefulSets, DaemonSets and Argo's Rollouts.
  WORKLOAD,
  CLAIM,
  NODE,
  QUOTA;

  /// The type of a neighbour.
  public static NeighbourType of(Neighbour neighbour) {
    return switch (neighbour) {
      case Service _ -> SERVICE;
      case Route _ -> ROUTE;
      case HorizontalPodAutoscaler _ -> AUTOSCALER;
      case PodDisruptionBudget _ -> BUDGET;
      case WorkloadOutline _ -> WORKLOAD;
      case PersistentVolumeClaim _ -> CLAIM;
      case Node _ -> NODE;
      case ResourceQuota _ -> QUOTA;
    };
  }
}
