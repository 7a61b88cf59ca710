package dev.gapless.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.engine.Consequence;
import dev.gapless.manifest.Position;
import dev.gapless.manifest.ReadProblem;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A report as GitLab's code quality report, which merge requests show.
///
/// See https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format; of two entries
/// with one fingerprint GitLab shows only the first.
final class GitlabReport implements ReportForm {
  @Override
  public void print(CheckReport report, PrintStream out) {
    var fingerprints = new Fingerprints();
    List<Issue> issues = new ArrayList<>();
    report.fresh().forEach(entry -> issues.add(new Issue.Found(entry)));
    Map<String, Integer> seen = new HashMap<>();
    for (CheckReport.Remark remark : report.remarks()) {
      issues.add(new Issue.Noted(remark, seen.merge(name(remark), 1, Integer::sum)));
    }
    for (ReadProblem problem : report.problems()) {
      String name = Place.of(problem).origin() + "\n" + problem.message();
      issues.add(new Issue.Unread(problem, seen.merge(name, 1, Integer::sum)));
    }
    JsonPrinter.print(
        out,
        json ->
            json.list(
                issues,
                issue ->
                    switch (issue) {
                      case Issue.Found(CheckReport.Entry entry) ->
                          found(entry, fingerprints.next(entry));
                      case Issue.Noted(CheckReport.Remark remark, int count) ->
                          noted(remark, count);
                      case Issue.Unread(ReadProblem problem, int count) -> unread(problem, count);
                    }));
  }

  /// What is reported.
  private sealed interface Issue {
    /// A finding.
    record Found(CheckReport.Entry entry) implements Issue {}

    /// A note.
    ///
    /// @param count from 1: which one of those that say the same
    record Noted(CheckReport.Remark remark, int count) implements Issue {}

    /// What could not be read.
    ///
    /// @param count from 1: which one of those that say the same
    record Unread(ReadProblem problem, int count) implements Issue {}
  }

  private static ObjectNode found(CheckReport.Entry entry, String fingerprint) {
    Place place = entry.place();
    return issue(
        entry.object().brief() + ": " + entry.line() + rendered(place),
        entry.rule(),
        // One object may stand in two files.
        Fingerprints.sha256(place.origin() + "\n" + fingerprint),
        severity(entry.consequence()),
        place);
  }

  private static ObjectNode noted(CheckReport.Remark remark, int count) {
    return issue(
        remark.object().brief() + ": " + remark.line() + rendered(remark.place()),
        "note",
        Fingerprints.sha256(name(remark) + "\n" + count),
        "info",
        remark.place());
  }

  private static String name(CheckReport.Remark remark) {
    return remark.place().origin() + "\n" + remark.object().qualified() + "\n" + remark.line();
  }

  private static String rendered(Place place) {
    return place.source().isPresent() ? " (" + place.rendered() + ")" : "";
  }

  private static ObjectNode unread(ReadProblem problem, int count) {
    Place place = Place.of(problem);
    return issue(
        problem.message() + rendered(place),
        "unreadable",
        Fingerprints.sha256(place.origin() + "\n" + problem.message() + "\n" + count),
        "blocker",
        place);
  }

  private static ObjectNode issue(
      String description, String name, String fingerprint, String severity, Place place) {
    ObjectNode issue =
        JsonNodeFactory.instance
            .objectNode()
            .put("description", Printable.of(description))
            .put("check_name", name)
            .put("fingerprint", fingerprint)
            .put("severity", severity);
    issue
        .putObject("location")
        .put("path", place.origin())
        .putObject("lines")
        .put("begin", place.positionInOrigin().map(Position::line).orElse(1));
    return issue;
  }

  private static String severity(Consequence consequence) {
    return switch (consequence) {
      case DENIED -> "critical";
      case WARNED -> "minor";
      case PATCHED, RECORDED -> "info";
    };
  }
}
