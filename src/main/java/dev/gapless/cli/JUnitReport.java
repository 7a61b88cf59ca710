package dev.gapless.cli;

import dev.gapless.manifest.ReadProblem;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A report as JUnit XML, for CI servers that show test results: a suite for each file, a case for
/// each finding and for each object without any.
///
/// Of the dialects it keeps to what all of them read: the elements and attributes of Ant's
/// formatter, see https://github.com/testmoapp/junitxml.
final class JUnitReport implements ReportForm {
  private final FailOn failOn;

  /// @param failOn which findings are failures; all others pass and say so in their output
  JUnitReport(FailOn failOn) {
    this.failOn = failOn;
  }

  /// How a case ended.
  private enum End {
    PASSED,
    FAILED,
    ERROR,
    SKIPPED
  }

  /// One case.
  ///
  /// @param type the word by which cases that did not pass are sorted
  private record Case(String name, End end, String type, String message, String detail) {}

  @Override
  public void print(CheckReport report, PrintStream out) {
    Map<String, List<Case>> suites = suites(report);
    List<Case> all = suites.values().stream().flatMap(List::stream).toList();
    out.println("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    out.println(
        "<testsuites name=\"gapless\" tests=\"%d\" failures=\"%d\" errors=\"%d\">"
            .formatted(all.size(), count(all, End.FAILED), count(all, End.ERROR)));
    suites.forEach((file, cases) -> print(file, cases, out));
    out.println("</testsuites>");
  }

  private Map<String, List<Case>> suites(CheckReport report) {
    Map<String, List<Case>> suites = new LinkedHashMap<>();
    Set<CheckReport.Found> found = new HashSet<>();
    // In the order of the files, which the judged objects have; a clean one is a case of its own.
    for (CheckReport.Found object : report.judged()) {
      suites.computeIfAbsent(object.place().origin(), _ -> new ArrayList<>());
    }
    for (CheckReport.Entry entry : report.fresh()) {
      found.add(new CheckReport.Found(fileOf(entry.place()), entry.object()));
      add(suites, entry.place(), of(entry));
    }
    for (CheckReport.Found object : report.judged()) {
      if (!found.contains(new CheckReport.Found(fileOf(object.place()), object.object()))) {
        add(suites, object.place(), new Case(object.object().brief(), End.PASSED, "", "", ""));
      }
    }
    report.remarks().forEach(it -> add(suites, it.place(), of(it)));
    for (CheckReport.Skip skip : report.skipped()) {
      if (skip.reason().worthTelling()) {
        add(suites, skip.place(), of(skip));
      }
    }
    for (ReadProblem problem : report.problems()) {
      Place place = Place.of(problem);
      add(
          suites,
          place,
          new Case("read", End.ERROR, "unreadable", problem.message(), place.toString()));
    }
    for (String broken : report.broken()) {
      add(suites, "gapless", new Case("judge", End.ERROR, "internal-error", broken, ""));
    }
    return suites;
  }

  private static Place fileOf(Place place) {
    return new Place(place.file(), Optional.empty(), place.source());
  }

  private static void add(Map<String, List<Case>> suites, Place place, Case one) {
    add(suites, place.origin(), one);
  }

  private static void add(Map<String, List<Case>> suites, String suite, Case one) {
    suites.computeIfAbsent(suite, _ -> new ArrayList<>()).add(one);
  }

  private Case of(CheckReport.Entry entry) {
    return new Case(
        entry.object().brief() + ": " + entry.rule() + " " + entry.path(),
        failOn.asksFor(entry.consequence()) ? End.FAILED : End.PASSED,
        entry.rule(),
        entry.path() + ": " + entry.message(),
        entry.place() + ": " + Words.of(entry.consequence()));
  }

  private static Case of(CheckReport.Remark remark) {
    return new Case(
        remark.object().brief() + ": note " + remark.path(),
        End.PASSED,
        "note",
        remark.path() + ": " + remark.message(),
        remark.place() + ": note");
  }

  private static Case of(CheckReport.Skip skip) {
    End end = skip.reason() == CheckReport.Reason.UNREADABLE ? End.ERROR : End.SKIPPED;
    return new Case(
        skip.object().brief(), end, Words.id(skip.reason()), skip.why(), skip.place().toString());
  }

  private static long count(List<Case> cases, End end) {
    return cases.stream().filter(it -> it.end() == end).count();
  }

  private static void print(String file, List<Case> cases, PrintStream out) {
    out.println(
        "  <testsuite name=\"%s\" tests=\"%d\" failures=\"%d\" errors=\"%d\" skipped=\"%d\">"
            .formatted(
                xml(file),
                cases.size(),
                count(cases, End.FAILED),
                count(cases, End.ERROR),
                count(cases, End.SKIPPED)));
    cases.forEach(it -> print(file, it, out));
    out.println("  </testsuite>");
  }

  private static void print(String file, Case one, PrintStream out) {
    out.print("    <testcase classname=\"%s\" name=\"%s\"".formatted(xml(file), xml(one.name())));
    String inner = inner(one);
    out.println(inner.isEmpty() ? "/>" : ">" + inner + "</testcase>");
  }

  private static String inner(Case one) {
    String attributes =
        " type=\"%s\" message=\"%s\"".formatted(xml(one.type()), xml(one.message()));
    String detail = xml(one.detail());
    return switch (one.end()) {
      case FAILED -> "<failure" + attributes + ">" + detail + "</failure>";
      case ERROR -> "<error" + attributes + ">" + detail + "</error>";
      case SKIPPED -> "<skipped" + attributes + "/>";
      case PASSED ->
          one.message().isEmpty()
              ? ""
              : "<system-out>" + detail + ": " + xml(one.message()) + "</system-out>";
    };
  }

  // XML has no way at all to say most control characters, halves of surrogate pairs and the last
  // two characters of the first plane.
  private static String xml(String text) {
    return Printable.of(text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("\uFFFE", "\\ufffe")
        .replace("\uFFFF", "\\uffff");
  }
}
