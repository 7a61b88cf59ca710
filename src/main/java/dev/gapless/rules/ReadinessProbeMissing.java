package dev.gapless.rules;

import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.Container;
import dev.gapless.workload.PodTemplate;
import java.util.List;
import java.util.Optional;

/// Pods that get traffic without anything that says when they can take it.
public final class ReadinessProbeMissing implements Rule {
  private static final RuleDoc DOC =
      new RuleDoc(
          "readiness-probe-missing",
          "No container of a pod that takes traffic has a readiness probe",
          "0.1.0",
          Mode.ENFORCE,
          List.of(),
          """
          A pod without a readiness probe counts as ready the moment its containers run. A Service \
          then sends it requests before the server listens, and the rollout goes on to delete old \
          pods although the new version may never start.

          A pod takes traffic when one of its containers declares a port, when a known Service \
          selects it, or when the strategy of an Argo Rollout names a Service. One readiness probe, on a regular container or on a native sidecar, satisfies \
          this rule; readiness-probe-partial looks at the others. A liveness probe does not count: \
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
            .orElseGet(() -> "Service \"" + subject.services().getFirst() + "\" selects the pods");
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

  /// Whether any container that holds back a pod's readiness has a readiness probe.
  static boolean hasReadinessProbe(PodTemplate template) {
    return template.servingContainers().anyMatch(it -> it.readinessProbe().isPresent());
  }
}
