package dev.gapless.engine;

import dev.gapless.policy.Exemption;
import dev.gapless.policy.RuleMode;
import dev.gapless.rule.RuleDoc;

/// What a rule may do about one workload, before it has looked at it.
public record Standing(RuleDoc doc, RuleMode mode, Exemption exemption) {

  /// Why the rule acts at its mode, or does not, for people.
  public String because() {
    return mode.because()
        + switch (exemption) {
          case Exemption.None _ -> "";
          case Exemption.Granted(String reason) -> "; exempt: " + reason;
          case Exemption.Refused(String why) -> "; the exemption does not count: " + why;
        };
  }
}
