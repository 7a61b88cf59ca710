package dev.gapless.cli;

import dev.gapless.engine.Consequence;
import dev.gapless.manifest.ReadProblem;
import java.io.PrintStream;

/// A report as workflow commands of GitHub Actions, which shows them as annotations beside the
/// lines.
///
/// Escaping as in https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts; of a
/// step GitHub shows ten annotations of each level.
final class GithubReport implements ReportForm {
  @Override
  public void print(CheckReport report, PrintStream out) {
    for (CheckReport.Entry entry : report.fresh()) {
      out.println(
          command(
              level(entry.consequence()),
              entry.place(),
              entry.rule() + " (" + entry.object().brief() + ")",
              entry.line()));
    }
    for (CheckReport.Remark remark : report.remarks()) {
      out.println(
          command(
              "notice", remark.place(), "note (" + remark.object().brief() + ")", remark.line()));
    }
    for (CheckReport.Skip skip : report.skipped()) {
      if (skip.reason().worthTelling()) {
        out.println(
            command(
                skip.reason() == CheckReport.Reason.UNREADABLE ? "error" : "warning",
                skip.place(),
                "skipped (" + skip.object().brief() + ")",
                skip.why()));
      }
    }
    for (ReadProblem problem : report.problems()) {
      out.println(command("error", Place.of(problem), "unreadable", problem.message()));
    }
    report.broken().forEach(it -> out.println("::error title=internal error::" + data(it)));
  }

  private static String level(Consequence consequence) {
    return switch (consequence) {
      case DENIED -> "error";
      case WARNED -> "warning";
      case PATCHED, RECORDED -> "notice";
    };
  }

  private static String command(String level, Place place, String title, String message) {
    String position =
        place.positionInOrigin().map(at -> ",line=" + at.line() + ",col=" + at.column()).orElse("");
    String rendered = place.source().isPresent() ? " (" + place.rendered() + ")" : "";
    return "::"
        + level
        + " file="
        + property(place.origin())
        + position
        + ",title="
        + property(title)
        + "::"
        + data(message + rendered);
  }

  private static String data(String text) {
    return Printable.of(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A");
  }

  private static String property(String text) {
    return data(text).replace(":", "%3A").replace(",", "%2C");
  }
}
