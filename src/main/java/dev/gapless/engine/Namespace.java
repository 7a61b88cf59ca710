package dev.gapless.engine;

import java.util.Map;

/// What is known of the namespace that a workload lives in.
public record Namespace(Map<String, String> labels, Map<String, String> annotations) {

  /// The namespace of that name, of which nothing more is known than the label that Kubernetes
  /// itself sets.
  public static Namespace named(String name) {
    return new Namespace(
        name.isEmpty() ? Map.of() : Map.of("kubernetes.io/metadata.name", name), Map.of());
  }
}
