package dev.gapless.policy;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/// Suggests the name that somebody probably meant.
public final class Names {
  private Names() {}

  /// ` (did you mean "x"?)` for the known name nearest to a mistyped one; empty text when none is
  /// near.
  public static String suggestion(String mistyped, Collection<String> known) {
    return nearest(mistyped, known).map(name -> " (did you mean \"" + name + "\"?)").orElse("");
  }

  /// The known name with the fewest letters to change; empty when that is more than a third of them
  /// (or two).
  public static Optional<String> nearest(String mistyped, Collection<String> known) {
    String wanted = mistyped.toLowerCase(Locale.ROOT);
    int bound = wanted.length() < 4 ? 1 : Math.max(2, wanted.length() / 3);
    return known.stream()
        .sorted()
        .min(Comparator.comparingInt(name -> distance(wanted, name.toLowerCase(Locale.ROOT))))
        .filter(name -> distance(wanted, name.toLowerCase(Locale.ROOT)) <= bound);
  }

  // Levenshtein's distance, one row at a time.
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
