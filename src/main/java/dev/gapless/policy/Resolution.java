package dev.gapless.policy;

import java.util.List;
import java.util.Optional;

/// Which policy governs a workload, and what became of the others.
///
/// @param asks what holds for the workload
/// @param governing the policy that asks for it; empty where none matches
/// @param others in their order of precedence
public record Resolution(
    EffectivePolicy asks, Optional<RolloutPolicy> governing, List<Other> others) {

  /// A policy that does not govern.
  ///
  /// @param mismatch why it does not match; empty where it matches and another goes before it
  public record Other(RolloutPolicy policy, Optional<Mismatch> mismatch) {}

  /// Why a policy does not govern, for people.
  public String why(Other other) {
    if (other.mismatch().isPresent()) {
      return "does not match: " + other.mismatch().get();
    }
    int highest = governing.map(RolloutPolicy::priority).orElse(0);
    return other.policy().priority() == highest
        ? "matches too, with the same priority: the first by name governs"
        : "matches too, but its priority is lower";
  }
}
