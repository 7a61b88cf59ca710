package dev.gapless.rules;

import dev.gapless.neighbour.PodDisruptionBudget;
import dev.gapless.neighbour.Surroundings;
import dev.gapless.neighbour.WorkloadOutline;
import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.rule.NeighbourSubject;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Pods that two budgets guard, which makes every eviction of them fail.
public final class DisruptionBudgetsOverlap implements Rule {
  private static final RuleDoc DOC =
      new RuleDoc(
          "disruption-budgets-overlap",
          "Two PodDisruptionBudgets guard the same pods",
          "0.1.0",
          Mode.AUDIT,
          List.of(),
          """
          An eviction can count against one budget only. For a pod that more than one selects, the API \
          server answers it with status 500, whatever the budgets would allow. A drain waits when a \
          budget says no (429); at a 500 it gives the pod up and fails. Neither budget looks wrong by \
          itself, and neither says anything in its status.

          It happens when a chart brings a budget and a platform adds its own, when a budget over a \
          label that many share meets one for a single workload, and when a name changes and the old \
          budget stays.

          Judged are the labels of the pod templates of known workloads; labels that pods get later are \
          not known. DaemonSets and what asks for no pods do not count.\
          """,
          "Keep one budget for each pod: delete one of the two, or narrow a selector.",
          List.of(
              "https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/",
              "https://kubernetes.io/docs/tasks/run-application/configure-pdb/"));

  @Override
  public RuleDoc doc() {
    return DOC;
  }

  @Override
  public Set<String> neighbourKinds() {
    return Set.of(PodDisruptionBudget.KIND);
  }

  @Override
  public Outcome judge(Subject subject) {
    Workload workload = subject.workload();
    if (workload.pods().isEmpty()) {
      return new Outcome.Skipped(DisruptionBudgetBlocksDrain.DAEMON_SET);
    }
    if (workload.pods().getAsInt() == 0) {
      return new Outcome.Skipped(DisruptionBudgetBlocksDrain.NO_PODS);
    }
    Optional<List<PodDisruptionBudget>> budgets = DisruptionBudgetBlocksDrain.budgets(subject);
    if (budgets.isEmpty()) {
      return new Outcome.Skipped(DisruptionBudgetBlocksDrain.UNKNOWN);
    }
    if (budgets.get().size() < 2) {
      return new Outcome.Passed();
    }
    return new Outcome.Failed(
        List.of(
            Finding.of(
                DisruptionBudgetMissing.labels(workload),
                "must be selected by one PodDisruptionBudget, are by \""
                    + budgets.get().get(0).name()
                    + "\" and \""
                    + budgets.get().get(1).name()
                    + "\": each eviction fails")));
  }

  @Override
  public Outcome judge(NeighbourSubject subject) {
    var budget = (PodDisruptionBudget) subject.neighbour();
    if (budget.selector().isEmpty()) {
      return new Outcome.Skipped(DisruptionBudgetBlocksDrain.SELECTS_NONE);
    }
    Surroundings surroundings = subject.surroundings();
    Optional<List<WorkloadOutline>> workloads =
        DisruptionBudgetBlocksDrain.guarded(budget, surroundings);
    if (workloads.isEmpty()) {
      return new Outcome.Skipped("workloads are not known");
    }
    var findings = new ArrayList<Finding>();
    for (WorkloadOutline workload : workloads.get()) {
      if (workload.replicas().orElse(0) == 0) {
        continue;
      }
      Optional<List<PodDisruptionBudget>> others =
          others(budget, workload.podLabels(), surroundings);
      if (others.isEmpty()) {
        return new Outcome.Skipped(DisruptionBudgetBlocksDrain.UNKNOWN);
      }
      if (!others.get().isEmpty()) {
        findings.add(finding(others.get().getFirst(), workload));
      }
    }
    return Outcome.Failed.ifAny(findings);
  }

  private static Optional<List<PodDisruptionBudget>> others(
      PodDisruptionBudget budget, Map<String, String> podLabels, Surroundings surroundings) {
    return surroundings
        .budgetsSelecting(budget.namespace(), podLabels)
        .map(all -> all.stream().filter(it -> !it.name().equals(budget.name())).toList());
  }

  private static Finding finding(PodDisruptionBudget other, WorkloadOutline workload) {
    return Finding.of(
        PodDisruptionBudget.SELECTOR,
        "must select no pods of "
            + workload.title()
            + ", which "
            + other.title()
            + " guards: each eviction of them fails");
  }
}
