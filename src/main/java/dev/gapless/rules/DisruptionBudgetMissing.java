package dev.gapless.rules;

import dev.gapless.neighbour.PodDisruptionBudget;
import dev.gapless.neighbour.Scale;
import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.FieldPath;
import dev.gapless.workload.Workload;
import java.util.List;
import java.util.Optional;

/// Several pods that a drain may take all at once, because nothing holds it back.
public final class DisruptionBudgetMissing implements Rule {
  private static final RuleDoc DOC =
      new RuleDoc(
          "disruption-budget-missing",
          "No PodDisruptionBudget guards a workload that takes traffic",
          "0.1.0",
          Mode.AUDIT,
          List.of(),
          """
          Whoever drains a node evicts its pods, and an eviction asks one question only: does a \
          PodDisruptionBudget object? Where there is none, all pods of a workload that stand on the \
          drained nodes go at once, and their successors start after that. A node pool that is upgraded \
          several nodes at a time, or an autoscaler that packs the pods tighter, takes a service down \
          with healthy replicas everywhere. preStop sleeps help nobody when no other pod is ready.

          Judged is what takes traffic and has two pods or more; under an autoscaler its minimum \
          counts. A budget over one pod either blocks each drain or guards nothing. A DaemonSet needs \
          none: drains leave its pods alone. At an admission a new workload's budget may come a moment \
          after it, so nothing is said there; the scan, `check` and the next update say it. Where no \
          budget at all is known, as in a folder without any, the rule does not judge. Budgets do not \
          act on rollouts: for those there is rollout-loses-capacity.\
          """,
          """
          Add a PodDisruptionBudget with `maxUnavailable: 1` (or a percentage), `unhealthyPodEvictionPolicy: \
          AlwaysAllow` and the workload's own selector.\
          """,
          List.of(
              "https://kubernetes.io/docs/tasks/run-application/configure-pdb/",
              "https://kubernetes.io/docs/concepts/workloads/pods/disruptions/"));

  @Override
  public RuleDoc doc() {
    return DOC;
  }

  @Override
  public Outcome judge(Subject subject) {
    Workload workload = subject.workload();
    Optional<Scale> scale = subject.surroundings().scale(workload);
    if (scale.isEmpty()) {
      return new Outcome.Skipped(DisruptionBudgetBlocksDrain.DAEMON_SET);
    }
    if (!subject.takesTraffic()) {
      return new Outcome.Skipped("no container declares a port, so nothing sends the pods traffic");
    }
    if (scale.get().least() < 2) {
      return new Outcome.Skipped("it may have fewer than 2 pods, which no budget can guard");
    }
    Optional<List<PodDisruptionBudget>> budgets = DisruptionBudgetBlocksDrain.budgets(subject);
    if (budgets.isEmpty()) {
      return new Outcome.Skipped(DisruptionBudgetBlocksDrain.UNKNOWN);
    }
    if (!budgets.get().isEmpty()) {
      return new Outcome.Passed();
    }
    if (!subject.surroundings().settled() && subject.oldObject().isEmpty()) {
      return new Outcome.Skipped("its budget may come after it");
    }
    return new Outcome.Failed(
        List.of(
            Finding.of(
                labels(workload),
                "must be selected by a PodDisruptionBudget, are by none: drains may take all "
                    + scale.get().least()
                    + " pods at once")));
  }

  /// What budgets select the pods by.
  static FieldPath labels(Workload workload) {
    return workload.template().path().child("metadata").child("labels");
  }
}
