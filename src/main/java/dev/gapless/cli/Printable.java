package dev.gapless.cli;

import java.util.Locale;

/// Makes text from manifests fit for one line of a terminal: what would move the cursor, end the
/// line or turn its direction is shown as an escape instead.
final class Printable {
  private Printable() {}

  static String of(String text) {
    if (isAscii(text) || text.codePoints().allMatch(Printable::isPlain)) {
      return text;
    }
    var shown = new StringBuilder();
    text.codePoints()
        .forEach(point -> {
          if (isPlain(point)) {
            shown.appendCodePoint(point);
          } else {
            for (char unit : Character.toChars(point)) {
              shown.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
            }
          }
        });
    return shown.toString();
  }

  // Almost every line is, and it is much cheaper to find out.
  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      if (unit < ' ' || unit > '~') {
        return false;
      }
    }
    return true;
  }

  private static boolean isPlain(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          false;
      default -> true;
    };
  }
}
