package dev.gapless.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.engine.Consequence;
import dev.gapless.manifest.ManifestObject;
import dev.gapless.manifest.Position;
import dev.gapless.manifest.ReadProblem;
import dev.gapless.policy.Mode;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// A check's result as SARIF 2.1.0, for code hosts that show findings beside the lines.
final class SarifReport {
  private static final String SCHEMA =
      "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

  // A new form of the fingerprint needs a new name, so that hosts do not compare the two.
  private static final String FINGERPRINT = "gapless/v1";
  private static final String UNRESERVED = "-._~/";

  private final Map<String, Integer> seen = new HashMap<>();

  private SarifReport() {}

  static ObjectNode of(CheckReport report, List<Rule> rules) {
    return new SarifReport().log(report, rules);
  }

  private ObjectNode log(CheckReport report, List<Rule> rules) {
    ObjectNode log = JsonNodeFactory.instance.objectNode();
    log.put("$schema", SCHEMA).put("version", "2.1.0");
    ObjectNode run = log.putArray("runs").addObject();
    ObjectNode driver = run.putObject("tool").putObject("driver");
    driver.put("name", "Gapless").put("semanticVersion", BuildVersion.TEXT);
    ArrayNode descriptors = driver.putArray("rules");
    var ids = new ArrayList<String>();
    for (Rule rule : rules) {
      ids.add(rule.doc().id());
      descriptors.add(descriptor(rule.doc()));
    }
    run.put("columnKind", "unicodeCodePoints");
    run.putArray("invocations").add(invocation(report));
    ArrayNode results = run.putArray("results");
    for (CheckReport.Entry entry : report.findings()) {
      results.add(result(entry, ids.indexOf(entry.judgement().rule())));
    }
    return log;
  }

  private static ObjectNode descriptor(RuleDoc doc) {
    ObjectNode descriptor = JsonNodeFactory.instance.objectNode().put("id", doc.id());
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
    ObjectNode invocation = JsonNodeFactory.instance.objectNode();
    invocation.put("executionSuccessful", report.complete());
    ArrayNode notifications = invocation.putArray("toolExecutionNotifications");
    for (ReadProblem problem : report.problems()) {
      ObjectNode notification = notifications.addObject().put("level", "error");
      notification.putObject("message").put("text", problem.message());
      ObjectNode physical =
          notification.putArray("locations").addObject().putObject("physicalLocation");
      physical.putObject("artifactLocation").put("uri", uri(problem.file()));
      problem
          .position()
          .ifPresent(at ->
              physical
                  .putObject("region")
                  .put("startLine", at.line())
                  .put("startColumn", at.column()));
    }
    for (String broken : report.broken()) {
      ObjectNode notification = notifications.addObject().put("level", "error");
      notification.putObject("message").put("text", broken);
    }
    return invocation;
  }

  private ObjectNode result(CheckReport.Entry entry, int ruleIndex) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("ruleId", entry.judgement().rule());
    result.put("ruleIndex", ruleIndex);
    result.put("level", level(entry.judgement().consequence()));
    result
        .putObject("message")
        .put("text", entry.judgement().finding().path() + ": " + JsonReport.message(entry));
    ObjectNode location = result.putArray("locations").addObject();
    if (!entry.position().equals(Position.NONE)) {
      ObjectNode physical = location.putObject("physicalLocation");
      physical.putObject("artifactLocation").put("uri", uri(entry.file()));
      physical
          .putObject("region")
          .put("startLine", entry.position().line())
          .put("startColumn", entry.position().column());
    }
    location
        .putArray("logicalLocations")
        .addObject()
        .put("name", entry.object().name())
        .put("fullyQualifiedName", qualified(entry.object()))
        .put("kind", "resource");
    result.putObject("partialFingerprints").put(FINGERPRINT, fingerprint(entry));
    result.putObject("properties").put("consequence", Words.of(entry.judgement().consequence()));
    return result;
  }

  private static String level(Consequence consequence) {
    return switch (consequence) {
      case DENIED -> "error";
      case WARNED -> "warning";
      case PATCHED, RECORDED -> "note";
    };
  }

  private static String qualified(ManifestObject object) {
    return object.apiVersion()
        + "/"
        + object.kind()
        + "/"
        + (object.namespace().isEmpty() ? "" : object.namespace() + "/")
        + object.name();
  }

  /// The same for the same finding on the same object, wherever in the file it stands.
  private String fingerprint(CheckReport.Entry entry) {
    String finding =
        entry.judgement().rule()
            + "\n"
            + qualified(entry.object())
            + "\n"
            + entry.judgement().finding().path().stable();
    int earlier = seen.merge(entry.file() + "\n" + finding, 1, Integer::sum) - 1;
    return sha256(finding + "\n" + earlier);
  }

  private static String sha256(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
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
}
