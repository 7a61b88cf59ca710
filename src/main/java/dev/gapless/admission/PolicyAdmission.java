package dev.gapless.admission;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.engine.JudgedKinds;
import dev.gapless.policy.PolicyDoubts;
import dev.gapless.policy.PolicyReader;
import dev.gapless.policy.RolloutPolicy;
import dev.gapless.rule.Rule;
import dev.gapless.workload.FieldPath;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/// Judges policies before they are stored: a mistake is cheapest where it is made.
final class PolicyAdmission {
  private static final FieldPath SPEC = FieldPath.of("spec");
  private static final String GROUP =
      RolloutPolicy.API_VERSION.substring(0, RolloutPolicy.API_VERSION.indexOf('/'));

  private final Set<String> ruleIds;
  private final Set<String> fixingRules;

  PolicyAdmission(List<Rule> rules) {
    this.ruleIds = ids(rules, true);
    this.fixingRules = ids(rules, false);
  }

  private static Set<String> ids(List<Rule> rules, boolean all) {
    return rules.stream()
        .filter(it -> all || it.fixes())
        .map(it -> it.doc().id())
        .collect(Collectors.toUnmodifiableSet());
  }

  /// Whether a request is about a policy.
  static boolean concerns(AdmissionRequest request) {
    return request.group().equals(GROUP) && request.kind().equals(RolloutPolicy.KIND);
  }

  /// Answers a request that changes a policy.
  AdmissionResponse answer(Webhook webhook, AdmissionRequest request) {
    JsonNode policy = request.object().orElseThrow();
    if (webhook == Webhook.MUTATE || !ofKnownVersion(policy) || !changesSpec(request)) {
      return AdmissionResponse.untouched(request.uid());
    }
    return switch (PolicyReader.readStored(policy, ruleIds, JudgedKinds.ALL)) {
      case PolicyReader.Valid(RolloutPolicy valid) ->
          response(
              request,
              Optional.empty(),
              PolicyDoubts.of(policy, valid, fixingRules).stream()
                  .map(it -> it + " [gapless]")
                  .toList());
      case PolicyReader.Invalid(List<PolicyReader.Problem> problems) ->
          response(request, Optional.of(denial(policy, problems)), List.of());
    };
  }

  // A version that this build does not know is for a newer one to judge.
  private static boolean ofKnownVersion(JsonNode policy) {
    return RolloutPolicy.API_VERSION.equals(policy.path("apiVersion").textValue());
  }

  // Labels and status of a policy that was stored before a stricter build came must stay writable.
  private static boolean changesSpec(AdmissionRequest request) {
    JsonNode spec = SPEC.in(request.object().orElseThrow());
    return request.oldObject().map(old -> !SPEC.in(old).equals(spec)).orElse(true);
  }

  private static AdmissionResponse response(
      AdmissionRequest request, Optional<String> denial, List<String> warnings) {
    return new AdmissionResponse(request.uid(), denial, List.of(), warnings, Map.of());
  }

  private static String denial(JsonNode policy, List<PolicyReader.Problem> problems) {
    var lines = new StringJoiner("\n");
    lines.add(
        RolloutPolicy.KIND
            + " \""
            + policy.path("metadata").path("name").asText("")
            + "\" is rejected:");
    problems.forEach(it -> lines.add("  " + Texts.printable(it.toString())));
    return lines.toString();
  }
}
