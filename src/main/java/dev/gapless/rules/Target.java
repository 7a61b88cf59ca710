package dev.gapless.rules;

import dev.gapless.neighbour.Service;
import dev.gapless.rule.Subject;
import dev.gapless.workload.Container;
import dev.gapless.workload.ContainerPort;
import dev.gapless.workload.IntOrString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// A container's port that a Service sends requests to.
record Target(Container container, ContainerPort port, Service service) {
  // Whoever scrapes asks again, and counts no request as lost.
  private static final Pattern SCRAPED =
      Pattern.compile(
          "(?i).*(?:metrics|prometheus|monitoring|exporter|telemetry).*|(?:.*[-_])?prom(?:[-_].*)?");

  /// The ports that the known Services send clients to, of the containers that declare them. A
  /// Service that publishes pods which are not ready does not count: no probe means anything to it.
  static List<Target> of(Subject subject) {
    var targets = new ArrayList<Target>();
    for (Service service : subject.services().known()) {
      if (service.publishNotReadyAddresses() || isScraped(service.name())) {
        continue;
      }
      for (Service.Port port : service.ports()) {
        add(subject, service, port, targets);
      }
    }
    return List.copyOf(targets);
  }

  private static void add(
      Subject subject, Service service, Service.Port port, List<Target> targets) {
    if (isScraped(port.name().orElse(""))) {
      return;
    }
    subject.workload().template().servingContainers().stream()
        .filter(container -> !isScraped(container.name()))
        .forEach(container ->
            container.ports().stream()
                .filter(it -> means(port.targetPort(), it) && !isScraped(it.name().orElse("")))
                .forEach(it -> targets.add(new Target(container, it, service))));
  }

  /// Whether a Service's port leads to this port of a container.
  static boolean means(IntOrString targetPort, ContainerPort declared) {
    return switch (targetPort) {
      case IntOrString.Int(int number) -> number == declared.containerPort();
      case IntOrString.Text(String name) -> declared.name().equals(Optional.of(name));
    };
  }

  /// Whether a port, a container or a Service of that name is there to be scraped for metrics.
  static boolean isScraped(String name) {
    return SCRAPED.matcher(name).matches();
  }
}
