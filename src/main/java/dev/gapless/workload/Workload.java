package dev.gapless.workload;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// An object that makes pods and rolls them: what Gapless judges.
public sealed interface Workload extends KubernetesObject {
  FieldPath REPLICAS = FieldPath.of("spec", "replicas");

  PodTemplate template();

  RolloutControls controls();

  @Override
  default String kind() {
    return switch (this) {
      case Deployment _ -> Deployment.KIND;
      case StatefulSet _ -> StatefulSet.KIND;
      case DaemonSet _ -> DaemonSet.KIND;
      case Rollout _ -> Rollout.KIND;
    };
  }

  /// How many pods it asks for; empty for a DaemonSet, which counts nodes.
  default OptionalInt pods() {
    return switch (this) {
      case Deployment deployment -> OptionalInt.of(deployment.replicas());
      case StatefulSet set -> OptionalInt.of(set.replicas());
      case DaemonSet _ -> OptionalInt.empty();
      case Rollout rollout -> OptionalInt.of(rollout.replicas());
    };
  }

  /// Its rolling update by surge and unavailability; empty where it rolls in another way.
  default Optional<Rolling> rolling() {
    return switch (this) {
      case Deployment(_, _, _, int replicas, RollingUpdate bounds) ->
          Optional.of(
              new Rolling(bounds, replicas, Deployment.MAX_SURGE, Deployment.MAX_UNAVAILABLE));
      case Rollout rollout when rollout.strategy() instanceof BasicCanary(RollingUpdate bounds) ->
          Optional.of(
              new Rolling(bounds, rollout.replicas(), Rollout.MAX_SURGE, Rollout.MAX_UNAVAILABLE));
      case Deployment _, StatefulSet _, DaemonSet _, Rollout _ -> Optional.empty();
    };
  }

  /// Whether it may have to be a single pod: because two versions cannot run side by side
  /// (`Recreate`), or because its pods write to one claim. A StatefulSet's have claims of their
  /// own.
  default boolean isOneAtATime() {
    return switch (this) {
      case Deployment deployment ->
          deployment.strategy() instanceof Recreate
              || !deployment.template().persistentVolumeClaims().isEmpty();
      case Rollout rollout -> !rollout.template().persistentVolumeClaims().isEmpty();
      case StatefulSet _, DaemonSet _ -> false;
    };
  }

  /// The label by which its controller tells the pods of one revision from those of another.
  default String revisionLabel() {
    return switch (this) {
      case Deployment _ -> "pod-template-hash";
      case StatefulSet _, DaemonSet _ -> "controller-revision-hash";
      case Rollout _ -> "rollouts-pod-template-hash";
    };
  }

  /// The fields that steer a rollout from outside of its strategy.
  ///
  /// @param minReadySeconds how long a new pod must stay ready before it counts as available
  /// @param progressDeadlineSeconds how long a rollout may make no progress before it counts as
  ///   failed; empty where it may for ever
  /// @param paused whether the controller leaves the pods as they are
  /// @param revisionHistoryLimit how many revisions are kept to roll back to, 0 or more
  record RolloutControls(
      int minReadySeconds,
      Optional<Integer> progressDeadlineSeconds,
      boolean paused,
      int revisionHistoryLimit) {
    public static final FieldPath MIN_READY_SECONDS = FieldPath.of("spec", "minReadySeconds");
    public static final FieldPath PROGRESS_DEADLINE_SECONDS =
        FieldPath.of("spec", "progressDeadlineSeconds");
    public static final FieldPath PAUSED = FieldPath.of("spec", "paused");
    public static final FieldPath REVISION_HISTORY_LIMIT =
        FieldPath.of("spec", "revisionHistoryLimit");

    /// The number that stands for no deadline at all.
    ///
    /// Source: `HasProgressDeadline` in Kubernetes' `pkg/controller/deployment/util`.
    static final int NO_DEADLINE = Integer.MAX_VALUE;
  }

  /// A rolling update and where its bounds stand or would stand.
  record Rolling(RollingUpdate bounds, int replicas, FieldPath maxSurge, FieldPath maxUnavailable) {

    /// The pods that a rollout may do without.
    public int unavailable() {
      return replicas == 0 ? 0 : bounds.unavailable(replicas);
    }
  }

