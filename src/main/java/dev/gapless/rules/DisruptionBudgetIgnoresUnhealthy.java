package dev.gapless.rules;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.gapless.neighbour.PodDisruptionBudget;
import dev.gapless.patch.Edit;
import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.rule.Fix;
import dev.gapless.rule.NeighbourSubject;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.KubernetesVersion;
import dev.gapless.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A budget that guards broken pods like working ones, so that a drain waits for their repair.
public final class DisruptionBudgetIgnoresUnhealthy implements Rule {
  private static final String ALWAYS_ALLOW = "AlwaysAllow";

  /// The first release whose API server keeps `unhealthyPodEvictionPolicy`: the gate
  /// PDBUnhealthyPodEvictionPolicy is beta and on since 1.27
  /// (https://github.com/kubernetes/enhancements/tree/master/keps/sig-apps/3017-pod-healthy-policy-for-pdb).
  private static final KubernetesVersion POLICY = new KubernetesVersion(1, 27);

  private static final String TOO_OLD =
      "only Kubernetes 1.27 and newer can be told to do otherwise";

  private static final RuleDoc DOC =
      new RuleDoc(
          "disruption-budget-ignores-unhealthy",
          "A PodDisruptionBudget holds up drains for pods that are broken anyway",
          "0.1.0",
          Mode.AUDIT,
          List.of(),
          """
          A pod that is not ready serves nobody, but a budget guards it all the same: it may be evicted \
          only while enough others are ready (`unhealthyPodEvictionPolicy: IfHealthyBudget`, which is \
          what no value means). A version that crashes in a loop, a database that is gone, a wrong \
          setting: too few pods are ready, none of the broken ones may be evicted, and a drain of their \
          nodes waits until somebody repairs the application, which may be another team's. With \
          AlwaysAllow whatever runs and is not ready may go; ready pods are guarded as before. Pods \
          that have not started yet are never guarded.

          The default is for pods that need time to become ready and must not be disturbed meanwhile, \
          such as members of a cluster that copy their data first. Where that is meant, write \
          IfHealthyBudget and exempt the budget. The fix sets AlwaysAllow in a budget that says nothing, \
          from Kubernetes 1.27 on; older releases drop the field.\
          """,
          """
          Set `unhealthyPodEvictionPolicy: AlwaysAllow` in the budget. A policy that sets this rule to \
          Fix does so where nothing stands there.\
          """,
          List.of(
              "https://kubernetes.io/docs/tasks/run-application/configure-pdb/#unhealthy-pod-eviction-policy",
              "https://github.com/kubernetes/kubernetes/blob/master/pkg/registry/core/pod/storage/eviction.go"));

  @Override
  public RuleDoc doc() {
    return DOC;
  }

  @Override
  public boolean fixes() {
    return true;
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
    if (!subject.kubernetes().atLeast(POLICY)) {
      return new Outcome.Skipped(TOO_OLD);
    }
    Optional<List<PodDisruptionBudget>> budgets = DisruptionBudgetBlocksDrain.budgets(subject);
    if (budgets.isEmpty()) {
      return new Outcome.Skipped(DisruptionBudgetBlocksDrain.UNKNOWN);
    }
    if (budgets.get().isEmpty()) {
      return new Outcome.Skipped(DisruptionBudgetBlocksDrain.NONE);
    }
    var findings = new ArrayList<Finding>();
    for (PodDisruptionBudget budget : budgets.get()) {
      if (guardsBrokenPods(budget)) {
        findings.add(
            Finding.of(
                DisruptionBudgetMissing.labels(workload),
                budget.title()
                    + " guards broken pods too: its "
                    + PodDisruptionBudget.UNHEALTHY_POD_EVICTION_POLICY
                    + " "
                    + must(budget)));
      }
    }
    return Outcome.Failed.ifAny(findings);
  }

  @Override
  public Outcome judge(NeighbourSubject subject) {
    var budget = (PodDisruptionBudget) subject.neighbour();
    if (budget.selector().isEmpty()) {
      return new Outcome.Skipped(DisruptionBudgetBlocksDrain.SELECTS_NONE);
    }
    if (!subject.kubernetes().atLeast(POLICY)) {
      return new Outcome.Skipped(TOO_OLD);
    }
    if (!guardsBrokenPods(budget)) {
      return new Outcome.Passed();
    }
    return new Outcome.Failed(
        List.of(
            new Finding(
                PodDisruptionBudget.UNHEALTHY_POD_EVICTION_POLICY,
                must(budget) + ": a drain waits until broken pods are repaired",
                Optional.of(
                    new Fix(
                        List.of(
                            new Edit.Set(
                                PodDisruptionBudget.UNHEALTHY_POD_EVICTION_POLICY,
                                TextNode.valueOf(ALWAYS_ALLOW))),
                        "set it to " + ALWAYS_ALLOW)))));
  }

  private static boolean guardsBrokenPods(PodDisruptionBudget budget) {
    return !budget.unhealthyPodEvictionPolicy().equals(Optional.of(ALWAYS_ALLOW));
  }

  private static String must(PodDisruptionBudget budget) {
    return "must be "
        + ALWAYS_ALLOW
        + ", is "
        + budget.unhealthyPodEvictionPolicy().orElse("absent");
  }
}
