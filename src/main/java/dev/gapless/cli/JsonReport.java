package dev.gapless.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.engine.Consequence;
import dev.gapless.manifest.ReadProblem;
import java.io.PrintStream;
import java.util.List;
import java.util.stream.IntStream;

/// A report for programs; its schema is `docs/check-output.schema.json`.
///
/// The shape is a promise: within `version` 1 members are added, never renamed or taken away.
final class JsonReport implements ReportForm {
  private static final int VERSION = 1;
  private static final List<Consequence> CONSEQUENCES =
      List.of(Consequence.DENIED, Consequence.WARNED, Consequence.PATCHED, Consequence.RECORDED);

  @Override
  public void print(CheckReport report, PrintStream out) {
    JsonPrinter.print(
        out,
        json -> {
          json.beginObject();
          json.members(head(report));
          json.name("findings");
          json.list(
              IntStream.range(0, report.findings().size()).boxed().toList(),
              i -> finding(report, i));
          json.name("notes");
          json.list(report.remarks(), JsonReport::note);
          json.name("exempt");
          json.list(report.exempt(), JsonReport::exempt);
          if (report.explanations().isPresent()) {
            json.name("why");
            json.list(report.explanations().get(), WhyReport::json);
          }
          json.name("skipped");
          json.list(report.skipped(), JsonReport::skip);
          json.name("errors");
          json.list(errors(report), it -> it);
          json.endObject();
        });
  }

  private static ObjectNode head(CheckReport report) {
    ObjectNode head = node().put("version", VERSION);
    ObjectNode summary =
        head.putObject("summary")
            .put("judged", report.judged().size())
            .put("skipped", report.skipped().size())
            .put("errors", report.problems().size() + report.broken().size());
    for (Consequence consequence : CONSEQUENCES) {
      summary.put(Words.of(consequence), report.count(consequence));
    }
    summary.put("exempt", report.exempt().size());
    report.scan().ifPresent(it -> scan(it, head));
    report
        .known()
        .ifPresent(known -> {
          ObjectNode baseline = head.putObject("baseline");
          baseline.put("known", known.count()).put("unseen", known.unseen());
          ArrayNode stale = baseline.putArray("stale");
          known.stale().forEach(stale::add);
        });
    return head;
  }

  private static void scan(CheckReport.Scan scan, ObjectNode head) {
    scan.summary().addTo(head.putArray("namespaces"));
    scan.comparison()
        .ifPresent(it -> {
          ObjectNode compared =
              head.putObject("comparison")
                  .put("new", it.newOnes())
                  .put("gone", it.gone().size())
                  .put("same", it.same());
          ArrayNode gone = compared.putArray("goneFindings");
          it.gone().forEach(one -> gone.add(one.json()));
        });
  }

  private static ObjectNode finding(CheckReport report, int index) {
    ObjectNode finding = finding(report.findings().get(index));
    report.news().ifPresent(it -> finding.put("state", it.get(index) ? "new" : "same"));
    return finding;
  }

  private static ObjectNode finding(CheckReport.Entry entry) {
    ObjectNode finding = place(entry.place());
    finding.set("object", object(entry.object()));
    return finding
        .put("path", entry.path())
        .put("message", entry.message())
        .put("rule", entry.rule())
        .put("consequence", Words.of(entry.consequence()))
        .put("mode", entry.mode().toString());
  }

  private static ObjectNode note(CheckReport.Remark remark) {
    ObjectNode note = place(remark.place());
    note.set("object", object(remark.object()));
    return note.put("path", remark.path()).put("message", remark.message());
  }

  private static ObjectNode exempt(CheckReport.Exempt exempt) {
    ObjectNode one = place(exempt.place());
    one.set("object", object(exempt.object()));
    return one.put("rule", exempt.rule()).put("reason", exempt.reason());
  }

  private static ObjectNode skip(CheckReport.Skip skip) {
    ObjectNode one = place(skip.place());
    one.set("object", object(skip.object()));
    return one.put("reason", Words.id(skip.reason())).put("message", skip.why());
  }

  private static List<ObjectNode> errors(CheckReport report) {
    ArrayNode errors = JsonNodeFactory.instance.arrayNode();
    for (ReadProblem problem : report.problems()) {
      errors.add(place(Place.of(problem)).put("message", problem.message()));
    }
    report.broken().forEach(message -> errors.addObject().put("message", message));
    return errors.valueStream().map(ObjectNode.class::cast).toList();
  }

  private static ObjectNode place(Place place) {
    ObjectNode node = node().put("file", place.file());
    place.position().ifPresent(at -> node.put("line", at.line()).put("column", at.column()));
    place.source().ifPresent(source -> node.put("source", source));
    return node;
  }

  private static ObjectNode object(ObjectKey object) {
    return node()
        .put("apiVersion", object.apiVersion())
        .put("kind", object.kind())
        .put("namespace", object.namespace())
        .put("name", object.name());
  }

  private static ObjectNode node() {
    return JsonNodeFactory.instance.objectNode();
  }
}
