package dev.gapless.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.neighbour.Surroundings;
import dev.gapless.patch.Edit;
import dev.gapless.policy.Change;
import dev.gapless.policy.EffectivePolicy;
import dev.gapless.policy.ExemptionTerms;
import dev.gapless.policy.Mode;
import dev.gapless.policy.Policies;
import dev.gapless.policy.RolloutPolicy;
import dev.gapless.rule.Finding;
import dev.gapless.rule.Fix;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.Authorship;
import dev.gapless.workload.FieldPath;
import dev.gapless.workload.KubernetesVersion;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The table of modes, cell by cell: what a finding leads to, and at which mode a rule acts.
class ModeTableTest {
  private static final FieldPath GRACE =
      FieldPath.of("spec", "template", "spec", "terminationGracePeriodSeconds");
  private static final FieldPath PROGRESS = FieldPath.of("spec", "progressDeadlineSeconds");

  /// Finds every grace period wrong that is not 77.
  private record TestRule(Mode defaultMode, boolean hasFix) implements Rule {
    @Override
    public RuleDoc doc() {
      return new RuleDoc("test-rule", "t", "0", defaultMode, List.of(), "w", "r", List.of());
    }

    @Override
    public Outcome judge(Subject subject) {
      if (GRACE.in(subject.object()).asInt() == 77) {
        return new Outcome.Passed();
      }
      Fix fix = new Fix(List.of(new Edit.Set(GRACE, IntNode.valueOf(77))), "set it to 77");
      return new Outcome.Failed(
          List.of(new Finding(GRACE, "must be 77", hasFix ? Optional.of(fix) : Optional.empty())));
    }
  }

  @ParameterizedTest(name = "mode {0}, fixable {1}: {2}")
  @CsvSource({
    "Disabled, true,  -",
    "Disabled, false, -",
    "Audit,    true,  RECORDED",
    "Audit,    false, RECORDED",
    "Warn,     true,  WARNED",
    "Warn,     false, WARNED",
    "Fix,      true,  PATCHED",
    "Fix,      false, WARNED",
    "Enforce,  true,  PATCHED",
    "Enforce,  false, DENIED",
  })
  void aNewObject(String mode, boolean fixable, String consequence) {
    Evaluation.Judged judged =
        judge(new TestRule(mode(mode), fixable), policy(Mode.ENFORCE), object(), null);
    assertConsequence(consequence, judged);
  }

  @ParameterizedTest(name = "update of {0}, mode {1}, fixable {2}: {3}")
  @CsvSource({
    // The template differs: a rollout starts.
    "template, Audit,   true,  RECORDED",
    "template, Warn,    true,  WARNED",
    "template, Fix,     true,  PATCHED",
    "template, Fix,     false, WARNED",
    "template, Enforce, true,  PATCHED",
    "template, Enforce, false, DENIED",
    // Only another field differs: the finding is not live, so never patched and at most a warning.
    "deadline, Disabled, true, -",
    "deadline, Audit,   true,  RECORDED",
    "deadline, Audit,   false, RECORDED",
    "deadline, Warn,    true,  WARNED",
    "deadline, Fix,     true,  WARNED",
    "deadline, Fix,     false, WARNED",
    "deadline, Enforce, true,  WARNED",
    "deadline, Enforce, false, WARNED",
  })
  void anUpdate(String changed, String mode, boolean fixable, String consequence) {
    ObjectNode old = object();
    ObjectNode object = object();
    if (changed.equals("template")) {
      ((ObjectNode) object.at("/spec/template/spec/containers/0")).put("image", "web:2");
    } else {
      ((ObjectNode) object.at("/spec")).put("progressDeadlineSeconds", 5);
    }
    Evaluation.Judged judged =
        judge(new TestRule(mode(mode), fixable), policy(Mode.ENFORCE), object, old);
    assertConsequence(consequence, judged);
  }

