package dev.gapless.engine;

import dev.gapless.policy.Mode;
import java.util.Optional;

/// What a finding leads to.
public enum Consequence {
  /// It is written down and nothing else happens.
  RECORDED,
  /// The user is told.
  WARNED,
  /// Its fix is applied, silently.
  PATCHED,
  /// The object is rejected.
  DENIED;

  /// The one table that turns a mode into a deed; empty where nothing is judged.
  ///
  /// @param effective the rule's mode after all caps
  /// @param fixable whether the finding's fix may be applied
  public static Optional<Consequence> of(Mode effective, boolean fixable) {
    return switch (effective) {
      case DISABLED -> Optional.empty();
      case AUDIT -> Optional.of(RECORDED);
      case WARN -> Optional.of(WARNED);
      case FIX -> Optional.of(fixable ? PATCHED : WARNED);
      case ENFORCE -> Optional.of(fixable ? PATCHED : DENIED);
    };
  }
}
