package dev.gapless.rules;

import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.Container;
import dev.gapless.workload.FieldPath;
import dev.gapless.workload.PodTemplate;
import dev.gapless.workload.Probe;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Pods that get traffic without anything that says when they can take it.
public final class ReadinessProbeMissing implements Rule {
  private static final RuleDoc DOC =
      new RuleDoc(
          "readiness-probe-missing",
          "Nothing asks a container that takes traffic whether it is ready",
          "0.1.0",
          Mode.ENFORCE,
          List.of(),
          """
          A pod without a readiness probe counts as ready the moment its containers run. A Service \
          then sends it requests before the server listens, and the rollout goes on to delete old \
          pods although the new version may never start.

          A pod takes traffic when one of its containers declares a port, when a known Service \
          selects it, or when the strategy of an Argo Rollout names a Service. Where known Services \
          send requests to ports that containers declare, each of these containers is judged: it \
          needs a readiness probe of its own, or one of another container that asks the same port, \
          or that runs a command, which may ask anything. Ports and containers that are scraped for \
          metrics, by their names, and Services that publish pods which are not ready do not count. Elsewhere \
          one readiness probe, on a regular container or on a native sidecar, satisfies this rule. \
          readiness-probe-partial looks at the other containers. A liveness probe does not count: \
          it restarts a container and says nothing about traffic. A startup probe alone does not \
          count either: it holds traffic back at the start, but nothing takes the pod out of \
          rotation later.\
          """,
          """
          Give the container that takes the requests a readinessProbe that asks what a request \
          needs, for example an HTTP path that answers 200 once the server can serve.\
          """,
          List.of(
              "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
              "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/"));

  @Override
  public RuleDoc doc() {
    return DOC;
  }

  @Override
  public Outcome judge(Subject subject) {
    PodTemplate template = subject.workload().template();
    if (!subject.takesTraffic()) {
      return new Outcome.Skipped("no container declares a port, so nothing sends the pods traffic");
    }
    List<Target> targets = Target.of(subject);
    if (!targets.isEmpty()) {
      return Outcome.Failed.ifAny(
          unasked(template, targets).stream().map(ReadinessProbeMissing::finding).toList());
    }
    if (hasReadinessProbe(template)) {
      return new Outcome.Passed();
    }
    Optional<Container> withPort = template.firstWithPort();
    Optional<Container> blamed = withPort.or(() -> template.containers().stream().findFirst());
    if (blamed.isEmpty()) {
      return new Outcome.Skipped("the pod template has no container");
    }
    String traffic =
        withPort
            .map(container -> "it declares port " + container.ports().getFirst().containerPort())
            .orElseGet(
                () -> "Service \"" + subject.services().names().getFirst() + "\" selects the pods");
    return new Outcome.Failed(
        List.of(
            Finding.of(
                blamed.get().path().child("readinessProbe"),
                "container \""
                    + blamed.get().name()
                    + "\" must have a readiness probe: "
                    + traffic
                    + " and no container has one")));
  }

  private static Finding finding(Target target) {
    return Finding.of(
        target.container().path().child("readinessProbe"),
        "container \""
            + target.container().name()
            + "\" must have a readiness probe: Service \""
            + target.service().name()
            + "\" sends requests to its port "
            + target.port().containerPort()
            + ", which no probe asks");
  }

  /// Of each container that no probe asks and that a Service sends requests to, the first target.
  private static List<Target> unasked(PodTemplate template, List<Target> targets) {
    var unasked = new LinkedHashMap<FieldPath, Target>();
    for (Target target : targets) {
      if (!isAsked(template, target.container())) {
        unasked.putIfAbsent(target.container().path(), target);
      }
    }
    return List.copyOf(unasked.values());
  }

  /// The containers that this rule blames.
  static Set<FieldPath> blamed(Subject subject) {
    return unasked(subject.workload().template(), Target.of(subject)).stream()
        .map(it -> it.container().path())
        .collect(Collectors.toUnmodifiableSet());
  }

  private static boolean isAsked(PodTemplate template, Container container) {
    return isAskedDirectly(template, container)
        || template.servingContainers().stream()
            .anyMatch(it -> it.readinessProbe().map(Probe::runsCommand).orElse(false));
  }

  /// Whether a readiness probe asks a container: its own, or one beside it that asks one of its
  /// ports.
  static boolean isAskedDirectly(PodTemplate template, Container container) {
    return container.readinessProbe().isPresent()
        || container.ports().stream()
            .anyMatch(port ->
                template.servingContainers().stream()
                    .anyMatch(asking -> asks(asking, port.containerPort())));
  }

  private static boolean asks(Container asking, int port) {
    return asking.readinessProbe().map(it -> it.asksPort(port, asking.ports())).orElse(false);
  }

  /// Whether any container that holds back a pod's readiness has a readiness probe.
  static boolean hasReadinessProbe(PodTemplate template) {
    return template.servingContainers().stream().anyMatch(it -> it.readinessProbe().isPresent());
  }
}
