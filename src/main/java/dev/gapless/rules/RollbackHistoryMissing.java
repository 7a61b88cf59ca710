package dev.gapless.rules;

import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.Workload.Rollout;
import dev.gapless.workload.Workload.RolloutControls;
import java.util.List;

/// A workload whose bad version cannot be taken back, because the one before is forgotten.
public final class RollbackHistoryMissing implements Rule {
  private static final RuleDoc DOC =
      new RuleDoc(
          "rollback-history-missing",
          "No earlier revision is kept to roll back to",
          "0.1.0",
          Mode.AUDIT,
          List.of(),
          """
          Controllers keep the last revisions of a pod template, ten by default, so that `kubectl \
          rollout undo` can bring one back within seconds. With revisionHistoryLimit 0 the revision \
          before is deleted as soon as a rollout is complete. When the new version then turns out to \
          fail, the way back is a new rollout from a manifest that somebody has to find first.

          What a revision costs is an object without pods. Whoever deploys from Git has the history \
          there too, but an incident is no time to wait for a pipeline. revisionHistoryLimit stands \
          outside the pod template: changing it starts no rollout.\
          """,
          """
          Leave revisionHistoryLimit out, which keeps ten revisions, or set it to 1 or more.\
          """,
          List.of(
              "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#clean-up-policy",
              "https://argo-rollouts.readthedocs.io/en/stable/features/specification/"));

  @Override
  public RuleDoc doc() {
    return DOC;
  }

  @Override
  public Outcome judge(Subject subject) {
    if (subject.workload().controls().revisionHistoryLimit() > 0) {
      return new Outcome.Passed();
    }
    String undo =
        subject.workload() instanceof Rollout
            ? "kubectl argo rollouts undo"
            : "kubectl rollout undo";
    return new Outcome.Failed(
        List.of(
            Finding.of(
                RolloutControls.REVISION_HISTORY_LIMIT,
                "must be at least 1, is 0: `" + undo + "` finds nothing to go back to")));
  }
}
