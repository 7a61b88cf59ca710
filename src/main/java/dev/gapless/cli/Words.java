package dev.gapless.cli;

import dev.gapless.engine.Consequence;
import java.util.Locale;

/// How results are called in every form of output.
final class Words {
  private Words() {}

  static String of(Consequence consequence) {
    return switch (consequence) {
      case DENIED -> "denied";
      case WARNED -> "warned";
      case PATCHED -> "patched";
      case RECORDED -> "recorded";
    };
  }

  /// A reason as programs know it: `other-kind`.
  static String id(CheckReport.Reason reason) {
    return reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// `1 file`, `2 files`.
  static String count(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }
}
