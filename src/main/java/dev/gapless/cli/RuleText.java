package dev.gapless.cli;

import dev.gapless.policy.Exemption;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import java.util.ArrayList;
import java.util.List;

/// A rule's documentation for a terminal.
public final class RuleText {
  private static final int WIDTH = 80;

  private RuleText() {}

  /// All rules, one a line.
  public static String list(List<Rule> rules) {
    int ids = 0;
    int modes = 0;
    for (Rule rule : rules) {
      ids = Math.max(ids, rule.doc().id().length());
      modes = Math.max(modes, rule.doc().defaultMode().toString().length());
    }
    var text = new StringBuilder();
    for (Rule rule : rules) {
      RuleDoc doc = rule.doc();
      text.append(pad(doc.id(), ids))
          .append("  ")
          .append(pad(doc.defaultMode().toString(), modes))
          .append("  ")
          .append(doc.title())
          .append('\n');
    }
    return text.toString();
  }

  /// One rule in full.
  public static String of(RuleDoc doc) {
    var text = new StringBuilder();
    text.append(doc.id()).append(": ").append(doc.title()).append("\n\n");
    text.append("Default mode: ").append(doc.defaultMode()).append('\n');
    text.append("Since: ").append(doc.since()).append('\n');
    if (!doc.settings().isEmpty()) {
      text.append("Settings: ").append(String.join(", ", doc.settings())).append('\n');
    }
    section(text, "What goes wrong", doc.why());
    section(text, "What to do", doc.remedy());
    section(
        text,
        "To live with it",
        "Set the annotation "
            + Exemption.ANNOTATION_PREFIX
            + doc.id()
            + ": \"<reason>\" on the object; with "
            + Exemption.UNTIL_ANNOTATION
            + ": 2027-01-31 it counts up to that day. Or name the rule in a policy with another"
            + " mode.");
    if (!doc.references().isEmpty()) {
      text.append("\nRead more:\n");
      doc.references().forEach(it -> text.append("  ").append(it).append('\n'));
    }
    return text.toString();
  }

  private static void section(StringBuilder text, String title, String body) {
    text.append('\n').append(title).append(":\n");
    for (String line : body.strip().split("\n", -1)) {
      wrap(line).forEach(it -> text.append(it.isEmpty() ? "" : "  ").append(it).append('\n'));
    }
  }

  // Lines that begin with a space, such as examples, stay as they are.
  private static List<String> wrap(String line) {
    if (line.startsWith(" ") || line.isEmpty()) {
      return List.of(line.stripTrailing());
    }
    var lines = new ArrayList<String>();
    var current = new StringBuilder();
    for (String word : line.split(" ", -1)) {
      if (!current.isEmpty() && current.length() + 1 + word.length() > WIDTH - 2) {
        lines.add(current.toString());
        current.setLength(0);
      }
      current.append(current.isEmpty() ? "" : " ").append(word);
    }
    lines.add(current.toString());
    return lines;
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(width - text.length());
  }
}