  @ParameterizedTest(name = "owned by a controller, mode {0}, fixable {1}: {2}")
  @CsvSource({
    "Disabled, true,  -",
    "Audit,    true,  RECORDED",
    "Warn,     true,  RECORDED",
    "Warn,     false, RECORDED",
    "Fix,      true,  RECORDED",
    "Fix,      false, RECORDED",
    "Enforce,  true,  RECORDED",
    "Enforce,  false, RECORDED",
  })
  void aControlledWorkload(String mode, boolean fixable, String consequence) {
    ObjectNode object = object();
    ((ObjectNode) object.path("metadata"))
        .putArray("ownerReferences")
        .addObject()
        .put("kind", "WebSite")
        .put("name", "front")
        .put("controller", true);
    assertConsequence(
        consequence, judge(new TestRule(mode(mode), fixable), policy(Mode.ENFORCE), object, null));
  }

  @ParameterizedTest(name = "policy {0}, default {1}, named {2}: acts at {3}")
  @CsvSource({
    "Enforce,  Enforce,  -,        Enforce",
    "Enforce,  Audit,    -,        Audit",
    "Fix,      Enforce,  -,        Fix",
    "Warn,     Enforce,  -,        Warn",
    "Warn,     Fix,      -,        Warn",
    "Audit,    Enforce,  -,        Audit",
    "Audit,    Disabled, -,        Disabled",
    "Disabled, Enforce,  -,        Disabled",
    "Disabled, Audit,    Enforce,  Enforce",
    "Audit,    Audit,    Enforce,  Enforce",
    "Enforce,  Enforce,  Audit,    Audit",
    "Enforce,  Enforce,  Disabled, Disabled",
    "Warn,     Enforce,  Fix,      Fix",
  })
  void theModeARuleActsAt(String policyMode, String ruleDefault, String named, String acts) {
    EffectivePolicy policy =
        new EffectivePolicy(
            "p",
            mode(policyMode),
            named.equals("-") ? Map.of() : Map.of("test-rule", mode(named)),
            Change.UNSET,
            10,
            20,
            Optional.empty(),
            ExemptionTerms.DEFAULT);
    Evaluation.Judged judged = judge(new TestRule(mode(ruleDefault), true), policy, object(), null);
    assertEquals(mode(acts), judged.results().getFirst().mode());
  }

  @ParameterizedTest(name = "change {0}, field {1}: {2}")
  @CsvSource({
    "None,  absent,  DENIED",
    "None,  written, DENIED",
    "Unset, absent,  PATCHED",
    "Unset, written, DENIED",
    "Any,   absent,  PATCHED",
    "Any,   written, PATCHED",
  })
  void whatAFixMayTouch(String change, String field, String consequence) {
    ObjectNode object = object();
    if (field.equals("written")) {
      ((ObjectNode) object.at("/spec/template/spec")).put("terminationGracePeriodSeconds", 5);
    }
    EffectivePolicy policy =
        new EffectivePolicy(
            "p",
            Mode.ENFORCE,
            Map.of(),
            Change.parse(change).orElseThrow(),
            10,
            20,
            Optional.empty(),
            ExemptionTerms.DEFAULT);
    assertConsequence(consequence, judge(new TestRule(Mode.ENFORCE, true), policy, object, null));
  }

  @ParameterizedTest(name = "exempt, mode {0}")
  @CsvSource({"Audit", "Warn", "Fix", "Enforce"})
  void aValidlyExemptWorkloadIsRecordedAsExemptAndNothingElse(String mode) {
    ObjectNode object = object();
    ((ObjectNode) object.path("metadata"))
        .putObject("annotations")
        .put("exempt.gapless.dev/test-rule", "because");
    Evaluation.Judged judged =
        judge(new TestRule(mode(mode), true), policy(Mode.ENFORCE), object, null);
    assertEquals(new Outcome.Exempt("because"), judged.results().getFirst().outcome());
    assertConsequence("-", judged);
    assertEquals(new Verdict.Admit(List.of()), judged.verdict());
  }

  @Test
  void anUpdateWithTheSameSpecIsNotJudged() {
    ObjectNode object = object();
    ((ObjectNode) object.path("metadata")).putObject("labels").put("a", "b");
    assertEquals(
        new Evaluation.NotJudged("its spec is unchanged"),
        evaluate(new TestRule(Mode.ENFORCE, true), policy(Mode.ENFORCE), object, object()));
  }

