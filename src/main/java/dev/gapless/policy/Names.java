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

  /// How many letters to change until one word is the other: Levenshtein's distance, in which
  /// swapped neighbours count once (optimal string alignment).
  public static int distance(String a, String b) {
    int[][] edits = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        edits[i][j] = i == 0 || j == 0 ? i + j : cheapest(edits, a, b, i, j);
      }
    }
    return edits[a.length()][b.length()];
  }

  private static int cheapest(int[][] edits, String a, String b, int i, int j) {
    boolean same = a.charAt(i - 1) == b.charAt(j - 1);
    int substituted = edits[i - 1][j - 1] + (same ? 0 : 1);
    int cheapest = Math.min(substituted, 1 + Math.min(edits[i - 1][j], edits[i][j - 1]));
    boolean swapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return swapped ? Math.min(cheapest, 1 + edits[i - 2][j - 2]) : cheapest;
  }
}
