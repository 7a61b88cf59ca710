package dev.gapless.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.gapless.policy.EffectivePolicy;
import dev.gapless.workload.FieldPath;
import dev.gapless.workload.KubernetesObject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// What came of all rules for one object.
public sealed interface Evaluation {

  /// The object is none of ours, or this change of it is.
  record NotJudged(String reason) implements Evaluation {}

  /// The object has not the shape of its kind: the API server's to reject.
  ///
  /// @param path the first field that could not be read
  record Unreadable(FieldPath path, String message) implements Evaluation {}

  /// Every rule that judges such an object was asked.
  ///
  /// @param object what it was given to judge
  /// @param results one for each rule that judges such an object, in catalogue order
  /// @param notes what else its author should know where there are findings
  /// @param patch RFC 6902 operations; empty where nothing is to change
  /// @param fixed the object with the patch applied
  record Judged(
      KubernetesObject object,
      EffectivePolicy policy,
      List<RuleResult> results,
      List<Note> notes,
      ArrayNode patch,
      JsonNode fixed)
      implements Evaluation {

    /// All findings in catalogue order.
    public Stream<Judgement> judgements() {
      return results.stream().flatMap(result -> result.judgements().stream());
    }

    /// The findings that lead to one thing.
    public List<Judgement> that(Consequence consequence) {
      var those = new ArrayList<Judgement>();
      for (RuleResult result : results) {
        for (Judgement judgement : result.judgements()) {
          if (judgement.consequence() == consequence) {
            those.add(judgement);
          }
        }
      }
      return List.copyOf(those);
    }
  }

  /// What `/validate` says. A finding that should have been patched by then was missed by the
  /// mutation: a warning.
  default Verdict verdict() {
    return switch (this) {
      case NotJudged _, Unreadable _ -> new Verdict.Admit(List.of());
      case Judged judged -> Verdict.of(judged);
    };
  }
}
