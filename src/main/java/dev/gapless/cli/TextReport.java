package dev.gapless.cli;

import dev.gapless.engine.Consequence;
import dev.gapless.manifest.ReadProblem;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// A report for people.
final class TextReport implements ReportForm {
  private static final String RESET = "\u001b[0m";

  private final boolean colour;
  private final boolean summed;

  /// @param summed whether the last line sums up
  TextReport(boolean colour, boolean summed) {
    this.colour = colour;
    this.summed = summed;
  }

  @Override
  public void print(CheckReport report, PrintStream out) {
    report.explanations().stream()
        .flatMap(List::stream)
        .forEach(it -> out.println(WhyReport.text(it)));
    report.fresh().forEach(it -> out.println(line(it)));
    report.remarks().forEach(it -> out.println(line(it)));
    if (report.scan().isEmpty()) {
      report.exempt().forEach(it -> out.println(line(it)));
    }
    if (summed) {
      report.scan().ifPresent(it -> print(it, out));
      out.println(summary(report));
    }
  }

  private static void print(CheckReport.Scan scan, PrintStream out) {
    scan.comparison()
        .ifPresent(it -> it.gone().forEach(gone -> out.println(Printable.of("gone: " + gone))));
    List<String> table = scan.summary().lines();
    if (!table.isEmpty()) {
      out.println();
      table.forEach(it -> out.println(Printable.of(it)));
      out.println();
    }
    scan.comparison().ifPresent(it -> out.println(line(it)));
  }

  /// What a comparison of two scans comes to.
  static String line(SavedScan.Comparison comparison) {
    return "compared with the saved scan: "
        + comparison.newOnes()
        + " new, "
        + comparison.gone().size()
        + " gone, "
        + comparison.same()
        + " the same";
  }

  /// One finding: `file:line: path: message [rule]`; what is not denied says so behind.
  String line(CheckReport.Entry entry) {
    String place = Printable.of(entry.place() + ": ");
    Consequence consequence = entry.consequence();
    String said = Printable.of(entry.line()) + suffix(consequence);
    return place + (colour ? colour(consequence) + said + RESET : said);
  }

  /// What else an author should know, in the form of a finding.
  static String line(CheckReport.Remark remark) {
    return Printable.of(remark.place() + ": " + remark.line() + " (note)");
  }

  private static String line(CheckReport.Exempt exempt) {
    return Printable.of(
        exempt.place()
            + ": "
            + exempt.object().title()
            + (exempt.reason().isBlank() ? " without a reason" : ": " + exempt.reason())
            + " ["
            + exempt.rule()
            + "] (exempt)");
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
    return Printable.of(skip.place() + ": " + skip.object().title() + " skipped: " + skip.why());
  }

  /// The objects that were skipped and of which a user must be told, one line each.
  static List<String> skips(CheckReport report) {
    return report.skipped().stream()
        .filter(it -> it.reason().worthTelling())
        .map(TextReport::line)
        .toList();
  }

  /// What kept the report from being complete, one line each.
  static List<String> errors(CheckReport report) {
    return Stream.concat(
            report.problems().stream().map(ReadProblem::toString), report.broken().stream())
        .map(Printable::of)
        .toList();
  }

  /// What kept the report from being complete, with the lines on which that stands.
  static List<String> errorsWithExcerpts(CheckReport report) {
    var lines = new ArrayList<String>();
    for (ReadProblem problem : report.problems()) {
      lines.add(Printable.of(problem.toString()));
      lines.addAll(Excerpt.of(problem));
    }
    report.broken().stream().map(Printable::of).forEach(lines::add);
    return lines;
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
    return Words.count(report.judged().size(), "object")
        + " judged"
        + skipped
        + unread
        + ": "
        + found(report)
        + (report.exempt().isEmpty() ? "" : ", " + report.exempt().size() + " exempt")
        + report.known().map(it -> ", " + it.count() + " known from the baseline").orElse("");
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
