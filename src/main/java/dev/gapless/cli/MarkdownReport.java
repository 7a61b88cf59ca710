package dev.gapless.cli;

import dev.gapless.engine.Consequence;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A report as Markdown, for a comment on a pull request: never longer than hosts take, and nothing
/// that a manifest says can become markup, a link or a mention.
final class MarkdownReport implements ReportForm {
  /// In characters; GitHub takes 65,536, and a caller may add some of its own.
  static final int MAX_LENGTH = 60_000;

  private static final int MAX_CELL = 300;
  private static final String HEAD = "| where | object | finding | rule |\n|---|---|---|---|\n";

  // Read as they are, wherever in a line they stand.
  private static final String PLAIN = " .,;=/()-\"'?%+";

  @Override
  public void print(CheckReport report, PrintStream out) {
    var text = new StringBuilder("### Gapless\n\n");
    Optional<SavedScan.Comparison> compared = report.scan().flatMap(CheckReport.Scan::comparison);
    compared.ifPresent(it -> text.append(plain(TextReport.line(it))).append("\n\n"));
    text.append(plain(TextReport.summary(report))).append('\n');
    int left = 0;
    left += errors(report, text);
    left += table(report, Consequence.DENIED, "Denied", true, text);
    left += table(report, Consequence.WARNED, "Warnings", true, text);
    left += table(report, Consequence.PATCHED, "Fixed at admission", false, text);
    left += table(report, Consequence.RECORDED, "Recorded", false, text);
    left += notes(report, text);
    left += gone(compared, text);
    if (left > 0) {
      text.append("\n… and ").append(left).append(" more, left out as there is no room.\n");
    }
    out.print(text);
  }

  private static int errors(CheckReport report, StringBuilder text) {
    List<String> lines = new ArrayList<>();
    TextReport.errors(report).forEach(it -> lines.add("- " + plain(it) + "\n"));
    report.skipped().stream()
        .filter(it -> it.reason().worthTelling())
        .forEach(it -> lines.add("- " + plain(TextReport.line(it)) + "\n"));
    return lines.isEmpty() ? 0 : append(lines, "\n#### Not judged\n\n", "", text);
  }

  private static int notes(CheckReport report, StringBuilder text) {
    List<String> lines =
        report.remarks().stream()
            .map(it -> "- " + code(it.place().toString()) + " " + plain(it.line()) + "\n")
            .toList();
    return lines.isEmpty() ? 0 : append(lines, "\n#### Notes\n\n", "", text);
  }

  private static int gone(Optional<SavedScan.Comparison> compared, StringBuilder text) {
    List<String> lines =
        compared.map(SavedScan.Comparison::gone).orElse(List.of()).stream()
            .map(it -> "- " + plain(it.toString()) + "\n")
            .toList();
    return lines.isEmpty() ? 0 : append(lines, "\n#### Gone\n\n", "", text);
  }

  private static int table(
      CheckReport report, Consequence consequence, String title, boolean open, StringBuilder text) {
    List<String> rows =
        report.fresh().stream()
            .filter(it -> it.consequence() == consequence)
            .map(MarkdownReport::row)
            .toList();
    if (rows.isEmpty()) {
      return 0;
    }
    // The numbers above count what is no news too.
    String news = report.news().isPresent() ? " new" : "";
    String summary = "<summary>" + title + ": " + rows.size() + news + "</summary>";
    String details = open ? "<details open>" : "<details>";
    return append(rows, "\n" + details + summary + "\n\n" + HEAD, "\n</details>\n", text);
  }

  /// Appends as many lines as there is room for, and says how many are left.
  private static int append(List<String> lines, String before, String after, StringBuilder text) {
    int room = MAX_LENGTH - text.length() - before.length() - after.length() - MAX_CELL;
    int taken = 0;
    var body = new StringBuilder();
    for (String line : lines) {
      if (body.length() + line.length() > room) {
        break;
      }
      body.append(line);
      taken++;
    }
    if (taken > 0) {
      text.append(before).append(body).append(after);
    }
    return lines.size() - taken;
  }

  private static String row(CheckReport.Entry entry) {
    return "| "
        + code(entry.place().toString())
        + " | "
        + plain(entry.object().brief())
        + " | "
        + code(entry.path())
        + " "
        + plain(entry.message())
        + " | "
        + code(entry.rule())
        + " |\n";
  }

  private static String code(String text) {
    return "<code>" + plain(text) + "</code>";
  }

  // Every character that could begin markup becomes a reference, which cannot. Hosts look for
  // mentions and issue numbers in what is left: a comment behind the sign hides those.
  private static String plain(String text) {
    var escaped = new StringBuilder();
    Printable.of(text)
        .codePoints()
        .limit(MAX_CELL)
        .forEach(point -> {
          if (point > 127 || Character.isLetterOrDigit(point) || PLAIN.indexOf(point) >= 0) {
            escaped.appendCodePoint(point);
          } else {
            escaped.append("&#").append(point).append(';');
            escaped.append(point == '@' || point == '#' ? "<!-- -->" : "");
          }
        });
    return text.length() > MAX_CELL ? escaped + "…" : escaped.toString();
  }
}
