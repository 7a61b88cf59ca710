package dev.gapless.engine;

import dev.gapless.rule.Finding;
import dev.gapless.rule.Fix;
import java.util.Optional;

/// A finding and what it leads to.
///
/// @param fix the finding's fix, if it may be applied
/// @param refusedExemption why an exemption from the rule does not count, where one was asked for
public record Judgement(
    String rule,
    Finding finding,
    Consequence consequence,
    Optional<Fix> fix,
    Optional<String> refusedExemption) {

  /// The finding without its path: message, would-be fix, rule id.
  public String message() {
    return finding.message()
        + fix.map(it -> "; would " + it.would()).orElse("")
        + refusedExemption.map(why -> "; the exemption does not count: " + why).orElse("")
        + " ["
        + rule
        + "]";
  }

  /// The finding in one line: path, message, rule id.
  @Override
  public String toString() {
    return finding.path() + ": " + message();
  }
}
