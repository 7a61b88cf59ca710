package dev.gapless.rules;

import dev.gapless.neighbour.HorizontalPodAutoscaler;
import dev.gapless.neighbour.Surroundings;
import dev.gapless.neighbour.WorkloadOutline;
import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.rule.NeighbourSubject;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.ObjectMeta;
import dev.gapless.workload.Workload;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// An autoscaler that leaves a single pod to answer all requests in quiet hours.
public final class HpaMinimumOne implements Rule {
  private static final String NO_TRAFFIC =
      "no container declares a port, so nothing sends the pods traffic";
  private static final String NO_PODS = "it asks for no pods";
  private static final String ONE_AT_A_TIME =
      "a claim or the strategy Recreate may allow no second pod";
  private static final String TO_ZERO = "a minimum of 0 is meant to leave no pod at all";

  private static final String OWNED =
      "the ScaledObject that owns the autoscaler may be meant to leave no pod at all";

  private static final RuleDoc DOC =
      new RuleDoc(
          "hpa-minimum-one",
          "An autoscaler may scale a workload that takes traffic down to one pod",
          "0.1.0",
          Mode.AUDIT,
          List.of(),
          """
          minReplicas is how far an autoscaler goes down when little is asked of a workload, and 1 \
          where nobody writes it. Then a workload that has many pods by day has a single one by night, \
          just when nodes are drained and upgraded: the drain evicts that pod before its successor \
          exists, and the loss of the node takes it along.

          It is single-replica's argument, and what that rule leaves alone is left alone here: no \
          traffic, no pods asked for, a claim that the pods write to, the strategy Recreate. A minimum \
          of 0 (with HPAScaleToZero) is taken as meant, and so is a minimum of 1 that KEDA writes, which may \
          stand for 0. single-replica in turn says nothing about a \
          workload whose number an autoscaler holds.\
          """,
          """
          Set minReplicas to 2 or more. Where a single pod in quiet hours is good enough, exempt the \
          workload and the autoscaler with the reason.\
          """,
          List.of(
              "https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/",
              "https://kubernetes.io/docs/concepts/workloads/pods/disruptions/"));

  @Override
  public RuleDoc doc() {
    return DOC;
  }

  @Override
  public Set<String> neighbourKinds() {
    return Set.of(HorizontalPodAutoscaler.KIND);
  }

  @Override
  public Outcome judge(Subject subject) {
    Workload workload = subject.workload();
    if (workload.pods().isEmpty()) {
      return new Outcome.Skipped("a DaemonSet counts nodes");
    }
    ObjectMeta metadata = workload.metadata();
    Optional<List<HorizontalPodAutoscaler>> autoscalers =
        subject
            .surroundings()
            .autoscalersOf(metadata.namespace(), workload.kind(), metadata.name());
    if (autoscalers.isEmpty()) {
      return new Outcome.Skipped("autoscalers are not known");
    }
    if (autoscalers.get().isEmpty()) {
      return new Outcome.Skipped("no autoscaler scales it");
    }
    if (!subject.takesTraffic()) {
      return new Outcome.Skipped(NO_TRAFFIC);
    }
    if (workload.pods().getAsInt() == 0) {
      return new Outcome.Skipped(NO_PODS);
    }
    if (workload.isOneAtATime()) {
      return new Outcome.Skipped(ONE_AT_A_TIME);
    }
    HorizontalPodAutoscaler autoscaler = autoscalers.get().getFirst();
    if (autoscaler.toZero() && autoscaler.minReplicas() == 1) {
      return new Outcome.Skipped(OWNED);
    }
    return switch (autoscaler.minReplicas()) {
      case 0 -> new Outcome.Skipped(TO_ZERO);
      case 1 ->
          new Outcome.Failed(
              List.of(
                  Finding.of(
                      Workload.REPLICAS,
                      "must stay at 2 or more, and "
                          + autoscaler.title()
                          + " scales down to 1: its spec.minReplicas must be at least 2")));
      default -> new Outcome.Passed();
    };
  }

  @Override
  public Outcome judge(NeighbourSubject subject) {
    var autoscaler = (HorizontalPodAutoscaler) subject.neighbour();
    Optional<WorkloadOutline> target = subject.surroundings().target(autoscaler);
    if (target.isEmpty()) {
      return new Outcome.Skipped("what it scales is not known");
    }
    WorkloadOutline workload = target.get();
    if (!takesTraffic(workload, subject.surroundings())) {
      return new Outcome.Skipped(NO_TRAFFIC);
    }
    if (workload.replicas().orElse(0) == 0) {
      return new Outcome.Skipped(NO_PODS);
    }
    if (workload.oneAtATime()) {
      return new Outcome.Skipped(ONE_AT_A_TIME);
    }
    if (autoscaler.toZero() && autoscaler.minReplicas() == 1) {
      return new Outcome.Skipped(OWNED);
    }
    return switch (autoscaler.minReplicas()) {
      case 0 -> new Outcome.Skipped(TO_ZERO);
      case 1 -> new Outcome.Failed(List.of(finding(workload, subject)));
      default -> new Outcome.Passed();
    };
  }

  private static Finding finding(WorkloadOutline workload, NeighbourSubject subject) {
    boolean written = subject.wrote(HorizontalPodAutoscaler.MIN_REPLICAS);
    return Finding.of(
        HorizontalPodAutoscaler.MIN_REPLICAS,
        "must be at least 2, is 1"
            + (written ? "" : " by default")
            + ": it leaves "
            + workload.title()
            + " a single pod, which the drain or loss of a node takes");
  }

  private static boolean takesTraffic(WorkloadOutline workload, Surroundings around) {
    return !workload.ports().isEmpty()
        || !around
            .servicesSelecting(workload.namespace(), workload.podLabels())
            .orElse(List.of())
            .isEmpty();
  }
}
