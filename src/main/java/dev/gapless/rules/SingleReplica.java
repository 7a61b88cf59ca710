package dev.gapless.rules;

import dev.gapless.neighbour.HorizontalPodAutoscaler;
import dev.gapless.neighbour.Scale;
import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.Workload;
import dev.gapless.workload.Workload.Deployment;
import dev.gapless.workload.Workload.Recreate;
import dev.gapless.workload.Workload.Rolling;
import dev.gapless.workload.Workload.StatefulSet;
import java.util.List;
import java.util.Optional;

/// A single pod that answers all requests, and nothing beside it when it goes.
public final class SingleReplica implements Rule {
  private static final RuleDoc DOC =
      new RuleDoc(
          "single-replica",
          "A workload that takes traffic asks for one pod only",
          "0.1.0",
          Mode.AUDIT,
          List.of(),
          """
          A rollout of a Deployment or a Rollout with one replica starts the new pod before it \
          deletes the old one, so it need not lose a request. Everything else does: a node that is \
          drained evicts the pod before its successor exists, and a node that is lost takes it along. \
          A StatefulSet has no surge: its only pod goes before the next one comes, in every rollout.

          One replica can be right: a leader that has no use for a second one, a single writer, a \
          canary beside the stable version, a development environment. So the rule records and leaves the rest to a policy. It says \
          nothing where an autoscaler holds the number (hpa-minimum-one) or, as it is not written, may hold \
          it; where it is 0; \
          where Recreate (recreate-strategy) is the greater harm; and where a Deployment or a Rollout \
          mounts a claim to write, which often allows no second pod.\
          """,
          """
          Ask for two or more replicas, with spread-missing's remedy, where the application can run \
          twice. Where it cannot, exempt the workload with the reason.\
          """,
          List.of(
              "https://kubernetes.io/docs/concepts/workloads/pods/disruptions/",
              "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#rolling-updates"));

  @Override
  public RuleDoc doc() {
    return DOC;
  }

  @Override
  public Outcome judge(Subject subject) {
    Workload workload = subject.workload();
    if (workload.pods().isEmpty()) {
      return new Outcome.Skipped("a DaemonSet counts nodes");
    }
    if (!subject.takesTraffic()) {
      return new Outcome.Skipped("no container declares a port, so nothing sends the pods traffic");
    }
    if (workload.pods().getAsInt() == 0) {
      return new Outcome.Skipped("it asks for no pods");
    }
    Optional<HorizontalPodAutoscaler> autoscaler =
        subject.surroundings().scale(workload).flatMap(Scale::autoscaler);
    if (autoscaler.isPresent()) {
      return new Outcome.Skipped(
          autoscaler.get().title() + " holds the number: hpa-minimum-one judges it");
    }
    if (workload.pods().getAsInt() > 1) {
      return new Outcome.Passed();
    }
    if (!subject.wrote(Workload.REPLICAS)) {
      return new Outcome.Skipped("nobody wrote a number of replicas: an autoscaler may hold it");
    }
    if (workload instanceof Deployment deployment && deployment.strategy() instanceof Recreate) {
      return new Outcome.Skipped("each rollout is downtime: recreate-strategy judges it");
    }
    List<String> claims = workload.template().persistentVolumeClaims();
    if (!(workload instanceof StatefulSet) && !claims.isEmpty()) {
      return new Outcome.Skipped("claim \"" + claims.getFirst() + "\" may allow no second pod");
    }
    return new Outcome.Failed(
        List.of(Finding.of(Workload.REPLICAS, "must be at least 2, is 1: " + harm(workload))));
  }

  private static String harm(Workload workload) {
    boolean keeps =
        !(workload instanceof StatefulSet)
            && workload.rolling().map(Rolling::unavailable).orElse(0) == 0;
    return keeps
        ? "a rollout keeps a pod ready, but the drain or loss of a node leaves none"
        : "each rollout takes the only pod before its successor comes";
  }
}
