package dev.gapless.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.manifest.ManifestParser;
import dev.gapless.workload.IntOrString;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyReaderTest {
  private static final Set<String> RULES = Set.of("readiness-probe-missing", "recreate-strategy");
  private static final Set<String> KINDS = Set.of("Deployment", "StatefulSet");

  @Test
  void everyFieldIsRead() {
    var reading =
        read(
            """
            apiVersion: gapless.dev/v1alpha1
            kind: RolloutPolicy
            metadata:
              name: shop
            spec:
              priority: 10
              match:
                namespaceSelector: {matchLabels: {team: shop}}
                objectSelector:
                  matchExpressions:
                    - {key: tier, operator: In, values: [web]}
                kinds: [Deployment, StatefulSet]
              mode: Warn
              rules:
                - {name: readiness-probe-missing, mode: Enforce}
                - {name: recreate-strategy, mode: Disabled}
              change: Any
              preStopSleepSeconds: 15
              drainSeconds: 25
              maxSurge: 50%
              exemptions: {allowed: true, reasonRequired: false, maxDays: 90}
            """);
    RolloutPolicy policy = assertInstanceOf(PolicyReader.Valid.class, reading).policy();
    assertEquals(10, policy.priority());
    assertEquals(Set.of("Deployment", "StatefulSet"), policy.kinds());
    EffectivePolicy asks = policy.asks();
    assertEquals("shop", asks.name());
    assertEquals(Mode.WARN, asks.mode());
    assertEquals(Mode.ENFORCE, asks.rules().get("readiness-probe-missing"));
    assertEquals(Change.ANY, asks.change());
    assertEquals(15, asks.preStopSleepSeconds());
    assertEquals(25, asks.drainSeconds());
    assertEquals(Optional.of(new IntOrString.Text("50%")), asks.maxSurge());
    assertEquals(new ExemptionTerms(true, false, OptionalInt.of(90)), asks.exemptions());
  }

  @Test
  void whatIsLeftOutHasItsDefault() {
    var reading = read(policy("mode: Fix"));
    EffectivePolicy asks = assertInstanceOf(PolicyReader.Valid.class, reading).policy().asks();
    assertEquals(EffectivePolicy.defaults("shop", Mode.FIX), asks);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "mode: Wran | spec.mode: must be one of Disabled, Audit, Warn, Fix, Enforce, is \"Wran\" (did you mean \"Warn\"?)",
        "mode: 3 | spec.mode: must be a string, is 3",
        "change: None | spec.mode: must be given: one of [Disabled, Audit, Warn, Fix, Enforce]",
        "{mode: Warn, rules: [{name: readines-probe-missing, mode: Warn}]} | spec.rules[0].name: there is no rule \"readines-probe-missing\" (did you mean \"readiness-probe-missing\"?)",
        "{mode: Warn, rules: [{name: recreate-strategy}]} | spec.rules[0].mode: must be given: one of [Disabled, Audit, Warn, Fix, Enforce]",
        "{mode: Warn, rules: [{name: recreate-strategy, mode: Fix}, {name: recreate-strategy, mode: Warn}]} | spec.rules[1].name: names the rule \"recreate-strategy\" a second time",
        "{mode: Warn, rules: {recreate-strategy: Warn}} | spec.rules: must be a list, is {\"recreate-strategy\":\"Warn\"}",
        "{mode: Warn, match: {kinds: [Deploymnet]}} | spec.match.kinds[0]: there is no kind \"Deploymnet\" (did you mean \"Deployment\"?)",
        "{mode: Warn, preStopSleepSeconds: 0} | spec.preStopSleepSeconds: must be a whole number from 1 to 86400, is 0",
        "{mode: Warn, drainSeconds: ten} | spec.drainSeconds: must be a whole number from 0 to 86400, is \"ten\"",
        "{mode: Warn, maxSurge: 0%} | spec.maxSurge: must be more than 0: maxUnavailable is kept at 0, and a rollout could not move",
        "{mode: Warn, maxSurge: some} | spec.maxSurge: must be a number or a percentage such as \"25%\", is \"some\"",
        "{mode: Warn, exemptions: {maxDays: 0}} | spec.exemptions.maxDays: must be a whole number from 1 to 36500, is 0",
        "{mode: Warn, exemptions: {allowed: often}} | spec.exemptions.allowed: must be true or false, is \"often\"",
        "{mode: Warn, match: {objectSelector: {matchExpressions: [{key: a, operator: In}]}}} | spec.match.objectSelector.matchExpressions[0].values: must have at least one value with In",
      })
  void aMistakeIsNamedWithItsPathAndRemedy(String spec, String problem) {
    var invalid = assertInstanceOf(PolicyReader.Invalid.class, read(policy(spec)));
    assertEquals(List.of(problem), invalid.problems().stream().map(Object::toString).toList());
  }

  @Test
  void allMistakesAreNamedAtOnce() {
    var invalid =
        assertInstanceOf(
            PolicyReader.Invalid.class,
            read("apiVersion: v1\nkind: RolloutPolicy\nmetadata: {}\nspec: {mod: Warn}\n"));
    assertEquals(
        List.of("apiVersion", "metadata.name", "spec.mod", "spec.mode"),
        invalid.problems().stream().map(it -> it.path().toString()).toList());
  }

  @Test
  void metadataHasKubernetesMembersAndNoOthers() {
    assertEquals(
        List.of(
            "metadata.nmae: is no known field (did you mean \"name\"?); known are name, labels,"
                + " annotations, generateName, uid, resourceVersion, generation, selfLink,"
                + " creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, finalizers,"
                + " ownerReferences, managedFields"),
        problems("metadata: {nmae: a, name: b}\nspec: {mode: Warn}\n"));
    assertEquals(
        List.of("metadata.name: must name the policy"),
        problems("metadata: {generateName: a-}\nspec: {mode: Warn}\n"));
    assertEquals(
        List.of("metadata: must be an object, is \"a\"", "metadata.name: must name the policy"),
        problems("metadata: a\nspec: {mode: Warn}\n"));
  }

  @Test
  void aPolicyExportedFromAClusterIsOne() {
    assertInstanceOf(
        PolicyReader.Valid.class,
        read(
            """
            apiVersion: gapless.dev/v1alpha1
            kind: RolloutPolicy
            metadata:
              annotations: {kubectl.kubernetes.io/last-applied-configuration: ""}
              creationTimestamp: "2026-11-21T12:00:00Z"
              finalizers: [a/b]
              generation: 2
              labels: {team: shop}
              managedFields: []
              name: shop
              ownerReferences: []
              resourceVersion: "17"
              uid: 0b1e3c9e-5c5c-4f0e-9b0a-5d3f2b1a0c9d
            spec: {mode: Warn}
            status: {}
            """));
  }

  @Test
  void whatStandsAroundAStoredSpecIsTheApiServers() {
    var object =
        tree(
            """
            apiVersion: gapless.dev/v1alpha1
            kind: RolloutPolicy
            metadata: {name: shop, ofALaterKubernetes: {at: 1}}
            spec: {mode: Warn}
            status: {ofALaterGapless: 1}
            ofALaterKubernetes: 1
            """);
    assertInstanceOf(PolicyReader.Valid.class, PolicyReader.readStored(object, RULES, KINDS));
    assertInstanceOf(PolicyReader.Invalid.class, PolicyReader.read(object, RULES, KINDS));
  }

  @Test
  void aStoredPolicyNeedsAName() {
    var object =
        tree(
            """
            apiVersion: gapless.dev/v1alpha1
            kind: RolloutPolicy
            metadata: {}
            spec: {mode: Warn, modes: 1}
            """);
    var invalid =
        assertInstanceOf(PolicyReader.Invalid.class, PolicyReader.readStored(object, RULES, KINDS));
    assertEquals(
        List.of("metadata.name", "spec.modes"),
        invalid.problems().stream().map(it -> it.path().toString()).toList());
  }

  private static List<String> problems(String body) {
    String head = "apiVersion: gapless.dev/v1alpha1\nkind: RolloutPolicy\n";
    var invalid = assertInstanceOf(PolicyReader.Invalid.class, read(head + body));
    return invalid.problems().stream().map(Object::toString).toList();
  }

  private static String policy(String spec) {
    return "apiVersion: gapless.dev/v1alpha1\nkind: RolloutPolicy\nmetadata: {name: shop}\nspec:\n"
        + spec.indent(2);
  }

  private static PolicyReader.Reading read(String yaml) {
    return PolicyReader.read(tree(yaml), RULES, KINDS);
  }

  private static JsonNode tree(String yaml) {
    return ManifestParser.parse("policy.yaml", yaml).objects().getFirst().tree();
  }
}
