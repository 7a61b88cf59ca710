package dev.gapless.manifest;

import java.util.Comparator;
import java.util.List;

/// A stretch of a text that becomes another; the end is exclusive.
record Replacement(int start, int end, String replacement) {

  /// A text with some stretches replaced; of several that insert at one place, the first stands
  /// first.
  static String apply(List<Replacement> replacements, String text) {
    var edited = new StringBuilder(text);
    // From the back, so that offsets stay true.
    replacements.reversed().stream()
        .sorted(Comparator.comparingInt(Replacement::start).reversed())
        .forEach(it -> edited.replace(it.start(), it.end(), it.replacement()));
    return edited.toString();
  }
}
