package dev.gapless.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.workload.LabelSelector;
import dev.gapless.workload.LabelSelector.Operator;
import dev.gapless.workload.LabelSelector.Requirement;
import dev.gapless.workload.Workload;
import dev.gapless.workload.WorkloadReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PoliciesTest {
  private static final long SEED = 5;
  private static final List<String> KEYS = List.of("team", "tier", "env", "app");
  private static final List<String> VALUES = List.of("a", "b", "c");
  private static final List<String> KINDS = List.of("DaemonSet", "Deployment", "StatefulSet");

  private final Random random = new Random(SEED);

  @Test
  void theIndexFindsWhatAScanOfAllPoliciesFinds() {
    int matched = 0;
    int unmatched = 0;
    for (int round = 0; round < 400; round++) {
      List<RolloutPolicy> given = policies(random.nextInt(25));
      Policies policies = Policies.of(given);
      for (int i = 0; i < 25; i++) {
        Workload workload = workload(pick(KINDS), labels());
        Map<String, String> namespaceLabels = labels();
        Optional<RolloutPolicy> expected = scan(given, workload, namespaceLabels);
        assertEquals(
            expected.map(it -> it.asks().name()).orElse("none (no policy matches)"),
            policies.governing(workload, namespaceLabels).name(),
            () -> given + "\n" + workload + "\n" + namespaceLabels);
        Resolution resolution = policies.resolution(workload, namespaceLabels);
        assertEquals(policies.governing(workload, namespaceLabels), resolution.asks());
        assertEquals(expected, resolution.governing());
        assertEquals(
            others(given, expected),
            resolution.others().stream().map(Resolution.Other::policy).toList());
        for (Resolution.Other other : resolution.others()) {
          assertEquals(
              matches(other.policy(), workload, namespaceLabels), other.mismatch().isEmpty());
        }
        matched += expected.isPresent() ? 1 : 0;
        unmatched += expected.isPresent() ? 0 : 1;
      }
    }
    assertTrue(matched > 1000 && unmatched > 1000, matched + " matched, " + unmatched + " did not");
  }

  @Test
  void thePolicyThatLosesIsToldWhy() {
    Policies policies =
        Policies.of(
            List.of(
                policy("first", 10, Optional.empty(), Optional.empty(), Set.of()),
                policy("second", 10, Optional.empty(), Optional.empty(), Set.of()),
                policy("platform", 0, Optional.empty(), Optional.empty(), Set.of()),
                policy("daemons", 99, Optional.empty(), Optional.empty(), Set.of("DaemonSet")),
                policy(
                    "blog",
                    20,
                    Optional.of(
                        new LabelSelector(
                            Map.of(),
                            List.of(
                                new Requirement("team", Operator.In, List.of("blog", "wiki"))))),
                    Optional.empty(),
                    Set.of()),
                policy(
                    "web",
                    20,
                    Optional.empty(),
                    Optional.of(new LabelSelector(Map.of("tier", "web"), List.of())),
                    Set.of())));
    Resolution resolution =
        policies.resolution(workload("Deployment", Map.of()), Map.of("team", "shop"));

    assertEquals("first", resolution.asks().name());
    assertEquals(
        List.of(
            "daemons does not match: spec.match.kinds: must hold Deployment, is DaemonSet",
            "blog does not match: spec.match.namespaceSelector: label \"team\" must be \"blog\" or"
                + " \"wiki\", is \"shop\"",
            "web does not match: spec.match.objectSelector: label \"tier\" must be \"web\", is not"
                + " set",
            "second matches too, with the same priority: the first by name governs",
            "platform matches too, but its priority is lower"),
        resolution.others().stream()
            .map(it -> it.policy().asks().name() + " " + resolution.why(it))
            .toList());
  }

  @Test
  void whatNoPolicyMatchesIsAtMostAudited() {
    Resolution resolution =
        Policies.of(List.of()).resolution(workload("Deployment", Map.of()), Map.of());
    assertEquals(Optional.empty(), resolution.governing());
    assertEquals(Mode.AUDIT, resolution.asks().mode());
  }

  @Test
  void aModeSaysWhereItComesFrom() {
    EffectivePolicy policy =
        new EffectivePolicy(
            "p",
            Mode.WARN,
            Map.of("named", Mode.ENFORCE, "off", Mode.DISABLED),
            Change.UNSET,
            10,
            20,
            Optional.empty(),
            ExemptionTerms.DEFAULT);
    Optional<String> owner = Optional.of("Operator/db");
    assertEquals(
        "Enforce: named in the policy", told(policy, "named", Mode.AUDIT, Optional.empty()));
    assertEquals("Disabled: named in the policy", told(policy, "off", Mode.FIX, owner));
    assertEquals("Audit: the rule's default", told(policy, "x", Mode.AUDIT, owner));
    assertEquals("Warn: the rule's default", told(policy, "x", Mode.WARN, Optional.empty()));
    assertEquals(
        "Warn: the rule's default is Fix, the policy's mode Warn",
        told(policy, "x", Mode.FIX, Optional.empty()));
    assertEquals(
        "Audit: controlled by Operator/db, else Enforce (named in the policy)",
        told(policy, "named", Mode.AUDIT, owner));
  }

  private static String told(
      EffectivePolicy policy, String rule, Mode defaultMode, Optional<String> controller) {
    RuleMode mode = policy.modeOf(rule, defaultMode, controller);
    return mode.mode() + ": " + mode.because();
  }

  /// Plainly by the words of the documentation.
  private static Optional<RolloutPolicy> scan(
      List<RolloutPolicy> policies, Workload workload, Map<String, String> namespaceLabels) {
    return policies.stream().filter(it -> matches(it, workload, namespaceLabels)).min(PRECEDENCE);
  }

  private static List<RolloutPolicy> others(
      List<RolloutPolicy> policies, Optional<RolloutPolicy> governing) {
    return policies.stream()
        .filter(it -> !governing.equals(Optional.of(it)))
        .sorted(PRECEDENCE)
        .toList();
  }

  private static final Comparator<RolloutPolicy> PRECEDENCE =
      Comparator.comparing((RolloutPolicy it) -> -it.priority())
          .thenComparing(it -> it.asks().name());

  private static boolean matches(
      RolloutPolicy policy, Workload workload, Map<String, String> namespaceLabels) {
    return (policy.kinds().isEmpty() || policy.kinds().contains(workload.kind()))
        && matches(policy.objectSelector(), workload.metadata().labels())
        && matches(policy.namespaceSelector(), namespaceLabels);
  }

  private static boolean matches(Optional<LabelSelector> selector, Map<String, String> labels) {
    if (selector.isEmpty()) {
      return true;
    }
    return labels.entrySet().containsAll(selector.get().matchLabels().entrySet())
        && selector.get().matchExpressions().stream()
            .allMatch(it ->
                switch (it.operator()) {
                  case In -> it.values().stream().anyMatch(v -> v.equals(labels.get(it.key())));
                  case NotIn -> it.values().stream().noneMatch(v -> v.equals(labels.get(it.key())));
                  case Exists -> labels.containsKey(it.key());
                  case DoesNotExist -> !labels.containsKey(it.key());
                });
  }

  private List<RolloutPolicy> policies(int count) {
    var policies = new ArrayList<RolloutPolicy>();
    for (int i = 0; i < count; i++) {
      policies.add(
          policy(
              "policy-" + i,
              random.nextInt(4),
              selector(),
              selector(),
              random.nextInt(3) == 0 ? Set.of(pick(KINDS)) : Set.of()));
    }
    Collections.shuffle(policies, random);
    return policies;
  }

  private Optional<LabelSelector> selector() {
    if (random.nextInt(3) == 0) {
      return Optional.empty();
    }
    var requirements = new ArrayList<Requirement>();
    while (random.nextInt(2) == 0) {
      Operator operator = pick(List.of(Operator.values()));
      boolean valued = operator == Operator.In || operator == Operator.NotIn;
      requirements.add(
          new Requirement(
              pick(KEYS), operator, valued ? List.of(pick(VALUES), pick(VALUES)) : List.of()));
    }
    return Optional.of(
        new LabelSelector(random.nextInt(2) == 0 ? labels() : Map.of(), requirements));
  }

  private Map<String, String> labels() {
    var labels = new LinkedHashMap<String, String>();
    for (String key : KEYS) {
      if (random.nextInt(2) == 0) {
        labels.put(key, pick(VALUES));
      }
    }
    return labels;
  }

  private <T> T pick(List<T> some) {
    return some.get(random.nextInt(some.size()));
  }

  private static RolloutPolicy policy(
      String name,
      int priority,
      Optional<LabelSelector> namespaces,
      Optional<LabelSelector> objects,
      Set<String> kinds) {
    return new RolloutPolicy(
        priority, namespaces, objects, kinds, EffectivePolicy.defaults(name, Mode.WARN));
  }

  private static Workload workload(String kind, Map<String, String> labels) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("apiVersion", "apps/v1").put("kind", kind);
    ObjectNode metadata = object.putObject("metadata").put("name", "web");
    labels.forEach(metadata.putObject("labels")::put);
    return WorkloadReader.read(object).orElseThrow();
  }
}
