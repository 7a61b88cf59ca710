package dev.gapless.workload;

/// An object that rules judge: what policies, exemptions and answers need to know of it.
public interface KubernetesObject {

  /// Kubernetes' word for what this is.
  String kind();

  ObjectMeta metadata();
}
