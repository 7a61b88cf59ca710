package dev.gapless.admission;

import com.fasterxml.jackson.databind.node.IntNode;
import dev.gapless.patch.Edit;
import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.rule.Fix;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.FieldPath;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// A rule made up for a test.
record ToyRule(String id, Mode defaultMode, Function<Subject, Outcome> judgement) implements Rule {
  static final FieldPath WRONG = FieldPath.of("spec", "wrong");
  static final FieldPath MIN_READY = FieldPath.of("spec", "minReadySeconds");

  /// Finds fault with objects that have a field `spec.wrong`; nothing mends it.
  static ToyRule strict() {
    return new ToyRule(
        "toy-strict",
        Mode.ENFORCE,
        subject ->
            WRONG.in(subject.object()).isMissingNode()
                ? new Outcome.Passed()
                : new Outcome.Failed(List.of(Finding.of(WRONG, "must not be there"))));
  }

  /// Wants `spec.minReadySeconds` and knows how to set it.
  static ToyRule mending(Mode mode) {
    return new ToyRule(
        "toy-mending",
        mode,
        subject ->
            MIN_READY.in(subject.object()).isMissingNode()
                ? new Outcome.Failed(
                    List.of(
                        new Finding(
                            MIN_READY,
                            "must be set",
                            Optional.of(
                                new Fix(
                                    List.of(new Edit.Set(MIN_READY, IntNode.valueOf(5))),
                                    "set 5")))))
                : new Outcome.Passed());
  }

  /// Fails to work.
  static ToyRule broken() {
    return new ToyRule(
        "toy-broken",
        Mode.ENFORCE,
        _ -> {
          throw new IllegalStateException("a toy that does not work");
        });
  }

  @Override
  public RuleDoc doc() {
    return new RuleDoc(id, id, "0.1.0", defaultMode, List.of(), "why", "remedy", List.of());
  }

  @Override
  public Outcome judge(Subject subject) {
    return judgement.apply(subject);
  }
}
