package dev.gapless.policy;

import dev.gapless.workload.IntOrString;
import java.util.Map;
import java.util.Optional;

/// What holds for one workload.
///
/// @param name the governing policy's name, for people
/// @param mode the highest mode for rules that are not named
/// @param rules the named rules' modes
/// @param preStopSleepSeconds 1 or more
/// @param drainSeconds the time an application gets to finish after SIGTERM, 0 or more
/// @param maxSurge what `maxSurge` is set to where nobody wrote it; empty leaves Kubernetes' 25%
public record EffectivePolicy(
    String name,
    Mode mode,
    Map<String, Mode> rules,
    Change change,
    int preStopSleepSeconds,
    int drainSeconds,
    Optional<IntOrString> maxSurge,
    ExemptionTerms exemptions) {

  /// How long a slow ingress controller takes to learn of a leaving endpoint, with room to spare;
  /// kube-proxy needs about 1 s.
  public static final int DEFAULT_PRE_STOP_SLEEP_SECONDS = 10;

  /// What is left of Kubernetes' default grace period of 30 s after that sleep.
  public static final int DEFAULT_DRAIN_SECONDS = 20;

  private static final RuleMode.Origin NAMED = new RuleMode.Named();
  private static final RuleMode.Origin DEFAULT = new RuleMode.Default();

  /// The policy with every setting at its default.
  public static EffectivePolicy defaults(String name, Mode mode) {
    return new EffectivePolicy(
        name,
        mode,
        Map.of(),
        Change.UNSET,
        DEFAULT_PRE_STOP_SLEEP_SECONDS,
        DEFAULT_DRAIN_SECONDS,
        Optional.empty(),
        ExemptionTerms.DEFAULT);
  }

  /// The mode at which a rule acts on a workload: as written where the policy names it, else its
  /// own default but never beyond the policy's mode; at most audited where a controller owns it.
  ///
  /// @param controller `Kind/name` of the owner that manages the workload
  public RuleMode modeOf(String rule, Mode defaultMode, Optional<String> controller) {
    Mode named = rules.get(rule);
    Mode asked = named != null ? named : defaultMode.atMost(mode);
    RuleMode.Origin origin =
        named != null
            ? NAMED
            : asked == defaultMode ? DEFAULT : new RuleMode.CappedByPolicy(defaultMode);
    return new RuleMode(asked, origin, asked.atLeast(Mode.WARN) ? controller : Optional.empty());
  }
}
