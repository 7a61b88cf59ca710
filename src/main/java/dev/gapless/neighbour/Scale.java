package dev.gapless.neighbour;

import java.util.Optional;

/// How many pods a workload has, by its own number or by its autoscaler's.
///
/// @param least how many it is scaled down to; 0 where it asks for none, which stops an autoscaler
///   too
/// @param most how many it is scaled up to
/// @param autoscaler who decides between the two, where that is known
public record Scale(int least, int most, Optional<HorizontalPodAutoscaler> autoscaler) {

  /// The scale of a workload that asks for a number of pods.
  ///
  /// With no replicas the autoscaler's controller leaves it alone (`reconcileAutoscaler` in
  /// Kubernetes' `pkg/controller/podautoscaler/horizontal.go`).
  static Scale of(int replicas, Optional<HorizontalPodAutoscaler> autoscaler) {
    if (replicas == 0 || autoscaler.isEmpty()) {
      return new Scale(replicas, replicas, Optional.empty());
    }
    int least = Math.max(1, autoscaler.get().minReplicas());
    return new Scale(least, Math.max(least, autoscaler.get().maxReplicas()), autoscaler);
  }
}
