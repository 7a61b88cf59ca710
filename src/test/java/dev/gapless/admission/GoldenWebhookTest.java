package dev.gapless.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.engine.Consequence;
import dev.gapless.engine.Engine;
import dev.gapless.engine.Evaluation;
import dev.gapless.engine.Verdict;
import dev.gapless.golden.AppliedObject;
import dev.gapless.golden.GoldenCase;
import dev.gapless.rules.Catalog;
import dev.gapless.workload.Authorship;
import dev.gapless.workload.Injected;
import io.fabric8.zjsonpatch.JsonPatch;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.quarkus.vertx.http.HttpServer;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Every golden case that the built-in policy judges, asked over HTTPS as an API server would ask
/// after a server-side apply: the same object must be stored and the same be said as the engine
/// does for the manifest alone.
@QuarkusTest
@TestProfile(FreePorts.class)
class GoldenWebhookTest {
  private static final JsonMapper JSON = new JsonMapper();

  @Inject HttpServer server;

  private final Engine engine = new Engine(Catalog.RULES);

  @Test
  void theWebhookSaysAndStoresWhatTheEngineDoes() throws IOException {
    List<GoldenCase> cases =
        GoldenCase.all().stream().filter(GoldenCase::isForTheBuiltInPolicy).toList();
    assertTrue(cases.size() > 80, "only " + cases.size() + " cases can be asked over HTTPS");
    WebhookTest.awaitReadiness(server);
    for (GoldenCase golden : cases) {
      compare(golden);
    }
  }

  private void compare(GoldenCase golden) throws IOException {
    ObjectNode object = asTheServerHasIt(golden, golden.input());
    Optional<ObjectNode> old = golden.old().map(it -> asTheServerHasIt(golden, (ObjectNode) it));
    Evaluation offline = engine.evaluate(golden.review(), golden.policies());

    JsonNode mutated = post("/mutate", object, old);
    assertTrue(mutated.path("allowed").asBoolean(), golden.name());
    assertEquals(List.of(), strings(mutated.path("warnings")), golden.name());
    JsonNode stored =
        mutated.has("patch")
            ? JsonPatch.apply(JSON.readTree(mutated.path("patch").binaryValue()), object.deepCopy())
            : object;
    assertEquals(
        expectedObject(golden, offline).toPrettyString(),
        withoutRecords(stored).toPrettyString(),
        golden.name());

    JsonNode validated = post("/validate", (ObjectNode) stored, old);
    switch (offline.verdict()) {
      case Verdict.Deny(String message) -> {
        assertEquals(403, validated.path("status").path("code").asInt(), golden.name());
        assertEquals("Forbidden", validated.path("status").path("reason").asText());
        deniedLines(offline)
            .forEach(
                line -> assertTrue(validated.at("/status/message").asText().contains(line), line));
        assertTrue(message.contains("gapless explain"), message);
      }
      case Verdict.Admit _ -> {
        assertTrue(validated.path("allowed").asBoolean(), golden.name() + validated);
        assertEquals(warnings(offline), strings(validated.path("warnings")), golden.name());
      }
    }
  }

  private static ObjectNode asTheServerHasIt(GoldenCase golden, ObjectNode input) {
    return golden.source() == Authorship.Source.FILE ? AppliedObject.of(input) : input;
  }

  private static JsonNode expectedObject(GoldenCase golden, Evaluation offline) {
    ObjectNode fixed =
        offline instanceof Evaluation.Judged judged ? (ObjectNode) judged.fixed() : golden.input();
    return withoutRecords(
        golden.source() == Authorship.Source.FILE ? AppliedObject.withDefaults(fixed) : fixed);
  }

  /// Sorted by key, and without what only admission keeps.
  private static JsonNode withoutRecords(JsonNode object) {
    ObjectNode copy = object.deepCopy();
    if (copy.path("metadata") instanceof ObjectNode metadata) {
      metadata.remove("managedFields");
      if (metadata.path("annotations") instanceof ObjectNode annotations) {
        annotations.remove(Injected.ANNOTATION);
        if (annotations.isEmpty()) {
          metadata.remove("annotations");
        }
      }
    }
    return sorted(copy);
  }

  private static JsonNode sorted(JsonNode node) {
    if (node.isArray()) {
      var list = JsonNodeFactory.instance.arrayNode();
      node.forEach(element -> list.add(sorted(element)));
      return list;
    }
    if (!node.isObject()) {
      return node;
    }
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    node.properties().stream()
        .sorted((a, b) -> a.getKey().compareTo(b.getKey()))
        .forEach(member -> object.set(member.getKey(), sorted(member.getValue())));
    return object;
  }

  private static List<String> deniedLines(Evaluation evaluation) {
    return ((Evaluation.Judged) evaluation)
        .that(Consequence.DENIED).stream().map(Object::toString).toList();
  }

  private static List<String> warnings(Evaluation evaluation) {
    if (!(evaluation instanceof Evaluation.Judged judged)
        || judged.that(Consequence.WARNED).isEmpty()) {
      return List.of();
    }
    var warnings = new ArrayList<String>();
    judged.that(Consequence.WARNED).forEach(it -> warnings.add(it.toString()));
    judged.notes().forEach(it -> warnings.add(it.toString()));
    return warnings;
  }

  private static List<String> strings(JsonNode list) {
    var strings = new ArrayList<String>();
    list.forEach(it -> strings.add(it.asText()));
    return strings;
  }

  private JsonNode post(String path, ObjectNode object, Optional<ObjectNode> old)
      throws IOException {
    ObjectNode review = SyntheticReview.creation();
    ObjectNode request = (ObjectNode) review.path("request");
    request.put("dryRun", false).set("object", object);
    String apiVersion = object.path("apiVersion").asText();
    int slash = apiVersion.indexOf('/');
    request
        .putObject("kind")
        .put("group", apiVersion.substring(0, Math.max(slash, 0)))
        .put("version", apiVersion.substring(slash + 1))
        .put("kind", object.path("kind").asText());
    old.ifPresent(it -> request.put("operation", "UPDATE").set("oldObject", it));
    String answer =
        RestAssured.given()
            .relaxedHTTPSValidation()
            .contentType("application/json")
            .body(review.toString())
            .post("https://localhost:" + server.getSecurePort() + path)
            .asString();
    return JSON.readTree(answer).path("response");
  }
}
