package dev.gapless.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.engine.Consequence;
import dev.gapless.manifest.ManifestObject;
import dev.gapless.manifest.Position;
import dev.gapless.manifest.ReadProblem;
import java.util.Locale;

/// A check's result for programs.
///
/// The shape is a promise: within `version` 1 members are added, never renamed or taken away.
///
/// ```text
/// version   1
/// summary   judged, skipped, errors, denied, warned, patched, recorded: numbers
/// findings  file, line, column, object {apiVersion, kind, namespace, name}, path, message, rule,
///           consequence (denied | warned | patched | recorded), mode
/// skipped   file, line, column, object, reason (a word), message
/// errors    file, line, column (both absent where no place is known), message
/// ```
final class JsonReport {
  private static final int VERSION = 1;

  private JsonReport() {}

  static ObjectNode of(CheckReport report) {
    ObjectNode root = JsonNodeFactory.instance.objectNode().put("version", VERSION);
    ObjectNode summary =
        root.putObject("summary")
            .put("judged", report.judged())
            .put("skipped", report.skipped().size())
            .put("errors", report.problems().size() + report.broken().size());
    for (Consequence consequence :
        new Consequence[] {
          Consequence.DENIED, Consequence.WARNED, Consequence.PATCHED, Consequence.RECORDED
        }) {
      summary.put(Words.of(consequence), report.count(consequence));
    }
    ArrayNode findings = root.putArray("findings");
    for (CheckReport.Entry entry : report.findings()) {
      ObjectNode finding = place(findings.addObject(), entry.file(), entry.position());
      finding.set("object", object(entry.object()));
      finding
          .put("path", entry.judgement().finding().path().toString())
          .put("message", message(entry))
          .put("rule", entry.judgement().rule())
          .put("consequence", Words.of(entry.judgement().consequence()))
          .put("mode", entry.mode().toString());
    }
    ArrayNode skipped = root.putArray("skipped");
    for (CheckReport.Skip skip : report.skipped()) {
      ObjectNode one = place(skipped.addObject(), skip.file(), skip.position());
      one.set("object", object(skip.object()));
      one.put("reason", skip.reason().name().toLowerCase(Locale.ROOT).replace('_', '-'))
          .put("message", skip.why());
    }
    ArrayNode errors = root.putArray("errors");
    for (ReadProblem problem : report.problems()) {
      ObjectNode error = errors.addObject().put("file", problem.file());
      problem.position().ifPresent(at -> error.put("line", at.line()).put("column", at.column()));
      error.put("message", problem.message());
    }
    report.broken().forEach(message -> errors.addObject().put("message", message));
    return root;
  }

  /// A finding's message without the rule's id, which has a field of its own.
  static String message(CheckReport.Entry entry) {
    String message = entry.judgement().message();
    String suffix = " [" + entry.judgement().rule() + "]";
    return message.endsWith(suffix)
        ? message.substring(0, message.length() - suffix.length())
        : message;
  }

  private static ObjectNode place(ObjectNode node, String file, Position position) {
    node.put("file", file);
    return position.equals(Position.NONE)
        ? node
        : node.put("line", position.line()).put("column", position.column());
  }

  private static ObjectNode object(ManifestObject object) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("apiVersion", object.apiVersion())
        .put("kind", object.kind())
        .put("namespace", object.namespace())
        .put("name", object.name());
  }
}
