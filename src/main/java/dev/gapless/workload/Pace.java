package dev.gapless.workload;

import java.util.Optional;

/// How fast a controller may go on from one pod to the next, and how long it may stand still;
/// Kubernetes' defaults filled in.
///
/// @param minReadySeconds how long a new pod must stay ready before it counts as available
/// @param progressDeadlineSeconds how long a rollout may make no progress before it counts as
///   failed; empty where it may for ever
public record Pace(int minReadySeconds, Optional<Integer> progressDeadlineSeconds) {
  public static final FieldPath MIN_READY_SECONDS = FieldPath.of("spec", "minReadySeconds");
  public static final FieldPath PROGRESS_DEADLINE_SECONDS =
      FieldPath.of("spec", "progressDeadlineSeconds");

  /// The number that stands for no deadline at all.
  ///
  /// Source: `HasProgressDeadline` in Kubernetes' `pkg/controller/deployment/util`.
  static final int NO_DEADLINE = Integer.MAX_VALUE;
}
