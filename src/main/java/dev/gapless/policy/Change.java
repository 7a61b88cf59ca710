package dev.gapless.policy;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// What a fix may touch.
public enum Change {
  /// Nothing.
  NONE("None"),
  /// Fields that nobody wrote.
  UNSET("Unset"),
  /// Written fields too.
  ANY("Any");

  private final String word;

  Change(String word) {
    this.word = word;
  }

  /// The value of that name; empty when there is none.
  public static Optional<Change> parse(String word) {
    return Arrays.stream(values()).filter(change -> change.word.equals(word)).findFirst();
  }

  /// Whether a fix may touch a field.
  ///
  /// @param written whether the object's author wrote it, asked only where it matters
  public boolean permits(BooleanSupplier written) {
    return switch (this) {
      case NONE -> false;
      case UNSET -> !written.getAsBoolean();
      case ANY -> true;
    };
  }

  /// The word as it stands in policies.
  @Override
  public String toString() {
    return word;
  }
}
