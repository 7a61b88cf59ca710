package dev.gapless.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What the API server is told.
///
/// @param denial why the object is rejected; empty where it may pass
/// @param patch RFC 6902 operations; empty where nothing is to change
/// @param warnings one line each, any length
/// @param auditAnnotations any length; keys without the webhook's name
record AdmissionResponse(
    String uid,
    Optional<String> denial,
    List<JsonNode> patch,
    List<String> warnings,
    Map<String, String> auditAnnotations) {

  /// The API server passes warnings of up to 4,096 characters a request uncut; a longer sum makes
  /// it cut each.
  static final int MAX_WARNINGS = 4096;

  static final int MAX_WARNING = 200;

  /// Audit logs are line by line and shared: a few KB at most.
  static final int MAX_AUDIT_VALUE_BYTES = 2048;

  AdmissionResponse {
    patch = List.copyOf(patch);
    warnings = List.copyOf(warnings);
    auditAnnotations = Map.copyOf(auditAnnotations);
  }

  /// The object may pass as it is.
  static AdmissionResponse untouched(String uid) {
    return new AdmissionResponse(uid, Optional.empty(), List.of(), List.of(), Map.of());
  }

  /// What became of the object, for metrics and logs.
  String answer() {
    if (denial.isPresent()) {
      return "denied";
    }
    if (!patch.isEmpty()) {
      return "patched";
    }
    return warnings.isEmpty() ? "allowed" : "warned";
  }

  /// The whole `AdmissionReview` that goes back.
  ObjectNode review() {
    ObjectNode review = JsonNodeFactory.instance.objectNode();
    review.put("apiVersion", ReviewDecoder.API_VERSION).put("kind", ReviewDecoder.KIND);
    ObjectNode response = review.putObject("response");
    response.put("uid", uid).put("allowed", denial.isEmpty());
    // Without a code the API server would make a 400 of it.
    denial.ifPresent(message ->
        response
            .putObject("status")
            .put("code", 403)
            .put("reason", "Forbidden")
            .put("message", message));
    if (!patch.isEmpty()) {
      ArrayNode operations = JsonNodeFactory.instance.arrayNode();
      patch.forEach(operations::add);
      response
          .put("patchType", "JSONPatch")
          .put(
              "patch",
              Base64.getEncoder()
                  .encodeToString(operations.toString().getBytes(StandardCharsets.UTF_8)));
    }
    List<String> shown = shownWarnings();
    if (!shown.isEmpty()) {
      ArrayNode list = response.putArray("warnings");
      shown.forEach(list::add);
    }
    if (!auditAnnotations.isEmpty()) {
      ObjectNode annotations = response.putObject("auditAnnotations");
      var sorted = new TreeMap<>(auditAnnotations);
      sorted.forEach((key, value) -> annotations.put(key, Texts.cut(value, MAX_AUDIT_VALUE_BYTES)));
    }
    return review;
  }

  private List<String> shownWarnings() {
    var shown = new ArrayList<String>();
    int room = MAX_WARNINGS;
    for (int i = 0; i < warnings.size(); i++) {
      String warning = Texts.shortened(warnings.get(i), MAX_WARNING);
      String rest = "and " + (warnings.size() - i) + " more findings [gapless]";
      boolean last = i == warnings.size() - 1;
      if (warning.length() + (last ? 0 : rest.length()) > room) {
        shown.add(rest);
        break;
      }
      shown.add(warning);
      room -= warning.length();
    }
    return shown;
  }

  /// Collects audit annotations, leaving empty ones out.
  static Map<String, String> annotations(Map<String, String> all) {
    var some = new LinkedHashMap<String, String>();
    all.forEach((key, value) -> {
      if (!value.isEmpty()) {
        some.put(key, value);
      }
    });
    return some;
  }
}
