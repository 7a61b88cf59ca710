package dev.gapless.policy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.policy.PolicyReader.Problem;
import dev.gapless.workload.FieldPath;
import dev.gapless.workload.LabelSelector;
import dev.gapless.workload.LabelSelector.Requirement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Finds what a policy may say and can hardly mean.
public final class PolicyDoubts {
  private static final FieldPath SPEC = FieldPath.of("spec");
  private static final FieldPath MATCH = SPEC.child("match");

  private final JsonNode document;
  private final RolloutPolicy policy;
  private final Set<String> fixingRules;
  private final List<Problem> doubts = new ArrayList<>();

  private PolicyDoubts(JsonNode document, RolloutPolicy policy, Set<String> fixingRules) {
    this.document = document;
    this.policy = policy;
    this.fixingRules = fixingRules;
  }

  /// The doubts about a policy.
  ///
  /// @param document what the policy was read from
  /// @param fixingRules the ids of the rules whose findings may carry a fix
  public static List<Problem> of(JsonNode document, RolloutPolicy policy, Set<String> fixingRules) {
    var reader = new PolicyDoubts(document, policy, fixingRules);
    reader.selector(MATCH.child("namespaceSelector"), policy.namespaceSelector());
    reader.selector(MATCH.child("objectSelector"), policy.objectSelector());
    reader.rules();
    reader.exemptions();
    return List.copyOf(reader.doubts);
  }

  private void selector(FieldPath path, Optional<LabelSelector> selector) {
    selector
        .flatMap(PolicyDoubts::contradiction)
        .ifPresent(key ->
            doubt(path, "can match nothing: no value of label \"" + key + "\" satisfies it"));
  }

  /// The key of which no value, nor its absence, satisfies all that a selector asks of it.
  private static Optional<String> contradiction(LabelSelector selector) {
    Map<String, List<Requirement>> byKey = new LinkedHashMap<>();
    selector
        .matchLabels()
        .forEach((key, value) ->
            add(byKey, new Requirement(key, LabelSelector.Operator.In, List.of(value))));
    selector.matchExpressions().forEach(it -> add(byKey, it));
    return byKey.entrySet().stream()
        .filter(it -> contradictory(it.getKey(), it.getValue()))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  private static void add(Map<String, List<Requirement>> byKey, Requirement requirement) {
    byKey.computeIfAbsent(requirement.key(), _ -> new ArrayList<>()).add(requirement);
  }

  // Enough to try: the label's absence, every value that is named, and one that nobody names, which
  // is longer than all of them.
  private static boolean contradictory(String key, List<Requirement> requirements) {
    var selector = new LabelSelector(Map.of(), requirements);
    var tried = new ArrayList<String>();
    requirements.forEach(it -> tried.addAll(it.values()));
    tried.add(String.join("", tried) + "x");
    return !selector.matches(Map.of())
        && tried.stream().noneMatch(value -> selector.matches(Map.of(key, value)));
  }

  private void rules() {
    FieldPath rules = SPEC.child("rules");
    for (int i = 0; i < rules.in(document).size(); i++) {
      FieldPath entry = rules.element(i);
      String rule = entry.child("name").in(document).asText();
      if (policy.asks().rules().get(rule) != Mode.FIX) {
        continue;
      }
      if (!fixingRules.contains(rule)) {
        doubt(entry.child("mode"), "\"" + rule + "\" has nothing to fix: Fix warns, like Warn");
      } else if (policy.asks().change() == Change.NONE) {
        doubt(entry.child("mode"), "with change: None nothing is fixed: Fix warns, like Warn");
      }
    }
  }

  private void exemptions() {
    ExemptionTerms terms = policy.asks().exemptions();
    if (!terms.allowed() && terms.maxDays().isPresent()) {
      doubt(
          SPEC.child("exemptions").child("maxDays"), "says nothing, as exemptions are not allowed");
    }
  }

  private void doubt(FieldPath path, String message) {
    doubts.add(new Problem(path, message));
  }
}
