package dev.gapless.rules;

import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.Workload.DaemonSet;
import dev.gapless.workload.Workload.RolloutControls;
import dev.gapless.workload.Workload.StatefulSet;
import java.util.List;

/// A workload that stays at its version whatever is applied, until somebody resumes it.
public final class RolloutPaused implements Rule {
  private static final RuleDoc DOC =
      new RuleDoc(
          "rollout-paused",
          "The workload is paused: what is applied to it is not rolled out",
          "0.1.0",
          Mode.AUDIT,
          List.of(),
          """
          While spec.paused is true a controller scales, but starts no rollout: a fixed version, a \
          new certificate, a changed setting are accepted and stay where they are. A rollout that was \
          under way stands still with both versions serving, and `kubectl rollout undo` refuses. In a \
          manifest the pause is put back by every apply, long after its reason is forgotten.

          Pausing for a moment is what `kubectl rollout pause` is for, and it sets the same field. \
          That is why the rule records: in mode Enforce it would reject such a pause. The pauses of \
          an Argo Rollout's canary steps stand in its status and are not meant.\
          """,
          """
          Take `paused` out of the manifest and pause with `kubectl rollout pause` (`kubectl argo \
          rollouts pause`) for as long as it is needed.\
          """,
          List.of(
              "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#pausing-and-resuming-a-deployment",
              "https://argo-rollouts.readthedocs.io/en/stable/features/specification/"));

  @Override
  public RuleDoc doc() {
    return DOC;
  }

  @Override
  public Outcome judge(Subject subject) {
    if (subject.workload() instanceof StatefulSet || subject.workload() instanceof DaemonSet) {
      return new Outcome.Skipped("only a Deployment or a Rollout can be paused");
    }
    return subject.workload().controls().paused()
        ? new Outcome.Failed(
            List.of(
                Finding.of(
                    RolloutControls.PAUSED,
                    "must be false, is true: what is applied is not rolled out until it is"
                        + " resumed")))
        : new Outcome.Passed();
  }
}