  @Test
  void aFindingThatOnlyChangesAtItsOwnPathIsLive() {
    Rule deadline =
        new Rule() {
          @Override
          public RuleDoc doc() {
            return new TestRule(Mode.ENFORCE, false).doc();
          }

          @Override
          public Outcome judge(Subject subject) {
            return new Outcome.Failed(List.of(Finding.of(PROGRESS, "must be longer")));
          }
        };
    ObjectNode object = object();
    ((ObjectNode) object.at("/spec")).put("progressDeadlineSeconds", 5);
    Evaluation evaluation = evaluate(deadline, policy(Mode.ENFORCE), object, object());
    assertConsequence("DENIED", (Evaluation.Judged) evaluation);
  }

  @Test
  void aRuleThatThrowsIsBrokenAndNobodyElsesFault() {
    Rule broken =
        new Rule() {
          @Override
          public RuleDoc doc() {
            return new RuleDoc("broken", "t", "0", Mode.ENFORCE, List.of(), "w", "r", List.of());
          }

          @Override
          public Outcome judge(Subject subject) {
            throw new IllegalStateException("bug");
          }

          @Override
          public List<Edit> withdraw(Subject subject) {
            throw new IllegalStateException("bug");
          }
        };
    Engine engine = new Engine(List.of(broken, new TestRule(Mode.ENFORCE, true)));
    Evaluation.Judged judged =
        (Evaluation.Judged) engine.evaluate(review(object(), null), policies(policy(Mode.ENFORCE)));
    assertEquals("Broken", judged.results().getFirst().outcome().getClass().getSimpleName());
    assertEquals(1, judged.that(Consequence.PATCHED).size());
  }

  @Test
  void aMissedMutationIsAWarningAndNeverADenial() {
    Evaluation.Judged judged =
        judge(new TestRule(Mode.ENFORCE, true), policy(Mode.ENFORCE), object(), null);
    assertEquals(
        new Verdict.Admit(List.of(GRACE + ": must be 77; would set it to 77 [test-rule]")),
        judged.verdict());
  }

  @Test
  void aDenialNamesTheWaysOut() {
    Evaluation.Judged judged =
        judge(new TestRule(Mode.ENFORCE, false), policy(Mode.ENFORCE), object(), null);
    assertEquals(
        new Verdict.Deny(
            """
            Deployment "web" is rejected by policy "built-in":
              spec.template.spec.terminationGracePeriodSeconds: must be 77 [test-rule]
            more: gapless explain test-rule; exempt: annotation exempt.gapless.dev/test-rule: "<reason>\"\
            """),
        judged.verdict());
  }

  private static void assertConsequence(String expected, Evaluation.Judged judged) {
    List<String> consequences = judged.judgements().map(it -> it.consequence().name()).toList();
    assertEquals(expected.equals("-") ? List.of() : List.of(expected), consequences);
    assertEquals(expected.equals("PATCHED"), !judged.patch().isEmpty(), "patched");
  }

  private static Mode mode(String word) {
    return Mode.parse(word).orElseThrow();
  }

  private static EffectivePolicy policy(Mode mode) {
    return EffectivePolicy.defaults("built-in", mode);
  }

  private static Policies policies(EffectivePolicy policy) {
    return Policies.of(
        List.of(new RolloutPolicy(0, Optional.empty(), Optional.empty(), Set.of(), policy)));
  }

  private static Evaluation.Judged judge(
      Rule rule, EffectivePolicy policy, JsonNode object, @Nullable JsonNode old) {
    return (Evaluation.Judged) evaluate(rule, policy, object, old);
  }

  private static Evaluation evaluate(
      Rule rule, EffectivePolicy policy, JsonNode object, @Nullable JsonNode old) {
    return new Engine(List.of(rule)).evaluate(review(object, old), policies(policy));
  }

  private static Review review(JsonNode object, @Nullable JsonNode old) {
    return new Review(
        object,
        Optional.ofNullable(old),
        Authorship.Source.FILE,
        Namespace.named("shop"),
        Surroundings.unknown(),
        KubernetesVersion.NEWEST_KNOWN,
        LocalDate.of(2026, 11, 21));
  }

  private static ObjectNode object() {
    try {
      return (ObjectNode)
          new JsonMapper()
              .readTree(
                  """
                  {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
                   "spec": {"template": {"spec": {"containers": [{"name": "web", "image": "web:1"}]}}}}
                  """);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
