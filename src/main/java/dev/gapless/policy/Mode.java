package dev.gapless.policy;

import java.util.Arrays;
import java.util.Optional;

/// What a rule may do about its findings: a ladder, on which each mode does what the one before
/// does and one thing more.
public enum Mode {
  DISABLED("Disabled"),
  AUDIT("Audit"),
  WARN("Warn"),
  FIX("Fix"),
  ENFORCE("Enforce");

  private final String word;

  Mode(String word) {
    this.word = word;
  }

  /// The mode of that name; empty when there is none.
  public static Optional<Mode> parse(String word) {
    return Arrays.stream(values()).filter(mode -> mode.word.equals(word)).findFirst();
  }

  /// The lower of the two.
  public Mode atMost(Mode cap) {
    return compareTo(cap) <= 0 ? this : cap;
  }

  /// Whether this mode is the other or a higher one.
  public boolean atLeast(Mode other) {
    return compareTo(other) >= 0;
  }

  /// The word as it stands in policies.
  @Override
  public String toString() {
    return word;
  }
}
