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
  /// The release from which on a StatefulSet's maxUnavailable is heeded unasked: the gate
  /// MaxUnavailableStatefulSet is on again (https://github.com/kubernetes/kubernetes/pull/139466).
  private static final KubernetesVersion MAX_UNAVAILABLE = new KubernetesVersion(1, 37);

  /// A release of which only the first patches heed it: the gate was on in 1.35.0 and off from
  /// 1.35.4 on (https://github.com/kubernetes/kubernetes/pull/137926), as it is in 1.36
  /// (https://github.com/kubernetes/kubernetes/pull/137904).
  private static final KubernetesVersion SOME_PATCHES = new KubernetesVersion(1, 35);

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

          maxUnavailable lets a rollout take several at a time. Kubernetes heeds it by default \
          from 1.37 on, and did so in 1.35 until 1.35.3; 1.35.4 switched it off, 1.36 has it off, \
          and the releases before 1.35 drop the field, so there it counts as 1. Which patch of 1.35 \
          runs is not looked at: there the rule says what may happen. A partition holds back the pods below it: what is not rolled \
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
    boolean somePatches = subject.kubernetes().equals(SOME_PATCHES);
    boolean counts = somePatches || subject.kubernetes().atLeast(MAX_UNAVAILABLE);
    int taken = update.unavailable(replicas, counts);
    int left = replicas - taken;
    if (left > replicas / 2) {
      return new Outcome.Passed();
    }
    return new Outcome.Failed(List.of(finding(update, replicas, left, somePatches)));
  }

  private static Finding finding(
      OrdinalUpdate update, int replicas, int left, boolean somePatches) {
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
            + (somePatches ? ": before 1.35.4 a rollout leaves " : ": a rollout leaves ")
            + left);
  }
}
