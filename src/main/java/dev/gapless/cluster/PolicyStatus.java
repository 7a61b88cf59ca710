package dev.gapless.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.policy.RolloutPolicy;
import java.lang.module.ModuleDescriptor;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/// The status that a policy ought to have.
///
/// Every replica may write it, of whatever release. That they come to an end, and do not overwrite
/// each other for ever, rests on an order: a status gives way to one about another generation;
/// whether that generation is valid, the newest release says; and of two that call it invalid the
/// graver one stands. In the last they may differ, as a replica that was restarted knows no last
/// good version.
final class PolicyStatus {
  private static final int LONGEST_MESSAGE = 1_000;

  private PolicyStatus() {}

  /// The merge patch that brings the status about; empty where what stands there may stay.
  ///
  /// @param release of Gapless, the one that runs here
  static Optional<ObjectNode> patch(PolicyLedger.Entry entry, String release, Instant now) {
    StoredPolicy stored = entry.stored();
    Standing standing = entry.standing();
    if (!givesWay(stored, standing, release)) {
      return Optional.empty();
    }
    ObjectNode patch = JsonNodeFactory.instance.objectNode();
    // Another version by now makes it a conflict: somebody else was first.
    patch.putObject("metadata").put("resourceVersion", stored.version());
    ObjectNode status = patch.putObject("status");
    status
        .put("observedGeneration", stored.generation())
        .put("judgedBy", judgedBy(stored, release));
    status
        .putArray("conditions")
        .add(accepted(stored, standing, now))
        .add(ready(stored, standing, now));
    return Optional.of(patch);
  }

  private static boolean givesWay(StoredPolicy stored, Standing standing, String release) {
    JsonNode status = stored.status();
    Optional<Standing.State> written = written(status);
    if (status.path("observedGeneration").asLong(-1) != stored.generation() || written.isEmpty()) {
      return true;
    }
    boolean graver = standing.state().compareTo(written.get()) > 0;
    boolean sameVerdict = standing.state().valid() == written.get().valid();
    int newer = compare(release, status.path("judgedBy").asText());
    return sameVerdict ? graver : newer > 0 || (newer == 0 && graver);
  }

  // The newest that has judged this generation, though an older one may know graver things.
  private static String judgedBy(StoredPolicy stored, String release) {
    JsonNode status = stored.status();
    String before = status.path("judgedBy").asText();
    return status.path("observedGeneration").asLong(-1) == stored.generation()
            && compare(release, before) < 0
        ? before
        : release;
  }

  // Whatever stands there that is no release was not written by us.
  private static int compare(String release, String other) {
    try {
      return ModuleDescriptor.Version.parse(release)
          .compareTo(ModuleDescriptor.Version.parse(other));
    } catch (IllegalArgumentException _) {
      return release.equals(other) ? 0 : 1;
    }
  }

  /// What a status says came of the policy; empty where nobody has said it yet.
  static Optional<Standing.State> written(JsonNode status) {
    return switch (condition(status, "Ready").path("reason").asText()) {
      case "InForce" -> Optional.of(Standing.State.ACCEPTED);
      case "LastGoodInForce" -> Optional.of(Standing.State.HELD_BACK);
      case "SetAside" -> Optional.of(Standing.State.SET_ASIDE);
      default -> Optional.empty();
    };
  }

  private static JsonNode condition(JsonNode status, String type) {
    for (JsonNode condition : status.path("conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition;
      }
    }
    return JsonNodeFactory.instance.objectNode();
  }

  private static ObjectNode accepted(StoredPolicy stored, Standing standing, Instant now) {
    return switch (standing) {
      case Standing.Accepted _ ->
          condition(stored, "Accepted", true, "Valid", "the policy is valid", now);
      case Standing.HeldBack(RolloutPolicy _, long _, List<String> problems) ->
          condition(stored, "Accepted", false, "Invalid", told(problems), now);
      case Standing.SetAside(List<String> problems) ->
          condition(stored, "Accepted", false, "Invalid", told(problems), now);
    };
  }

  private static ObjectNode ready(StoredPolicy stored, Standing standing, Instant now) {
    return switch (standing) {
      case Standing.Accepted _ ->
          condition(stored, "Ready", true, "InForce", "the policy is in force", now);
      case Standing.HeldBack(RolloutPolicy _, long generation, List<String> _) ->
          condition(
              stored,
              "Ready",
              false,
              "LastGoodInForce",
              "generation "
                  + generation
                  + ", the last good one, is in force until Gapless restarts; mend the policy",
              now);
      case Standing.SetAside _ ->
          condition(
              stored,
              "Ready",
              false,
              "SetAside",
              "a replica that started after the last good version, if there was one, counts the"
                  + " policy for nothing; mend it",
              now);
    };
  }

  private static String told(List<String> problems) {
    String text = String.join("; ", problems);
    return text.length() > LONGEST_MESSAGE ? text.substring(0, LONGEST_MESSAGE - 1) + "…" : text;
  }

  private static ObjectNode condition(
      StoredPolicy stored, String type, boolean holds, String reason, String message, Instant now) {
    String status = holds ? "True" : "False";
    JsonNode before = condition(stored.status(), type);
    String since =
        before.path("status").asText().equals(status)
                && before.path("lastTransitionTime").isTextual()
            ? before.path("lastTransitionTime").textValue()
            : now.truncatedTo(ChronoUnit.SECONDS).toString();
    return JsonNodeFactory.instance
        .objectNode()
        .put("type", type)
        .put("status", status)
        .put("observedGeneration", stored.generation())
        .put("lastTransitionTime", since)
        .put("reason", reason)
        .put("message", message);
  }
}
