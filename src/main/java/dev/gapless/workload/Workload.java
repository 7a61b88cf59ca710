package dev.gapless.workload;

/// An object that makes pods and rolls them: what Gapless judges.
public sealed interface Workload {

  ObjectMeta metadata();

  PodTemplate template();

  Pace pace();

  /// Kubernetes' word for what this is.
  default String kind() {
    return switch (this) {
      case Deployment _ -> Deployment.KIND;
      case StatefulSet _ -> StatefulSet.KIND;
      case DaemonSet _ -> DaemonSet.KIND;
    };
  }

  /// `apps/v1` Deployment.
  ///
  /// @param replicas 0 or more; Kubernetes' default filled in
  record Deployment(
      ObjectMeta metadata, PodTemplate template, int replicas, Strategy strategy, Pace pace)
      implements Workload {
    public static final String KIND = "Deployment";
    public static final FieldPath STRATEGY_TYPE = FieldPath.of("spec", "strategy", "type");
    public static final FieldPath MAX_SURGE =
        FieldPath.of("spec", "strategy", "rollingUpdate", "maxSurge");
    public static final FieldPath MAX_UNAVAILABLE =
        FieldPath.of("spec", "strategy", "rollingUpdate", "maxUnavailable");
  }

  /// How a Deployment replaces its pods.
  sealed interface Strategy {}

  /// All old pods go before the first new one comes.
  record Recreate() implements Strategy {}

  /// Old and new pods side by side, within bounds; Kubernetes' defaults filled in.
  record RollingUpdate(IntOrString maxSurge, IntOrString maxUnavailable) implements Strategy {

    /// The pods above `replicas` that the Deployment controller may start.
    public int surge(int replicas) {
      return maxSurge.roundedUp(replicas);
    }

    /// The pods below `replicas` that the Deployment controller may do without.
    ///
    /// When both bounds come to 0 the controller takes 1, so that a rollout can move at all
    /// (`ResolveFenceposts` in Kubernetes' `pkg/controller/deployment/util`).
    public int unavailable(int replicas) {
      int unavailable = Math.min(maxUnavailable.roundedDown(replicas), replicas);
      return surge(replicas) == 0 && unavailable == 0 ? 1 : unavailable;
    }
  }

  /// `apps/v1` StatefulSet.
  ///
  /// @param replicas 0 or more; Kubernetes' default filled in
  /// @param onDelete whether a pod is replaced only when somebody deletes it
  record StatefulSet(
      ObjectMeta metadata, PodTemplate template, int replicas, boolean onDelete, Pace pace)
      implements Workload {
    public static final String KIND = "StatefulSet";
  }

  /// `apps/v1` DaemonSet.
  ///
  /// @param onDelete whether a pod is replaced only when somebody deletes it
  record DaemonSet(ObjectMeta metadata, PodTemplate template, boolean onDelete, Pace pace)
      implements Workload {
    public static final String KIND = "DaemonSet";
  }
}
