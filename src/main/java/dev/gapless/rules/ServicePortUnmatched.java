package dev.gapless.rules;

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
import dev.gapless.workload.ContainerPort;
import dev.gapless.workload.FieldPath;
import dev.gapless.workload.IntOrString;
import dev.gapless.workload.PodTemplate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A Service's port that leads to no port of its pods.
public final class ServicePortUnmatched implements Rule {
  private static final RuleDoc DOC =
      new RuleDoc(
          "service-port-unmatched",
          "A Service targets a port by a name that no container of its pods declares",
          "0.1.0",
          Mode.AUDIT,
          List.of(),
          """
          A targetPort that is a name means the port which a container declares under that name. \
          Pods whose containers declare none are left out of the Service's endpoints for that port: \
          when a rollout renames the port, the Service loses a pod with each step, until none is \
          left.

          A number is not judged, since a container need not declare what it listens on. Where a \
          Service selects several workloads, one that declares the name is enough: each may serve \
          other ports. Names that meshes give to the ports of proxies which they inject are taken to \
          be declared. A headless Service is not judged: its pods are found by their addresses.\
          """,
          """
          Let the Service's targetPort be the name of a container's port. To rename the port, name \
          it by number in the Service first.\
          """,
          List.of(
              "https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports"));

  /// The ports of containers that are injected into pods when these are made.
  ///
  /// Sources: Istio's
  /// `manifests/charts/istio-control/istio-discovery/files/injection-template.yaml`, Linkerd's
  /// `charts/partials/templates/_proxy.tpl`, Dapr's `pkg/injector/patcher/sidecar_container.go`.
  private static final Set<String> INJECTED =
      Set.of(
          "http-envoy-prom",
          "linkerd-admin",
          "linkerd-proxy",
          "dapr-http",
          "dapr-grpc",
          "dapr-internal",
          "dapr-metrics");

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
    if (!(subject.neighbour() instanceof Service service) || named(service).isEmpty()) {
      return new Outcome.Skipped("it targets no pods' port by name");
    }
    Optional<List<WorkloadOutline>> selected = Selected.by(service, subject.surroundings());
    if (selected.isEmpty()) {
      return new Outcome.Skipped("the workloads around are not known");
    }
    if (selected.get().isEmpty()) {
      return new Outcome.Skipped("no known workload makes its pods");
    }
    var findings = new ArrayList<Finding>();
    for (Service.Port port : named(service)) {
      if (selected.get().stream().noneMatch(it -> declares(it.ports(), port))) {
        WorkloadOutline workload = selected.get().getFirst();
        findings.add(
            Finding.of(
                port.path().child("targetPort"),
                "must be a port that %s declares, is \"%s\"; %s"
                    .formatted(workload.title(), port.targetPort(), names(workload.ports()))));
      }
    }
    return Outcome.Failed.ifAny(findings);
  }

  @Override
  public Outcome judge(Subject subject) {
    List<Service> services =
        subject.services().known().stream().filter(it -> !named(it).isEmpty()).toList();
    if (services.isEmpty()) {
      return new Outcome.Skipped("no known Service targets a port of the pods by name");
    }
    PodTemplate template = subject.workload().template();
    List<ContainerPort> ports =
        template.servingContainers().stream().flatMap(it -> it.ports().stream()).toList();
    FieldPath path =
        template
            .firstWithPort()
            .or(() -> template.containers().stream().findFirst())
            .map(Container::path)
            .map(it -> it.child("ports"))
            .orElse(template.path());
    var findings = new ArrayList<Finding>();
    for (Service service : services) {
      Optional<List<WorkloadOutline>> others = Selected.beside(subject, service);
      for (Service.Port port : named(service)) {
        if (!declares(ports, port)
            && others.isPresent()
            && others.get().stream().noneMatch(it -> declares(it.ports(), port))) {
          findings.add(
              Finding.of(
                  path,
                  "must include one named \"%s\", which Service \"%s\" targets; %s"
                      .formatted(port.targetPort(), service.name(), names(ports))));
        }
      }
    }
    return Outcome.Failed.ifAny(findings);
  }

  /// The ports that mean a container's port by its name.
  private static List<Service.Port> named(Service service) {
    return service.selector().isEmpty() || service.headless()
        ? List.of()
        : service.ports().stream()
            .filter(it ->
                it.targetPort() instanceof IntOrString.Text(String name)
                    && !INJECTED.contains(name))
            .toList();
  }

  private static boolean declares(List<ContainerPort> ports, Service.Port port) {
    return ports.stream().anyMatch(it -> Target.means(port.targetPort(), it));
  }

  // As many as a message has room for.
  private static String names(List<ContainerPort> ports) {
    List<String> names =
        ports.stream().flatMap(it -> it.name().stream()).distinct().limit(4).toList();
    return names.isEmpty()
        ? "no port has a name"
        : "the ports are named " + String.join(", ", names);
  }
}
