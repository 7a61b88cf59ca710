package dev.gapless.cli;

import dev.gapless.engine.Consequence;
import java.util.Locale;

/// When findings make a command fail.
enum FailOn {
  DENY,
  WARN,
  ANY;

  boolean asksFor(Consequence consequence) {
    return switch (this) {
      case DENY -> consequence == Consequence.DENIED;
      case WARN -> consequence == Consequence.WARNED || consequence == Consequence.DENIED;
      case ANY -> true;
    };
  }

  /// Whether a report makes a command fail.
  boolean asksFor(CheckReport report) {
    return report.fresh().stream().anyMatch(it -> asksFor(it.consequence()));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
