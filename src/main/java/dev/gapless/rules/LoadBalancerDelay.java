package dev.gapless.rules;

import dev.gapless.neighbour.NeighbourType;
import dev.gapless.neighbour.Service;
import dev.gapless.neighbour.WorkloadOutline;
import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.rule.NeighbourSubject;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.Container;
import dev.gapless.workload.PreStop;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A wait that satisfies the policy and is over before the load balancer in front has learned.
public final class LoadBalancerDelay implements Rule {
  private static final RuleDoc DOC =
      new RuleDoc(
          "load-balancer-delay",
          "Pods wait less before they stop than the load balancer in front of them needs to learn",
          "0.1.0",
          Mode.AUDIT,
          List.of("preStopSleepSeconds", "drainSeconds"),
          """
          kube-proxy learns within a second that a pod leaves. What leads requests into the cluster \
          may take much longer: a cloud load balancer that sends them to the pods themselves must be \
          told by a controller and spread the news, and one that sends them to nodes learns by its \
          health checks, where the Service keeps traffic local to them. Until then new requests \
          come, and a pod that has stopped listening drops them.

          Known are, with what they need after a delete: an AWS NLB with IP targets 120 s; an Azure \
          Application Gateway 90 s; a Google load balancer of network endpoint groups 60 s; an AWS \
          ALB with IP targets 25 s; with `externalTrafficPolicy: Local` the load balancers of \
          Google 24 s (6 s by a backend service: class `networking.gke.io/...` or annotation \
          `cloud.google.com/l4-rbs`), AWS 20 s and Azure 10 s, the last two by the Service's health \
          check annotations where it has some; Istio's Ingress 10 s, ingress-nginx 5 s, Traefik 2 s. \
          They are told by the annotations and classes of the Services that select the pods and of \
          the Ingresses that lead to these. Any other load balancer, and a Gateway's route, is taken \
          to need no more than preStopSleepSeconds.

          Judged is what an author wrote, in a sleep action or a plain sleep. A sleep that is set at \
          admission is as long as the way in needs anyway, at the workload's next rollout; and a \
          wait that is too short even for the policy is pre-stop-sleep-too-short's. A Service that is \
          written after its workload carries the finding, whatever the shorter wait comes from.\
          """,
          """
          Wait as long as the way in needs, in a grace period that holds that and drainSeconds; a \
          policy with `change: Any` raises both at admission. Or choose a way in that learns faster: \
          an NLB or ALB with instance targets sends requests to nodes, and kube-proxy learns within \
          a second.\
          """,
          List.of(
              "https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/2366",
              "https://github.com/kubernetes/ingress-gce/issues/1072",
              "https://azure.github.io/application-gateway-kubernetes-ingress/how-tos/minimize-downtime-during-deployments/",
              "https://github.com/kubernetes/kubernetes/issues/106476"));

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
    return Set.of(Service.KIND);
  }

  @Override
  public Outcome judge(Subject subject) {
    if (!subject.surroundings().knows(NeighbourType.SERVICE)) {
      return new Outcome.Skipped("the Services around are not known");
    }
    if (WayIn.slowest(subject).isEmpty()) {
      return new Outcome.Skipped("no known load balancer leads to the pods");
    }
    var findings = new ArrayList<Finding>();
    for (Container container : subject.workload().template().containers()) {
      if (isTooShort(subject, container)) {
        findings.add(PreStopSleepTooShort.finding(subject, container));
      }
    }
    return Outcome.Failed.ifAny(findings);
  }

  /// Whether the author has this container wait long enough for the policy, but not for a way in.
  static boolean isTooShort(Subject subject, Container container) {
    Optional<Long> waits = container.preStop().flatMap(PreStop::waitSeconds);
    return waits.isPresent()
        && waits.get() < wayInSeconds(subject)
        && !PreStopSleepTooShort.isTooShort(subject, container)
        && PreStopSleepTooShort.isWritten(subject, container);
  }

  // What the policy asks for anyway is no matter of the way in.
  private static int wayInSeconds(Subject subject) {
    int wanted = PreStopSleepMissing.wantedSeconds(subject);
    return wanted > subject.policy().preStopSleepSeconds() ? wanted : 0;
  }

  @Override
  public Outcome judge(NeighbourSubject subject) {
    if (!(subject.neighbour() instanceof Service service) || service.selector().isEmpty()) {
      return new Outcome.Skipped("it selects no pods");
    }
    Optional<WayIn> way = WayIn.slowest(service, subject.surroundings());
    if (way.isEmpty()) {
      return new Outcome.Skipped("no known load balancer leads to its pods");
    }
    if (way.get().seconds() <= subject.policy().preStopSleepSeconds()) {
      return new Outcome.Passed();
    }
    return Selected.by(service, subject.surroundings())
        .map(workloads -> judge(subject, way.get(), workloads))
        .orElseGet(() -> new Outcome.Skipped("the workloads around are not known"));
  }

  private static Outcome judge(
      NeighbourSubject subject, WayIn way, List<WorkloadOutline> workloads) {
    return Outcome.Failed.ifAny(
        workloads.stream()
            .filter(it -> isTooShort(subject, it, way))
            .map(it ->
                Finding.of(
                    way.path(),
                    "pods must wait %d s before they stop (%s), those of %s wait %d s"
                        .formatted(
                            way.seconds(), way.title(), it.title(), it.waitSeconds().orElse(0))))
            .toList());
  }

  // Where both are at hand, pre-stop-sleep-missing says of the workload that it waits not at all.
  private static boolean isTooShort(NeighbourSubject subject, WorkloadOutline workload, WayIn way) {
    return workload.waitSeconds().isPresent()
        && workload.waitSeconds().getAsLong() < way.seconds()
        && (workload.waitSeconds().getAsLong() > 0 || !subject.surroundings().settled());
  }
}
