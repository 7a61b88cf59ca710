package dev.gapless.rules;

import dev.gapless.rule.Rule;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Every rule there is.
public final class Catalog {
  private Catalog() {}

  /// All rules, in the order in which a pod lives through what they judge: start, stop, rollout,
  /// placement.
  ///
  /// Fixes are applied in this order, so that the grace period sees the sleep before it, and the
  /// pace the surge.
  public static final List<Rule> RULES =
      List.of(
          new ReadinessProbeMissing(),
          new WorkerReadinessProbeMissing(),
          new ReadinessProbePartial(),
          new ReadinessPortUndeclared(),
          new ServiceSelectsNothing(),
          new ServicePortUnmatched(),
          new ServiceMixesWorkloads(),
          new NotReadyPublished(),
          new LivenessSameAsReadiness(),
          new LivenessKillsSlowStart(),
          new ProbeTimeoutExceedsPeriod(),
          new PreStopSleepMissing(),
          new ExecHookUnsafe(),
          new PreStopSleepTooShort(),
          new LoadBalancerDelay(),
          new GracePeriodTooShort(),
          new PreStopOutlivesGrace(),
          new SidecarDiesFirst(),
          new RolloutLosesCapacity(),
          new MinReadySecondsZero(),
          new ProgressDeadlineTooShort(),
          new SurgeCannotSchedule(),
          new RecreateStrategy(),
          new SingleReplica(),
          new ExternalTrafficLocal(),
          new StatefulsetLosesQuorum(),
          new DaemonsetHasGap(),
          new RollbackHistoryMissing(),
          new RolloutPaused(),
          new SpreadMissing());

  /// The ids of all rules.
  public static Set<String> ids() {
    return RULES.stream().map(rule -> rule.doc().id()).collect(Collectors.toUnmodifiableSet());
  }

  /// The rule of that id.
  public static Optional<Rule> rule(String id) {
    return RULES.stream().filter(rule -> rule.doc().id().equals(id)).findFirst();
  }
}
