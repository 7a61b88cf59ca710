package dev.gapless.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.engine.Engine;
import dev.gapless.engine.Evaluation;
import dev.gapless.engine.Namespace;
import dev.gapless.neighbour.Surroundings;
import dev.gapless.policy.Mode;
import dev.gapless.policy.Policies;
import dev.gapless.rule.Rule;
import dev.gapless.workload.KubernetesVersion;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdmissionTest {
  private static final JsonMapper JSON = new JsonMapper();

  @Test
  void mutationAnswersWithThePatchAndSaysNothing() throws Exception {
    JsonNode response =
        response(Webhook.MUTATE, creation(), Mode.ENFORCE, ToyRule.mending(Mode.FIX));

    assertTrue(response.path("allowed").booleanValue());
    assertEquals("JSONPatch", response.path("patchType").textValue());
    JsonNode patch = patch(response);
    assertEquals(
        JSON.readTree("{\"op\":\"add\",\"path\":\"/spec/minReadySeconds\",\"value\":5}"),
        patch.get(0));
    assertFalse(response.has("warnings"));
  }

  @Test
  void mutationNeverDenies() {
    JsonNode response = response(Webhook.MUTATE, wrongCreation(), Mode.ENFORCE, ToyRule.strict());

    assertTrue(response.path("allowed").booleanValue());
    assertFalse(response.has("patch"));
    assertFalse(response.has("status"));
  }

  @Test
  void validationDeniesWithForbiddenAndWithoutWarnings() {
    JsonNode response =
        response(
            Webhook.VALIDATE,
            wrongCreation(),
            Mode.ENFORCE,
            ToyRule.strict(),
            ToyRule.mending(Mode.WARN));

    assertFalse(response.path("allowed").booleanValue());
    assertEquals(403, response.path("status").path("code").intValue());
    assertEquals("Forbidden", response.path("status").path("reason").textValue());
    assertTrue(
        response
            .path("status")
            .path("message")
            .textValue()
            .contains("spec.wrong: must not be there [toy-strict]"));
    assertFalse(response.has("warnings"));
  }

  @Test
  void validationWarnsOfWhatTheMutationShouldHavePatched() {
    JsonNode response =
        response(Webhook.VALIDATE, creation(), Mode.ENFORCE, ToyRule.mending(Mode.FIX));

    assertTrue(response.path("allowed").booleanValue());
    assertEquals(
        "spec.minReadySeconds: must be set; would set 5 [toy-mending]",
        response.path("warnings").path(0).textValue());
    assertFalse(response.has("patch"));
  }

  @Test
  void anAuditedFindingIsRecordedWithThePatchThatItWouldTake() {
    JsonNode response =
        response(Webhook.VALIDATE, creation(), Mode.AUDIT, ToyRule.mending(Mode.FIX));

    assertTrue(response.path("allowed").booleanValue());
    assertFalse(response.has("warnings"));
    JsonNode annotations = response.path("auditAnnotations");
    assertEquals("built-in", annotations.path("policy").textValue());
    assertEquals(
        "spec.minReadySeconds: must be set; would set 5 [toy-mending]",
        annotations.path("findings").textValue());
    assertTrue(annotations.path("would-patch").textValue().contains("/spec/minReadySeconds"));
  }

  @Test
  void whatIsPatchedHasNoWouldBePatch() {
    JsonNode response =
        response(Webhook.VALIDATE, creation(), Mode.ENFORCE, ToyRule.mending(Mode.FIX));

    assertFalse(response.path("auditAnnotations").has("would-patch"));
  }

  @Test
  void anExemptionIsRecordedWithItsReason() {
    ObjectNode review = wrongCreation();
    review
        .withObject("/request/object/metadata/annotations")
        .put("exempt.gapless.dev/toy-strict", "an old client needs it");
    JsonNode response = response(Webhook.VALIDATE, review, Mode.ENFORCE, ToyRule.strict());

    assertTrue(response.path("allowed").booleanValue());
    assertEquals(
        "toy-strict: an old client needs it",
        response.path("auditAnnotations").path("exempt").textValue());
  }

  @Test
  void anExemptionFromARuleThatThereIsNotIsToldWithTheFindings() {
    ObjectNode review = wrongCreation();
    review
        .withObject("/request/object/metadata/annotations")
        .put("exempt.gapless.dev/toy-strickt", "an old client needs it");
    String note =
        "metadata.annotations[exempt.gapless.dev/toy-strickt]: does not count: there is no rule"
            + " \"toy-strickt\" (did you mean \"toy-strict\"?) [gapless]";

    JsonNode denied = response(Webhook.VALIDATE, review, Mode.ENFORCE, ToyRule.strict());
    assertTrue(denied.at("/status/message").textValue().contains("\n  " + note), denied::toString);
    JsonNode warned = response(Webhook.VALIDATE, review, Mode.WARN, ToyRule.strict());
    assertEquals(2, warned.path("warnings").size());
    assertEquals(note, warned.path("warnings").path(1).textValue());
    JsonNode recorded = response(Webhook.VALIDATE, review, Mode.AUDIT, ToyRule.strict());
    assertFalse(recorded.has("warnings"));
    assertEquals(note, recorded.path("auditAnnotations").path("notes").textValue());
  }

  @ParameterizedTest
  @EnumSource(Webhook.class)
  void aBrokenRuleIsRecordedAndHarmsNobody(Webhook webhook) {
    JsonNode response = response(webhook, creation(), Mode.ENFORCE, ToyRule.broken());

    assertTrue(response.path("allowed").booleanValue());
    assertFalse(response.has("warnings"));
    assertEquals(
        "toy-broken: java.lang.IllegalStateException: a toy that does not work",
        response.path("auditAnnotations").path("broken").textValue());
  }

  @ParameterizedTest
  @EnumSource(Webhook.class)
  void aFailureOfOursLetsTheObjectThrough(Webhook webhook) {
    var admission =
        new Admission(
            new Engine(List.of()),
            () -> {
              throw new IllegalStateException("no policies");
            },
            Namespace::named,
            Surroundings.unknown());

    Admission.Answer answer = answer(admission, webhook, creation());

    assertEquals(AdmissionResponse.untouched(uid()), answer.response());
    assertInstanceOf(IllegalStateException.class, answer.failure().orElseThrow());
  }

  @ParameterizedTest
  @ValueSource(strings = {"DELETE", "CONNECT", "PROMOTE", ""})
  void otherOperationsAreLeftAlone(String operation) {
    ObjectNode review = wrongCreation();
    review.withObject("/request").put("operation", operation);

    assertUntouched(review);
  }

  @Test
  void subresourcesAreLeftAlone() {
    ObjectNode review = wrongCreation();
    review.withObject("/request").put("subResource", "scale");

    assertUntouched(review);
  }

  @Test
  void aDeletedObjectIsLeftAlone() {
    ObjectNode review = wrongCreation();
    review.withObject("/request").putNull("object");

    assertUntouched(review);
  }

  @Test
  void otherKindsAreLeftAlone() {
    ObjectNode review = wrongCreation();
    review.withObject("/request/object").put("kind", "Job").put("apiVersion", "batch/v1");

    assertUntouched(review);
  }

  @ParameterizedTest
  @EnumSource(Webhook.class)
  void anObjectOfTheWrongShapeIsTheApiServersToReject(Webhook webhook) {
    ObjectNode review = wrongCreation();
    review.withObject("/request/object/spec/template/spec").put("containers", "none");

    Admission.Answer answer = answer(admission(Mode.ENFORCE, ToyRule.strict()), webhook, review);

    assertEquals(AdmissionResponse.untouched(uid()), answer.response());
    assertInstanceOf(Evaluation.Unreadable.class, answer.evaluation().orElseThrow());
  }

  @ParameterizedTest
  @EnumSource(Webhook.class)
  void aDryRunIsAnsweredLikeARealRequest(Webhook webhook) {
    ObjectNode real = wrongCreation();
    ObjectNode dry = wrongCreation();
    real.withObject("/request").put("dryRun", false);
    dry.withObject("/request").put("dryRun", true);
    Rule[] rules = {ToyRule.strict(), ToyRule.mending(Mode.FIX)};

    assertEquals(
        response(webhook, real, Mode.ENFORCE, rules), response(webhook, dry, Mode.ENFORCE, rules));
  }

  private static void assertUntouched(ObjectNode review) {
    for (Webhook webhook : Webhook.values()) {
      Admission.Answer answer =
          answer(
              admission(Mode.ENFORCE, ToyRule.strict(), ToyRule.mending(Mode.FIX)),
              webhook,
              review);
      assertEquals(AdmissionResponse.untouched(uid()), answer.response());
      assertEquals(Optional.empty(), answer.failure());
    }
  }

  private static ObjectNode creation() {
    return SyntheticReview.creation();
  }

  private static ObjectNode wrongCreation() {
    ObjectNode review = creation();
    review.withObject("/request/object/spec").put("wrong", true);
    return review;
  }

  private static String uid() {
    return creation().path("request").path("uid").textValue();
  }

  private static Admission admission(Mode mode, Rule... rules) {
    return new Admission(
        new Engine(List.of(rules)),
        () -> Policies.builtIn(mode),
        Namespace::named,
        Surroundings.unknown());
  }

  private static Admission.Answer answer(Admission admission, Webhook webhook, JsonNode review) {
    var decoded =
        (ReviewDecoder.Understood)
            ReviewDecoder.decode(review.toString().getBytes(StandardCharsets.UTF_8));
    return admission.answer(
        webhook, decoded.request(), KubernetesVersion.NEWEST_KNOWN, LocalDate.of(2026, 3, 2));
  }

  private static JsonNode response(Webhook webhook, JsonNode review, Mode mode, Rule... rules) {
    return answer(admission(mode, rules), webhook, review).response().review().path("response");
  }

  private static JsonNode patch(JsonNode response) throws Exception {
    return JSON.readTree(Base64.getDecoder().decode(response.path("patch").textValue()));
  }
}
