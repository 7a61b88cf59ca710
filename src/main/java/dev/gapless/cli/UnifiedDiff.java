package dev.gapless.cli;

import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import java.util.ArrayList;
import java.util.List;

/// What becomes of a file, in the form that `patch` reads.
final class UnifiedDiff {
  private static final int CONTEXT_LINES = 3;
  private static final String NO_NEWLINE = "\n\\ No newline at end of file";

  private UnifiedDiff() {}

  /// The diff with its last line ended; empty where nothing changes.
  static String of(String name, String before, String after) {
    if (before.equals(after)) {
      return "";
    }
    String path = Printable.of(name.startsWith("/") ? name.substring(1) : name);
    List<String> old = lines(before);
    List<String> lines =
        UnifiedDiffUtils.generateUnifiedDiff(
            "a/" + path, "b/" + path, old, DiffUtils.diff(old, lines(after)), CONTEXT_LINES);
    return String.join("\n", lines) + "\n";
  }

  private static List<String> lines(String text) {
    var lines = new ArrayList<>(List.of(text.split("\n", -1)));
    String last = lines.removeLast();
    if (!last.isEmpty()) {
      lines.add(last + NO_NEWLINE);
    }
    return lines;
  }
}
