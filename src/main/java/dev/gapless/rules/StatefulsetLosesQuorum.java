package dev.gapless.rules;

import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.KubernetesVersion;
import dev.gapless.workload.Workload;
import dev.gapless.workload.Workload.OrdinalUpdate;
import dev.gapless.workload.Workload.StatefulSet;
import java.util.List;

/// A rollout that takes so many members of a StatefulSet at a time that the others are no majority.
public final class StatefulsetLosesQuorum implements Rule {
  /// The only release that heeds a StatefulSet's maxUnavailable unasked: the gate
  /// MaxUnavailableStatefulSet is off before it and off again in 1.36 (Kubernetes'
  /// `pkg/features/kube_features.go`).
  private static final KubernetesVersion MAX_UNAVAILABLE = new KubernetesVersion(1, 35);

  private static final RuleDoc DOC =
      new RuleDoc(
          "statefulset-loses-quorum",
          "A rollout of a StatefulSet leaves less than a majority of its pods",
          "0.1.0",
          Mode.AUDIT,
          List.of(),
          """
          A StatefulSet has no surge: a rollout takes a pod, waits until its successor is available, \
          and takes the next. What decides by majority stops answering while fewer than half and one \
          of its members are there. Two replicas are therefore never enough: each rollout leaves one \
          of two. From three on, one at a time leaves a majority.

          maxUnavailable lets a rollout take several at a time. Only Kubernetes 1.35 heeds it by \
          default; the releases before drop the field, and 1.36 has it switched off again, so \
          elsewhere it counts as 1. A partition holds back the pods below it: what is not rolled \
          cannot be taken. podManagementPolicy Parallel changes how pods are started, not how many a \
          rollout takes; but with it a rollout does not wait for a pod that is down already, so start \
          none while a member is missing. With OnDelete the pace is that of whoever deletes the pods.

          One replica is judged by single-replica. Whether the pods are a quorum at all, no manifest \
          can tell: a primary with one standby is none. So the rule records.\
          """,
          """
          Run an odd number of members, three or more, and leave out maxUnavailable or keep it below \
          half of them. Exempt a StatefulSet whose members decide nothing together.\
          """,
          List.of(
              "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#rolling-updates",
              "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#maximum-unavailable-pods"));

  @Override
  public RuleDoc doc() {
    return DOC;
  }

  @Override
  public Outcome judge(Subject subject) {
    if (!(subject.workload() instanceof StatefulSet set)) {
      return new Outcome.Skipped("only a StatefulSet has members");
    }
    if (!(set.update() instanceof OrdinalUpdate update)) {
      return new Outcome.Skipped("with OnDelete whoever deletes a pod replaces it");
    }
    if (set.replicas() < 2) {
      return new Outcome.Skipped("fewer than 2 pods are no quorum: single-replica judges them");
    }
    if (!subject.takesTraffic()) {
      return new Outcome.Skipped("no container declares a port, so nothing sends the pods traffic");
    }
    int replicas = set.replicas();
    int taken = update.unavailable(replicas, subject.kubernetes().equals(MAX_UNAVAILABLE));
    int left = replicas - taken;
    if (left > replicas / 2) {
      return new Outcome.Passed();
    }
    return new Outcome.Failed(List.of(finding(update, replicas, left)));
  }

  private static Finding finding(OrdinalUpdate update, int replicas, int left) {
    if (replicas == 2 && left == 1) {
      return Finding.of(
          Workload.REPLICAS,
          "must be at least 3 for a majority during rollouts, is 2: a rollout leaves 1");
    }
    String found = update.maxUnavailable().map(Object::toString).orElse("1");
    return Finding.of(
        StatefulSet.MAX_UNAVAILABLE,
        "must leave a majority of "
            + replicas
            + " pods, is "
            + found
            + ": a rollout leaves "
            + left);
  }
}
