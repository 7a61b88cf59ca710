package dev.gapless.admission;

import dev.gapless.policy.Policies;

/// The policies in force; asked once for each admission, so it must answer from memory.
public interface PolicySource {

  /// The policies that hold now.
  Policies inForce();
}
