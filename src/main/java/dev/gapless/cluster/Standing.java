package dev.gapless.cluster;

import dev.gapless.policy.RolloutPolicy;
import java.util.List;
import java.util.Locale;

/// What came of a stored policy.
sealed interface Standing {

  /// It is valid and in force.
  record Accepted(RolloutPolicy policy, long generation) implements Standing {}

  /// It is invalid; its last good version, which this process has seen, stays in force.
  ///
  /// @param policy the version in force
  /// @param generation the generation of that version
  record HeldBack(RolloutPolicy policy, long generation, List<String> problems)
      implements Standing {}

  /// It is invalid, and no good version of it is known: it counts for nothing.
  record SetAside(List<String> problems) implements Standing {}

  /// All kinds of standing, the graver ones later.
  enum State {
    ACCEPTED,
    HELD_BACK,
    SET_ASIDE;

    /// Whether the stored version is valid.
    boolean valid() {
      return this == ACCEPTED;
    }

    /// Its name in metrics.
    String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /// Which kind this is.
  default State state() {
    return switch (this) {
      case Accepted _ -> State.ACCEPTED;
      case HeldBack _ -> State.HELD_BACK;
      case SetAside _ -> State.SET_ASIDE;
    };
  }
}
