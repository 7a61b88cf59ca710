package dev.gapless.admission;

import java.nio.charset.StandardCharsets;

/// Fits texts into the room that Kubernetes gives them.
final class Texts {
  private static final String CUT = "…";

  private Texts() {}

  /// Without control characters, each of which would make a warning vanish.
  static String printable(String text) {
    StringBuilder clean = null;
    for (int i = 0; i < text.length(); i++) {
      if (Character.isISOControl(text.charAt(i))) {
        clean = clean == null ? new StringBuilder(text) : clean;
        clean.setCharAt(i, ' ');
      }
    }
    return clean == null ? text : clean.toString();
  }

  /// At most `max` characters: where it is longer, the middle goes, because a finding's path stands
  /// first and its rule last.
  static String shortened(String text, int max) {
    String clean = printable(text);
    if (clean.length() <= max) {
      return clean;
    }
    int rule = clean.endsWith("]") ? clean.lastIndexOf(" [") : -1;
    int tail = rule < 0 ? 0 : clean.length() - rule;
    if (tail > max / 2) {
      tail = max / 2;
    }
    int head = max - CUT.length() - tail;
    return withoutHalf(clean.substring(0, head)) + CUT + clean.substring(clean.length() - tail);
  }

  /// At most `maxBytes` in UTF-8; where it is longer, the end goes and a remark says so.
  static String cut(String text, int maxBytes) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length <= maxBytes) {
      return text;
    }
    String remark = " … (cut, " + bytes.length + " bytes)";
    int end = maxBytes - remark.getBytes(StandardCharsets.UTF_8).length;
    // Not within a character: bytes 10xxxxxx go on with the one before.
    while (end > 0 && (bytes[end] & 0xC0) == 0x80) {
      end--;
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8) + remark;
  }

  private static String withoutHalf(String text) {
    return !text.isEmpty() && Character.isHighSurrogate(text.charAt(text.length() - 1))
        ? text.substring(0, text.length() - 1)
        : text;
  }
}
