package dev.gapless.cli;

import dev.gapless.manifest.ReadProblem;
import java.lang.Character.UnicodeScript;
import java.util.List;
import java.util.Set;

/// The line of a file on which something is wrong, and a caret under the column.
final class Excerpt {
  /// How much of a line is shown, in columns of a terminal with the margin.
  static final int WIDTH = 100;

  private static final String MARGIN = "    ";
  private static final String CUT = "…";
  private static final String TAB = "    ";

  // Scripts whose characters take two columns, see https://www.unicode.org/reports/tr11/.
  private static final Set<UnicodeScript> WIDE =
      Set.of(
          UnicodeScript.HAN,
          UnicodeScript.HIRAGANA,
          UnicodeScript.KATAKANA,
          UnicodeScript.HANGUL,
          UnicodeScript.YI);
  private static final int FIRST_EMOJI = 0x1F300;
  private static final int LAST_EMOJI = 0x1FAFF;
  private static final int FIRST_FULLWIDTH = 0xFF01;
  private static final int LAST_FULLWIDTH = 0xFF60;

  private Excerpt() {}

  /// Two lines for a terminal; none where the line is not known.
  static List<String> of(ReadProblem problem) {
    return problem.line().isEmpty() || problem.position().isEmpty()
        ? List.of()
        : of(problem.line().get(), problem.position().get().column());
  }

  /// @param column from 1, in characters; may lie one behind the end
  static List<String> of(String line, int column) {
    int[] points = line.codePoints().toArray();
    int at = Math.min(column - 1, points.length);
    // What stands left of the caret is cut first: what follows it is needed to know the place.
    int room = WIDTH - MARGIN.length() - 2 * CUT.length();
    int from = at;
    int left = 0;
    while (from > 0 && left + width(points[from - 1]) <= room / 2) {
      from--;
      left += width(points[from]);
    }
    int to = at;
    int shown = left;
    while (to < points.length && shown + width(points[to]) <= room) {
      shown += width(points[to]);
      to++;
    }
    var text = new StringBuilder(MARGIN);
    text.append(from > 0 ? CUT : "");
    for (int i = from; i < to; i++) {
      text.append(shown(points[i]));
    }
    text.append(to < points.length ? CUT : "");
    int caret = MARGIN.length() + (from > 0 ? CUT.length() : 0) + left;
    return List.of(text.toString().stripTrailing(), " ".repeat(caret) + "^");
  }

  private static String shown(int point) {
    return point == '\t' ? TAB : Printable.of(Character.toString(point));
  }

  private static int width(int point) {
    String shown = shown(point);
    if (shown.codePointCount(0, shown.length()) > 1) {
      return shown.length();
    }
    return switch (Character.getType(point)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK -> 0;
      default -> isWide(point) ? 2 : 1;
    };
  }

  private static boolean isWide(int point) {
    return WIDE.contains(UnicodeScript.of(point))
        || (point >= FIRST_EMOJI && point <= LAST_EMOJI)
        || (point >= FIRST_FULLWIDTH && point <= LAST_FULLWIDTH);
  }
}
