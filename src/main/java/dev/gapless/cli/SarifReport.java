package dev.gapless.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.engine.Consequence;
import dev.gapless.manifest.ReadProblem;
import dev.gapless.policy.Mode;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

/// A report as SARIF 2.1.0, for code hosts that show findings beside the lines.
final class SarifReport implements ReportForm {
  private static final String SCHEMA =
      "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

  // A new form of the fingerprint needs a new name, so that hosts do not compare the two.
  private static final String FINGERPRINT = "gapless/v1";
  private static final String UNRESERVED = "-._~/";

  private final List<Rule> rules;
  private final List<String> ids;

  SarifReport(List<Rule> rules) {
    this.rules = rules;
    this.ids = rules.stream().map(rule -> rule.doc().id()).toList();
  }

  @Override
  public void print(CheckReport report, PrintStream out) {
    var fingerprints = new Fingerprints();
    JsonPrinter.print(
        out,
        json -> {
          json.beginObject();
          json.members(node().put("$schema", SCHEMA).put("version", "2.1.0"));
          json.name("runs");
          json.beginList();
          json.beginObject();
          json.members(run(report));
          json.name("results");
          json.list(
              IntStream.range(0, report.findings().size()).boxed().toList(),
              i -> result(report, i, fingerprints));
          json.endObject();
          json.endList();
          json.endObject();
        });
  }

  private ObjectNode run(CheckReport report) {
    ObjectNode run = node();
    ObjectNode driver = run.putObject("tool").putObject("driver");
    driver.put("name", "Gapless").put("semanticVersion", BuildVersion.TEXT);
    ArrayNode descriptors = driver.putArray("rules");
    rules.forEach(rule -> descriptors.add(descriptor(rule.doc())));
    run.put("columnKind", "unicodeCodePoints");
    run.putArray("invocations").add(invocation(report));
    return run;
  }

  private static ObjectNode descriptor(RuleDoc doc) {
    ObjectNode descriptor = node().put("id", doc.id());
    descriptor.putObject("shortDescription").put("text", doc.title());
    descriptor.putObject("fullDescription").put("text", doc.why());
    descriptor.putObject("help").put("text", doc.remedy());
    descriptor
        .putObject("defaultConfiguration")
        .put("enabled", doc.defaultMode() != Mode.DISABLED)
        .put("level", level(doc.defaultMode()));
    return descriptor;
  }

  private static String level(Mode mode) {
    return switch (mode) {
      case ENFORCE -> "error";
      case WARN -> "warning";
      case FIX, AUDIT -> "note";
      case DISABLED -> "none";
    };
  }

  private static ObjectNode invocation(CheckReport report) {
    ObjectNode invocation = node();
    invocation.put("executionSuccessful", report.complete());
    ArrayNode notifications = invocation.putArray("toolExecutionNotifications");
    for (ReadProblem problem : report.problems()) {
      ObjectNode notification = notifications.addObject().put("level", "error");
      notification.putObject("message").put("text", problem.message());
      notification.putArray("locations").add(location(Place.of(problem)));
    }
    for (CheckReport.Remark remark : report.remarks()) {
      ObjectNode notification = notifications.addObject().put("level", "note");
      notification.putObject("message").put("text", remark.line());
      notification.putArray("locations").add(location(remark.place(), remark.object()));
    }
    for (String broken : report.broken()) {
      ObjectNode notification = notifications.addObject().put("level", "error");
      notification.putObject("message").put("text", broken);
    }
    return invocation;
  }

  private ObjectNode result(CheckReport report, int index, Fingerprints fingerprints) {
    CheckReport.Entry entry = report.findings().get(index);
    ObjectNode result = result(entry, fingerprints.next(entry));
    report.news().ifPresent(it -> result.put("baselineState", it.get(index) ? "new" : "unchanged"));
    return result;
  }

  private ObjectNode result(CheckReport.Entry entry, String fingerprint) {
    ObjectNode result = node();
    result.put("ruleId", entry.rule());
    result.put("ruleIndex", ids.indexOf(entry.rule()));
    result.put("level", level(entry.consequence()));
    result.putObject("message").put("text", entry.path() + ": " + entry.message());
    ObjectNode location = location(entry.place(), entry.object());
    result.putArray("locations").add(location);
    if (entry.place().source().isPresent()) {
      // What was rendered, for somebody who has it at hand.
      result.putArray("relatedLocations").add(location(entry.place().rendered()));
    }
    result.putObject("partialFingerprints").put(FINGERPRINT, fingerprint);
    result.putObject("properties").put("consequence", Words.of(entry.consequence()));
    return result;
  }

  /// Where an object stands; one in a cluster has no file.
  private static ObjectNode location(Place place, ObjectKey object) {
    ObjectNode location = place.isInFile() ? location(place) : node();
    location
        .putArray("logicalLocations")
        .addObject()
        .put("name", object.name())
        .put("fullyQualifiedName", object.qualified())
        .put("kind", "resource");
    return location;
  }

  private static ObjectNode location(Place place) {
    ObjectNode location = node();
    ObjectNode physical = location.putObject("physicalLocation");
    physical.putObject("artifactLocation").put("uri", uri(place.origin()));
    place
        .positionInOrigin()
        .ifPresent(at ->
            physical
                .putObject("region")
                .put("startLine", at.line())
                .put("startColumn", at.column()));
    return location;
  }

  private static String level(Consequence consequence) {
    return switch (consequence) {
      case DENIED -> "error";
      case WARNED -> "warning";
      case PATCHED, RECORDED -> "note";
    };
  }

  /// A file as a URI reference; relative where the file was named so.
  private static String uri(String file) {
    var uri = new StringBuilder(file.startsWith("/") ? "file://" : "");
    for (byte one : file.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (one & 0xFF);
      boolean plain = c < 128 && (Character.isLetterOrDigit(c) || UNRESERVED.indexOf(c) >= 0);
      uri.append(plain ? String.valueOf(c) : "%%%02X".formatted((int) c));
    }
    return uri.toString();
  }

  private static ObjectNode node() {
    return JsonNodeFactory.instance.objectNode();
  }
}
