package dev.gapless.cli;

import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import java.util.ArrayList;
import java.util.List;

/// Two texts compared as `diff -u` does.
final class UnifiedDiff {
  private static final int CONTEXT_LINES = 3;
  private static final String NO_NEWLINE = "\n\\ No newline at end of file";

  private UnifiedDiff() {}

  /// What becomes of a file, in the form that `patch` reads; empty where nothing changes.
  static String of(String file, String before, String after) {
    String path = Printable.of(file.startsWith("/") ? file.substring(1) : file);
    return of("a/" + path, before, "b/" + path, after);
  }

  /// The difference; empty where there is none.
  static String of(String oldName, String before, String newName, String after) {
    if (before.equals(after)) {
      return "";
    }
    List<String> old = lines(before);
    List<String> lines =
        UnifiedDiffUtils.generateUnifiedDiff(
            oldName, newName, old, DiffUtils.diff(old, lines(after)), CONTEXT_LINES);
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
