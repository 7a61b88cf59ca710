package dev.gapless.neighbour;

/// What is kept of an object that stands around others: no more than rules look at.
public sealed interface Neighbour
    permits HorizontalPodAutoscaler,
        Node,
        PersistentVolumeClaim,
        PodDisruptionBudget,
        ResourceQuota,
        Route,
        Service,
        WorkloadOutline {

  /// Kubernetes' word for what this is.
  String kind();

  /// Never empty but for a Node: where a manifest leaves it to the client, `default`.
  String namespace();

  String name();
}