  /// `apps/v1` Deployment.
  ///
  /// @param replicas 0 or more; Kubernetes' default filled in
  record Deployment(
      ObjectMeta metadata,
      PodTemplate template,
      RolloutControls controls,
      int replicas,
      Strategy strategy)
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
    /// (`ResolveFenceposts` in Kubernetes' `pkg/controller/deployment/util`; Argo Rollouts has the
    /// same in `utils/replicaset/replicaset.go`).
    public int unavailable(int replicas) {
      int unavailable = Math.min(maxUnavailable.roundedDown(replicas), replicas);
      return surge(replicas) == 0 && unavailable == 0 ? 1 : unavailable;
    }
  }

  /// `apps/v1` StatefulSet.
  ///
  /// @param replicas 0 or more; Kubernetes' default filled in
  record StatefulSet(
      ObjectMeta metadata,
      PodTemplate template,
      RolloutControls controls,
      int replicas,
      StatefulSetUpdate update)
      implements Workload {
    public static final String KIND = "StatefulSet";
    public static final FieldPath MAX_UNAVAILABLE =
        FieldPath.of("spec", "updateStrategy", "rollingUpdate", "maxUnavailable");
  }

  /// How a StatefulSet replaces its pods.
  sealed interface StatefulSetUpdate {}

  /// How a DaemonSet replaces its pods.
  sealed interface DaemonSetUpdate {}

  /// A pod is replaced when somebody deletes it.
  record OnDelete() implements StatefulSetUpdate, DaemonSetUpdate {}

  /// From the last pod down to the one with the number `partition`, a pod going before its
  /// successor comes.
  ///
  /// @param maxUnavailable how many may be gone at a time, where the API server has the field
  record OrdinalUpdate(int partition, Optional<IntOrString> maxUnavailable)
      implements StatefulSetUpdate {

    /// The pods that a rollout takes at a time.
    ///
    /// Source: `getStatefulSetMaxUnavailable` in Kubernetes' `pkg/controller/statefulset`.
    ///
    /// @param counts whether the API server heeds `maxUnavailable`
    public int unavailable(int replicas, boolean counts) {
      int allowed =
          counts ? maxUnavailable.map(it -> Math.max(1, it.roundedDown(replicas))).orElse(1) : 1;
      return Math.min(allowed, Math.max(0, replicas - partition));
    }
  }

  /// `apps/v1` DaemonSet.
  record DaemonSet(
      ObjectMeta metadata, PodTemplate template, RolloutControls controls, DaemonSetUpdate update)
      implements Workload {
    public static final String KIND = "DaemonSet";
    public static final FieldPath MAX_SURGE =
        FieldPath.of("spec", "updateStrategy", "rollingUpdate", "maxSurge");
  }

  /// Node by node; with a surge, a node's old pod stays until the new one beside it is available.
  record NodeUpdate(IntOrString maxSurge) implements DaemonSetUpdate {

    /// Whether new pods come before the old ones go.
    public boolean surges() {
      return maxSurge.roundedUp(1) > 0;
    }
  }

  /// Argo Rollouts' `argoproj.io/v1alpha1` Rollout: a Deployment with a strategy of its own.
  ///
  /// @param replicas 0 or more; Argo's default filled in
  /// @param services the Services that the strategy switches or weighs
  /// @param workloadRef the object that holds the pod template in its stead, as `Deployment "web"`
  record Rollout(
      ObjectMeta metadata,
      PodTemplate template,
      RolloutControls controls,
      int replicas,
      RolloutStrategy strategy,
      List<String> services,
      Optional<String> workloadRef)
      implements Workload {
    public static final String KIND = "Rollout";
    public static final FieldPath BLUE_GREEN = FieldPath.of("spec", "strategy", "blueGreen");
    public static final FieldPath CANARY = FieldPath.of("spec", "strategy", "canary");
    public static final FieldPath MAX_SURGE = CANARY.child("maxSurge");
    public static final FieldPath MAX_UNAVAILABLE = CANARY.child("maxUnavailable");
  }

  /// How a Rollout replaces its pods.
  sealed interface RolloutStrategy {}

  /// Weights by numbers of pods: old and new ones share the replicas within bounds.
  record BasicCanary(RollingUpdate bounds) implements RolloutStrategy {}

  /// Weights by a mesh or an ingress: the new pods come beside all old ones, which stay until
  /// nothing is sent to them.
  ///
  /// Source: `CalculateReplicaCountsForTrafficRoutedCanary` in Argo Rollouts'
  /// `utils/replicaset/canary.go`.
  record RoutedCanary() implements RolloutStrategy {}

  /// All new pods come before the Service is switched to them, and the old ones go after that.
  record BlueGreen() implements RolloutStrategy {}

  /// Neither is given, or both: Argo Rollouts rejects it.
  record NoStrategy() implements RolloutStrategy {}
}
