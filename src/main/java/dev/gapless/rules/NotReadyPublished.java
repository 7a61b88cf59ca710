package dev.gapless.rules;

import dev.gapless.neighbour.NeighbourType;
import dev.gapless.neighbour.Route;
import dev.gapless.neighbour.Service;
import dev.gapless.neighbour.Surroundings;
import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.rule.NeighbourSubject;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.Container;
import dev.gapless.workload.FieldPath;
import dev.gapless.workload.PodTemplate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A Service to which readiness means nothing, and that clients use.
public final class NotReadyPublished implements Rule {
  private static final RuleDoc DOC =
      new RuleDoc(
          "not-ready-published",
          "A Service that clients use sends requests to pods that are not ready",
          "0.1.0",
          Mode.AUDIT,
          List.of(),
          """
          With publishNotReadyAddresses all pods of a Service count as ready for it: those that have \
          not started to listen, those that have taken themselves out of rotation, and those that \
          are being deleted, until they are gone. No readiness probe and no preStop sleep keeps a \
          rollout from losing requests then.

          The field is made for headless Services by which the pods of a StatefulSet find each other \
          before they are ready. So a headless Service passes, unless a known Ingress or route leads \
          requests to it. Any other one has an address that clients use. Where the pods must be \
          reached before they are ready, to set them up, a second Service can do that.\
          """,
          """
          Leave publishNotReadyAddresses out, and give the peers that must find each other a \
          headless Service of their own.\
          """,
          List.of(
              "https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/#ServiceSpec",
              "https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/"));

  private static final String ROUTES_UNKNOWN = "the Ingresses and routes around are not known";

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
    if (!(subject.neighbour() instanceof Service service)
        || !service.publishNotReadyAddresses()
        || service.selector().isEmpty()) {
      return new Outcome.Passed();
    }
    Optional<String> use = use(service, subject.surroundings());
    if (use.isPresent()) {
      return new Outcome.Failed(
          List.of(
              Finding.of(
                  Service.PUBLISH_NOT_READY_ADDRESSES,
                  "must be false on a Service that clients use, is true: it " + use.get())));
    }
    return subject.surroundings().knows(NeighbourType.ROUTE)
        ? new Outcome.Passed()
        : new Outcome.Skipped(ROUTES_UNKNOWN);
  }

  @Override
  public Outcome judge(Subject subject) {
    if (!subject.surroundings().knows(NeighbourType.SERVICE)) {
      return new Outcome.Skipped("the Services around are not known");
    }
    PodTemplate template = subject.workload().template();
    FieldPath path =
        template.servingContainers().stream()
            .filter(it -> it.readinessProbe().isPresent())
            .findFirst()
            .or(() -> template.containers().stream().findFirst())
            .map(Container::path)
            .map(it -> it.child("readinessProbe"))
            .orElse(template.path());
    List<Service> publishing =
        subject.services().known().stream().filter(Service::publishNotReadyAddresses).toList();
    var findings = new ArrayList<Finding>();
    for (Service service : publishing) {
      use(service, subject.surroundings())
          .map(use ->
              Finding.of(
                  path,
                  "must count, but Service \"%s\" publishes pods that are not ready; it %s"
                      .formatted(service.name(), use)))
          .ifPresent(findings::add);
    }
    boolean unknown = !publishing.isEmpty() && !subject.surroundings().knows(NeighbourType.ROUTE);
    return findings.isEmpty() && unknown
        ? new Outcome.Skipped(ROUTES_UNKNOWN)
        : Outcome.Failed.ifAny(findings);
  }

  /// How clients use a Service, completing the sentence "it …"; empty where none is known to.
  private static Optional<String> use(Service service, Surroundings surroundings) {
    if (service.type() == Service.Type.LoadBalancer || service.type() == Service.Type.NodePort) {
      return Optional.of("is of type " + service.type());
    }
    if (!service.headless()) {
      return Optional.of("has a cluster IP");
    }
    List<Route> routes =
        surroundings.routesTo(service.namespace(), service.name()).orElse(List.of());
    return routes.stream().findFirst().map(it -> "is behind " + it.title());
  }
}
