package dev.gapless.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.engine.Consequence;
import dev.gapless.engine.Engine;
import dev.gapless.engine.Evaluation;
import dev.gapless.engine.Review;
import dev.gapless.rule.Rule;
import dev.gapless.rules.Catalog;
import dev.gapless.workload.Authorship;
import io.fabric8.zjsonpatch.JsonPatch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Every golden case, asked of the engine itself.
class GoldenEngineTest {
  private static final boolean REWRITE = Boolean.getBoolean("golden.rewrite");

  private final Engine engine = new Engine(Catalog.RULES);

  @TestFactory
  Stream<DynamicTest> everyCaseComesOutAsExpected() {
    return GoldenCase.all().stream().map(it -> dynamicTest(it.name(), () -> compare(it)));
  }

  private void compare(GoldenCase golden) {
    JsonNode input = golden.input();
    Evaluation evaluation = engine.evaluate(golden.review(), golden.policies());
    assertEquals(golden.input(), input, "the input was changed");
    ObjectNode actual = Expectation.of(golden.rule(), evaluation);
    ArrayNode neighbours = Expectation.ofNeighbours(golden.rule(), ofNeighbours(golden));
    if (!neighbours.isEmpty()) {
      actual.set("neighbours", neighbours);
    }
    if (REWRITE) {
      golden.writeExpected(actual);
    }
    assertEquals(
        golden.expected().map(JsonNode::toPrettyString).orElse("no expected.yaml"),
        actual.toPrettyString(),
        "if this is right, renew expected.yaml with `make golden` and review the diff");
    assertEquals(
        evaluation,
        engine.evaluate(golden.review(), golden.policies()),
        "same input, other outcome");
    if (evaluation instanceof Evaluation.Judged judged) {
      provePatch(golden, input, judged);
    }
  }

  private Map<ObjectNode, Evaluation> ofNeighbours(GoldenCase golden) {
    var evaluations = new LinkedHashMap<ObjectNode, Evaluation>();
    golden
        .reviewsOfNeighbours()
        .forEach((neighbour, review) ->
            evaluations.put(neighbour, engine.evaluate(review, golden.policies())));
    return evaluations;
  }

  /// What must hold of every patch, whatever the case is about.
  private void provePatch(GoldenCase golden, JsonNode input, Evaluation.Judged judged) {
    JsonNode patched = JsonPatch.apply(judged.patch(), input.deepCopy());
    assertEquals(judged.fixed(), patched, "another RFC 6902 implementation comes out elsewhere");
    Evaluation again = engine.evaluate(asFixed(golden, patched), golden.policies());
    if (again instanceof Evaluation.NotJudged) {
      return;
    }
    Evaluation.Judged second = (Evaluation.Judged) again;
    assertTrue(second.patch().isEmpty(), () -> "a second mutation changes " + second.patch());
    assertEquals(List.of(), second.that(Consequence.PATCHED), "a fixed finding is found again");
  }

  // A file's fixes become its author's; what admission patched is told from written values by its
  // record.
  private static Review asFixed(GoldenCase golden, JsonNode patched) {
    return golden.review(patched, golden.source());
  }

  @Test
  void everyRuleHasAnExampleThatFails() {
    for (Rule rule : Catalog.RULES) {
      GoldenCase example =
          new GoldenCase(GoldenCase.ROOT.resolve(rule.doc().id()).resolve("example"));
      assertEquals(
          "Failed",
          example.expected().map(it -> it.path("outcome").asText()).orElse("missing"),
          example.name());
    }
  }

  @Test
  void aRuleSaysWhetherItsFindingsMayCarryAFix() {
    Set<String> seen = new TreeSet<>();
    for (GoldenCase golden : GoldenCase.all()) {
      if (engine.evaluate(golden.review(), golden.policies()) instanceof Evaluation.Judged judged) {
        judged
            .judgements()
            .filter(it -> it.finding().fix().isPresent())
            .forEach(it -> seen.add(it.rule()));
      }
    }
    Set<String> said = new TreeSet<>();
    Catalog.RULES.stream().filter(Rule::fixes).forEach(it -> said.add(it.doc().id()));
    assertEquals(seen, said, "Rule.fixes() says otherwise than what the cases show");
  }

  @Test
  void everyCaseBelongsToARule() {
    List<GoldenCase> cases = GoldenCase.all();
    assertTrue(cases.size() > 100, "only " + cases.size() + " cases found");
    cases.forEach(it -> assertTrue(Catalog.ids().contains(it.rule()), it.name()));
  }

  @Test
  void everyCaseThatIsJudgedByAnApiServersViewSaysSo() {
    assertTrue(
        GoldenCase.all().stream().anyMatch(it -> it.source() == Authorship.Source.API_SERVER));
  }
}
