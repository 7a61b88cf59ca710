package dev.gapless.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.quarkus.vertx.http.HttpServer;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Policies, sent over HTTPS as an API server sends them.
@QuarkusTest
@TestProfile(FreePorts.class)
class PolicyAdmissionTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final String UID = "7b6e";

  @Inject HttpServer server;

  @BeforeEach
  void awaitReadiness() {
    WebhookTest.awaitReadiness(server);
  }

  static Stream<Arguments> specs() {
    return Stream.of(
        Arguments.of("mode: Warn", "", ""),
        Arguments.of(
            """
            priority: 10
            match:
              namespaceSelector: {matchLabels: {team: shop}}
              objectSelector: {matchExpressions: [{key: tier, operator: In, values: [web, api]}]}
              kinds: [Deployment]
            mode: Warn
            rules:
            - {name: readiness-probe-missing, mode: Enforce}
            - {name: pre-stop-sleep-missing, mode: Fix}
            exemptions: {allowed: true, reasonRequired: true, maxDays: 90}
            """,
            "",
            ""),
        Arguments.of(
            """
            mode: Warning
            match: {kinds: [Deploymnt]}
            rules:
            - {name: readiness-prob-missing, mode: Enforce}
            - {name: recreate-strategy, mode: Warn}
            - {name: recreate-strategy, mode: Audit}
            preStopSleepSeconds: 0
            maxSurge: 0
            """,
            """
            spec.match.kinds[0]: there is no kind "Deploymnt" (did you mean "Deployment"?)
            spec.mode: must be one of Disabled, Audit, Warn, Fix, Enforce, is "Warning"
            spec.rules[0].name: there is no rule "readiness-prob-missing" (did you mean "readiness-probe-missing"?)
            spec.rules[2].name: names the rule "recreate-strategy" a second time
            spec.preStopSleepSeconds: must be a whole number from 1 to 86400, is 0
            spec.maxSurge: must be more than 0: maxUnavailable is kept at 0, and a rollout could not move
            """,
            ""),
        Arguments.of(
            "{mode: Fix, preStopSleepSeconds: 80000, drainSeconds: 7000}",
            "spec.drainSeconds: must be at most 86400 together with preStopSleepSeconds, is 87000",
            ""),
        Arguments.of(
            "{priority: 1}",
            "spec.mode: must be given: one of [Disabled, Audit, Warn, Fix, Enforce]",
            ""),
        Arguments.of(
            "{mode: Warn, exemptions: {allowed: false, maxDays: 30}}",
            "",
            "spec.exemptions.maxDays: says nothing, as exemptions are not allowed"),
        Arguments.of(
            "{mode: Warn, rules: [{name: recreate-strategy, mode: Fix}]}",
            "",
            "spec.rules[0].mode: \"recreate-strategy\" has nothing to fix: Fix warns, like Warn"),
        Arguments.of(
            "{mode: Fix, change: None, rules: [{name: pre-stop-sleep-missing, mode: Fix}]}",
            "",
            "spec.rules[0].mode: with change: None nothing is fixed: Fix warns, like Warn"),
        Arguments.of(
            """
            mode: Warn
            match:
              namespaceSelector: {matchLabels: {team: shop}, matchExpressions: [{key: team, operator: In, values: [a, b]}]}
              objectSelector: {matchExpressions: [{key: tier, operator: Exists}, {key: tier, operator: DoesNotExist}]}
            """,
            "",
            """
            spec.match.namespaceSelector: can match nothing: no value of label "team" satisfies it
            spec.match.objectSelector: can match nothing: no value of label "tier" satisfies it
            """),
        Arguments.of(
            "{mode: Warn, match: {objectSelector: {matchExpressions: [{key: tier, operator: NotIn, values: [a]}]}}}",
            "",
            ""));
  }

  @ParameterizedTest
  @MethodSource("specs")
  void aPolicyIsJudgedWhenItIsWritten(String spec, String problems, String warnings)
      throws IOException {
    JsonNode response = post("/validate", "CREATE", policy(spec), null);

    assertEquals(UID, response.path("uid").asText());
    assertEquals(problems.isEmpty(), response.path("allowed").asBoolean(), response::toString);
    if (!problems.isEmpty()) {
      assertEquals(403, response.at("/status/code").asInt());
      assertEquals("Forbidden", response.at("/status/reason").asText());
      assertEquals(
          "RolloutPolicy \"shop\" is rejected:\n" + problems.strip().indent(2).stripTrailing(),
          response.at("/status/message").asText());
    }
    var told = new ArrayList<String>();
    response.path("warnings").forEach(it -> told.add(it.asText()));
    assertEquals(warnings.lines().map(it -> it + " [gapless]").toList(), told);
    told.forEach(it -> assertTrue(it.length() <= AdmissionResponse.MAX_WARNING, it));
  }

  @Test
  void aMistakeIsDeniedOnAnUpdateToo() throws IOException {
    JsonNode response = post("/validate", "UPDATE", policy("mode: Warning"), policy("mode: Warn"));
    assertFalse(response.path("allowed").asBoolean());
  }

  @Test
  void whatWasThereBeforeIsNotDenied() throws IOException {
    ObjectNode stored = policy("{mode: Warn, rules: [{name: of-another-build, mode: Warn}]}");
    ObjectNode labelled = stored.deepCopy();
    labelled.withObject("/metadata/labels").put("team", "shop");
    ObjectNode withStatus = stored.deepCopy();
    withStatus.withObject("/status").put("observedGeneration", 1);

    for (ObjectNode update : List.of(labelled, withStatus)) {
      JsonNode response = post("/validate", "UPDATE", update, stored);
      assertTrue(response.path("allowed").asBoolean(), response::toString);
      assertFalse(response.has("warnings"));
    }
  }

  @Test
  void deletionsAndOtherVersionsAreNotJudged() throws IOException {
    ObjectNode broken = policy("mode: Warning");
    assertTrue(post("/validate", "DELETE", null, broken).path("allowed").asBoolean());
    ObjectNode newer = broken.deepCopy();
    newer.put("apiVersion", "gapless.dev/v9");
    assertTrue(post("/validate", "CREATE", newer, null).path("allowed").asBoolean());
  }

  @Test
  void aPolicyIsNeverChanged() throws IOException {
    for (String spec : List.of("mode: Warn", "mode: Warning")) {
      JsonNode response = post("/mutate", "CREATE", policy(spec), null);
      assertEquals("{\"uid\":\"" + UID + "\",\"allowed\":true}", response.toString());
    }
  }

  @Test
  void policiesAreCountedByTheirKind() throws IOException {
    post("/validate", "CREATE", policy("mode: Warning"), null);
    String metrics = WebhookTest.management(server).get("/q/metrics").asString();
    assertTrue(
        metrics
            .lines()
            .anyMatch(it ->
                it.startsWith("gapless_admissions_total")
                    && it.contains("kind=\"RolloutPolicy\"")
                    && it.contains("answer=\"denied\"")),
        metrics);
  }

  private static ObjectNode policy(String spec) throws IOException {
    ObjectNode policy = JsonNodeFactory.instance.objectNode();
    policy.put("apiVersion", "gapless.dev/v1alpha1").put("kind", "RolloutPolicy");
    policy
        .putObject("metadata")
        .put("name", "shop")
        .put("uid", "1")
        .put("generation", 1)
        .put("creationTimestamp", "2026-11-21T12:00:00Z");
    policy.set("spec", YAML.readTree(spec));
    return policy;
  }

  private JsonNode post(
      String path, String operation, @Nullable ObjectNode object, @Nullable ObjectNode old)
      throws IOException {
    ObjectNode review = JsonNodeFactory.instance.objectNode();
    review.put("apiVersion", "admission.k8s.io/v1").put("kind", "AdmissionReview");
    ObjectNode request = review.putObject("request").put("uid", UID).put("operation", operation);
    request
        .putObject("kind")
        .put("group", "gapless.dev")
        .put("version", "v1alpha1")
        .put("kind", "RolloutPolicy");
    request.set("object", object);
    request.set("oldObject", old);
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
