package dev.gapless.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.engine.Evaluation;
import dev.gapless.engine.RuleResult;
import dev.gapless.engine.Verdict;
import dev.gapless.rule.Outcome;
import java.util.Locale;
import java.util.Map;

/// What came of a case, in the form of `expected.yaml`.
final class Expectation {
  private Expectation() {}

  static ObjectNode of(String rule, Evaluation evaluation) {
    ObjectNode expected = JsonNodeFactory.instance.objectNode();
    switch (evaluation) {
      case Evaluation.NotJudged(String reason) -> expected.put("notJudged", reason);
      case Evaluation.Unreadable(_, String message) -> expected.put("unreadable", message);
      case Evaluation.Judged judged -> judged(expected, rule, judged);
    }
    return expected;
  }

  private static void judged(ObjectNode expected, String rule, Evaluation.Judged judged) {
    expected.put(
        "verdict",
        switch (judged.verdict()) {
          case Verdict.Admit _ -> "Admit";
          case Verdict.Deny _ -> "Deny";
        });
    for (RuleResult result : judged.results()) {
      if (result.doc().id().equals(rule)) {
        outcome(expected, result);
      }
    }
    ArrayNode findings = JsonNodeFactory.instance.arrayNode();
    judged
        .judgements()
        .forEach(it ->
            findings
                .addObject()
                .put("path", it.finding().path().toString())
                .put("message", it.message())
                .put("consequence", it.consequence().name().toLowerCase(Locale.ROOT)));
    if (!findings.isEmpty()) {
      expected.set("findings", findings);
    }
    if (!judged.notes().isEmpty()) {
      ArrayNode notes = expected.putArray("notes");
      judged.notes().forEach(it -> notes.add(it.toString()));
    }
    JsonNode patch = judged.patch();
    if (!patch.isEmpty()) {
      expected.set("patch", patch);
    }
  }

  /// What the rule says of the neighbours when they arrive last: of each that it judges.
  static ArrayNode ofNeighbours(String rule, Map<ObjectNode, Evaluation> evaluations) {
    ArrayNode neighbours = JsonNodeFactory.instance.arrayNode();
    evaluations.forEach((neighbour, evaluation) -> {
      ObjectNode expected = JsonNodeFactory.instance.objectNode();
      expected.put(
          "object",
          neighbour.path("kind").asText()
              + " \""
              + neighbour.path("metadata").path("name").asText()
              + "\"");
      switch (evaluation) {
        case Evaluation.NotJudged(String reason) -> expected.put("notJudged", reason);
        case Evaluation.Unreadable(_, String message) -> expected.put("unreadable", message);
        case Evaluation.Judged judged -> ofNeighbour(rule, judged, expected);
      }
      if (expected.size() > 1) {
        neighbours.add(expected);
      }
    });
    return neighbours;
  }

  private static void ofNeighbour(String rule, Evaluation.Judged judged, ObjectNode expected) {
    for (RuleResult result : judged.results()) {
      if (result.doc().id().equals(rule)) {
        outcome(expected, result);
        ArrayNode findings = JsonNodeFactory.instance.arrayNode();
        result
            .judgements()
            .forEach(it ->
                findings
                    .addObject()
                    .put("path", it.finding().path().toString())
                    .put("message", it.message())
                    .put("consequence", it.consequence().name().toLowerCase(Locale.ROOT)));
        if (!findings.isEmpty()) {
          expected.set("findings", findings);
        }
      }
    }
  }

  private static void outcome(ObjectNode expected, RuleResult result) {
    expected.put("outcome", result.outcome().getClass().getSimpleName());
    switch (result.outcome()) {
      case Outcome.Skipped(String reason) -> expected.put("reason", reason);
      case Outcome.Exempt(String reason) -> expected.put("reason", reason);
      case Outcome.Broken(RuntimeException cause) -> expected.put("reason", cause.toString());
      case Outcome.Passed _, Outcome.Failed _, Outcome.NotJudged _ -> {}
    }
  }
}
