package dev.gapless.cli;

import dev.gapless.engine.Consequence;
import dev.gapless.manifest.ReadProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// A check's result for people.
final class TextReport {
  private static final String RESET = "\u001b[0m";

  private final boolean colour;

  TextReport(boolean colour) {
    this.colour = colour;
  }

  /// One finding: `file:line: path: message [rule]`; what is not denied says so behind.
  String line(CheckReport.Entry entry) {
    String place = Printable.of(entry.place() + ": ");
    Consequence consequence = entry.judgement().consequence();
    String said = Printable.of(entry.judgement().toString()) + suffix(consequence);
    return place + (colour ? colour(consequence) + said + RESET : said);
  }

  private static String suffix(Consequence consequence) {
    return switch (consequence) {
      case DENIED -> "";
      case WARNED -> " (warning)";
      case PATCHED -> " (fixed at admission)";
      case RECORDED -> " (recorded)";
    };
  }

  private static String colour(Consequence consequence) {
    return switch (consequence) {
      case DENIED -> "\u001b[31m";
      case WARNED -> "\u001b[33m";
      case PATCHED -> "\u001b[36m";
      case RECORDED -> "\u001b[2m";
    };
  }

  /// An object that was skipped, for those a user must be told of.
  static String line(CheckReport.Skip skip) {
    return Printable.of(
        skip.place() + ": " + CheckReport.title(skip.object()) + " skipped: " + skip.why());
  }

  /// What kept the report from being complete, one line each.
  static List<String> errors(CheckReport report) {
    return Stream.concat(
            report.problems().stream().map(ReadProblem::toString), report.broken().stream())
        .map(Printable::of)
        .toList();
  }

  /// Everything in one line.
  static String summary(CheckReport report) {
    var skips = new ArrayList<String>();
    for (CheckReport.Reason reason : CheckReport.Reason.values()) {
      if (report.count(reason) > 0) {
        skips.add(report.count(reason) + " " + reason.words());
      }
    }
    String skipped =
        skips.isEmpty()
            ? ""
            : ", " + report.skipped().size() + " skipped (" + String.join(", ", skips) + ")";
    String unread =
        report.problems().isEmpty() ? "" : ", " + report.problems().size() + " unreadable";
    return Words.count(report.judged(), "object")
        + " judged"
        + skipped
        + unread
        + ": "
        + found(report);
  }

  private static String found(CheckReport report) {
    if (report.findings().isEmpty()) {
      return "no findings";
    }
    var found = new ArrayList<String>();
    add(found, report.count(Consequence.DENIED), "denied");
    long warnings = report.count(Consequence.WARNED);
    add(found, warnings, warnings == 1 ? "warning" : "warnings");
    add(found, report.count(Consequence.PATCHED), "fixed at admission");
    add(found, report.count(Consequence.RECORDED), "recorded");
    return String.join(", ", found);
  }

  private static void add(List<String> found, long count, String what) {
    if (count > 0) {
      found.add(count + " " + what);
    }
  }
}
