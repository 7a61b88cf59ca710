package dev.gapless.rules;

import dev.gapless.neighbour.NeighbourType;
import dev.gapless.neighbour.Service;
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
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Traffic from outside that is kept on nodes, and only one of them has a pod.
public final class ExternalTrafficLocal implements Rule {
  private static final RuleDoc DOC =
      new RuleDoc(
          "external-traffic-local",
          "Traffic from outside is kept local to nodes, and one pod alone takes it",
          "0.1.0",
          Mode.AUDIT,
          List.of(),
          """
          With `externalTrafficPolicy: Local` a node that has no pod of the Service drops what \
          reaches it from outside. A load balancer learns by health checks which nodes have one: \
          when the only pod's successor starts on another node, that node gets requests only after \
          some checks have passed, and the old one until some have failed, 10 to 30 seconds with the \
          defaults of the large clouds. From Kubernetes 1.28 on a node goes on serving by a pod that \
          is being deleted, but no longer than that pod waits before it stops. Clients of a node \
          port, or of a load balancer without health checks, are not told at all.

          Judged are Services of type LoadBalancer and NodePort whose pods are those of one workload \
          with one replica that its author wrote; an autoscaler may hold another number. Two pods on \
          two nodes leave the load balancer one that it knows. A DaemonSet has a pod on each node.\
          """,
          """
          Ask for two or more replicas, spread over nodes, and have them wait before they stop for as \
          long as the load balancer's health checks take (load-balancer-delay). Where clients' \
          addresses need not be seen, `externalTrafficPolicy: Cluster` sends requests on to wherever \
          the pod is.\
          """,
          List.of(
              "https://kubernetes.io/docs/tasks/access-application-cluster/create-external-load-balancer/#preserving-the-client-source-ip",
              "https://github.com/kubernetes/enhancements/tree/master/keps/sig-network/1669-proxy-terminating-endpoints"));

  @Override
  public RuleDoc doc() {
    return DOC;
  }

  @Override
  public Set<String> neighbourKinds() {
    return Set.of(Service.KIND);
  }

  @Override
  public Outcome judge(NeighbourSubject subject) {
    if (!(subject.neighbour() instanceof Service service) || !isLocal(service)) {
      return new Outcome.Passed();
    }
    Optional<List<WorkloadOutline>> selected = Selected.by(service, subject.surroundings());
    if (selected.isEmpty()) {
      return new Outcome.Skipped("the workloads around are not known");
    }
    List<WorkloadOutline> workloads = selected.get().stream().filter(Selected::hasPods).toList();
    if (workloads.size() != 1 || !isAlone(workloads.getFirst(), subject.surroundings())) {
      return new Outcome.Passed();
    }
    return new Outcome.Failed(
        List.of(
            Finding.of(
                Service.EXTERNAL_TRAFFIC_POLICY,
                "must be Cluster while %s has 1 replica, is Local: nodes without a pod drop requests"
                    .formatted(workloads.getFirst().title()))));
  }

  @Override
  public Outcome judge(Subject subject) {
    if (!subject.surroundings().knows(NeighbourType.SERVICE)) {
      return new Outcome.Skipped("the Services around are not known");
    }
    if (!subject.surroundings().knows(NeighbourType.WORKLOAD)) {
      return new Outcome.Skipped("the workloads around are not known");
    }
    if (!isAlone(Selected.outline(subject), subject.surroundings())) {
      return new Outcome.Passed();
    }
    Optional<Service> local =
        subject.services().known().stream()
            .filter(ExternalTrafficLocal::isLocal)
            .filter(it ->
                Selected.beside(subject, it)
                    .map(others -> others.stream().noneMatch(Selected::hasPods))
                    .orElse(false))
            .findFirst();
    return Outcome.Failed.ifAny(
        local.stream()
            .map(it ->
                Finding.of(
                    Workload.REPLICAS,
                    ("must be at least 2 behind Service \"%s\" with externalTrafficPolicy Local, is"
                            + " 1: nodes without a pod drop requests")
                        .formatted(it.name())))
            .toList());
  }

  private static boolean isLocal(Service service) {
    return service.local()
        && !service.selector().isEmpty()
        && (service.type() == Service.Type.LoadBalancer || service.type() == Service.Type.NodePort);
  }

  private static boolean isAlone(WorkloadOutline workload, Surroundings surroundings) {
    return workload.writesReplicas()
        && workload.replicas().orElse(0) == 1
        && surroundings
            .autoscalersOf(workload.namespace(), workload.kind(), workload.name())
            .orElse(List.of())
            .stream()
            .noneMatch(it -> it.minReplicas() > 1);
  }
}
