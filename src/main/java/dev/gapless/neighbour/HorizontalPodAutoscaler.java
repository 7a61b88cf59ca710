package dev.gapless.neighbour;

import dev.gapless.workload.FieldPath;

/// `autoscaling/v2` HorizontalPodAutoscaler.
///
/// @param targetKind the kind of what it scales
/// @param minReplicas the number it never goes below; Kubernetes' default of 1 filled in
/// @param maxReplicas the number it never goes above
/// @param toZero whether who owns it may take the last pod away, which the minimum does not say
public record HorizontalPodAutoscaler(
    String namespace,
    String name,
    String targetKind,
    String targetName,
    int minReplicas,
    int maxReplicas,
    boolean toZero)
    implements Neighbour {
  public static final String KIND = "HorizontalPodAutoscaler";
  public static final String API_VERSION = "autoscaling/v2";
  public static final FieldPath MIN_REPLICAS = FieldPath.of("spec", "minReplicas");
  public static final FieldPath TARGET = FieldPath.of("spec", "scaleTargetRef");

  @Override
  public String kind() {
    return KIND;
  }

  /// In words: `HorizontalPodAutoscaler "web"`.
  public String title() {
    return KIND + " \"" + name + "\"";
  }

  /// Whether it never asks for another number.
  public boolean holdsAt(int replicas) {
    return minReplicas == replicas && maxReplicas == replicas;
  }
}
