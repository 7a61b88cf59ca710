package dev.gapless.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.gapless.policy.EffectivePolicy;
import dev.gapless.policy.Mode;
import dev.gapless.policy.RolloutPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class PolicyStatusTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00.5Z");
  private static final RolloutPolicy POLICY =
      new RolloutPolicy(
          0,
          Optional.empty(),
          Optional.empty(),
          Set.of(),
          EffectivePolicy.defaults("all", Mode.AUDIT));
  private static final Standing ACCEPTED = new Standing.Accepted(POLICY, 3);
  private static final Standing HELD_BACK = new Standing.HeldBack(POLICY, 2, List.of("wrong"));
  private static final Standing SET_ASIDE = new Standing.SetAside(List.of("wrong", "and bad"));
  private static final JsonNode NONE = JsonNodeFactory.instance.missingNode();

  private static Optional<JsonNode> written(JsonNode before, Standing standing, String release) {
    return written(before, 3, standing, release);
  }

  private static Optional<JsonNode> written(
      JsonNode before, long generation, Standing standing, String release) {
    var stored = new StoredPolicy("all", "uid", generation, "17", NONE, before);
    return PolicyStatus.patch(new PolicyLedger.Entry(stored, standing), release, NOW)
        .map(patch -> {
          assertEquals("17", patch.at("/metadata/resourceVersion").asText());
          return patch.path("status");
        });
  }

  @Test
  void itSaysWhatIsInForceAndWhy() throws JsonProcessingException {
    assertEquals(
        new JsonMapper()
            .readTree(
                """
                {"observedGeneration": 3, "judgedBy": "0.2.0", "conditions": [
                  {"type": "Accepted", "status": "False", "observedGeneration": 3,
                   "lastTransitionTime": "2026-11-21T12:00:00Z", "reason": "Invalid",
                   "message": "wrong"},
                  {"type": "Ready", "status": "False", "observedGeneration": 3,
                   "lastTransitionTime": "2026-11-21T12:00:00Z", "reason": "LastGoodInForce",
                   "message": "generation 2, the last good one, is in force until Gapless restarts; mend the policy"}
                ]}
                """)
            .toString(),
        written(NONE, HELD_BACK, "0.2.0").orElseThrow().toString());
  }

  @Test
  void theTimeOfAChangeIsKeptWhileNothingChanges() throws JsonProcessingException {
    JsonNode before =
        new JsonMapper()
            .readTree(
                """
                {"observedGeneration": 2, "judgedBy": "0.2.0", "conditions": [
                  {"type": "Ready", "status": "False", "reason": "SetAside",
                   "lastTransitionTime": "2020-01-01T00:00:00Z"},
                  {"type": "Accepted", "status": "True", "reason": "Valid",
                   "lastTransitionTime": "2020-01-01T00:00:00Z"}]}
                """);
    JsonNode status = written(before, SET_ASIDE, "0.2.0").orElseThrow();
    assertEquals("2026-11-21T12:00:00Z", status.at("/conditions/0/lastTransitionTime").asText());
    assertEquals("2020-01-01T00:00:00Z", status.at("/conditions/1/lastTransitionTime").asText());
    assertEquals("wrong; and bad", status.at("/conditions/0/message").asText());
  }

  @Test
  void whatStandsThereIsWrittenOnce() {
    for (Standing standing : List.of(ACCEPTED, HELD_BACK, SET_ASIDE)) {
      JsonNode status = written(NONE, standing, "0.2.0").orElseThrow();
      assertEquals(Optional.empty(), written(status, standing, "0.2.0"));
      assertEquals(Optional.empty(), written(status, standing, "0.3.0"));
      assertTrue(written(status, 4, standing, "0.1.0").isPresent(), "another generation");
    }
  }

  @Test
  void theNewestReleaseSaysWhatIsValid() {
    JsonNode old = written(NONE, SET_ASIDE, "0.9.0").orElseThrow();
    JsonNode now = written(old, ACCEPTED, "0.10.0").orElseThrow();
    assertEquals("0.10.0", now.path("judgedBy").asText());
    assertEquals(Optional.empty(), written(now, SET_ASIDE, "0.9.0"));
  }

  @Test
  void ofTwoThatCallItInvalidTheGraverOneStands() {
    JsonNode held = written(NONE, HELD_BACK, "0.2.0").orElseThrow();
    JsonNode aside = written(held, SET_ASIDE, "0.1.0").orElseThrow();
    assertEquals("SetAside", aside.at("/conditions/1/reason").asText());
    assertEquals("0.2.0", aside.path("judgedBy").asText());
    assertEquals(Optional.empty(), written(aside, HELD_BACK, "0.3.0"));
  }

  @RepeatedTest(200)
  void replicasOfAnyReleasesComeToAnEnd(RepetitionInfo repetition) {
    var random = new Random(repetition.getCurrentRepetition());
    record Replica(Standing standing, String release) {}
    // One release judges one way; in how grave it is its replicas may differ.
    var replicas = new ArrayList<Replica>();
    for (int minor = 1; minor <= 3; minor++) {
      boolean valid = random.nextBoolean();
      for (int i = 0; i < 3; i++) {
        Standing standing = valid ? ACCEPTED : random.nextBoolean() ? HELD_BACK : SET_ASIDE;
        replicas.add(new Replica(standing, "0." + minor + ".0"));
      }
    }
    JsonNode status = NONE;
    int writes = 0;
    int idle = 0;
    while (idle < 500) {
      Replica replica = replicas.get(random.nextInt(replicas.size()));
      Optional<JsonNode> next = written(status, replica.standing(), replica.release());
      idle = next.isPresent() ? 0 : idle + 1;
      writes += next.isPresent() ? 1 : 0;
      assertTrue(writes <= 8, "they overwrite each other");
      status = next.orElse(status);
    }
  }
}
