package dev.gapless.rules;

import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.Container;
import dev.gapless.workload.PodTemplate;
import dev.gapless.workload.Workload.DaemonSet;
import java.util.List;
import java.util.Optional;

/// Workers and controllers whose rollout replaces working pods by pods that may never have worked.
public final class WorkerReadinessProbeMissing implements Rule {
  private static final RuleDoc DOC =
      new RuleDoc(
          "worker-readiness-probe-missing",
          "No container of a worker has a readiness probe",
          "0.1.0",
          Mode.ENFORCE,
          List.of(),
          """
          A worker takes no traffic, but its rollout is still paced by readiness: a new pod that \
          runs counts as available, and the next old one is deleted. Without a readiness probe a \
          version that starts and does nothing replaces every working pod, and what the workers \
          consumed piles up.

          It is a rule of its own, so that a policy can relax it for workers and controllers and \
          keep readiness-probe-missing for what serves requests. DaemonSets are not judged: without \
          a port they are agents of their node.\
          """,
          """
          Add a readinessProbe that shows that the worker does its work, for example an exec of a \
          command that checks its connection to the queue; or set this rule's mode to Warn or \
          Disabled for workers.\
          """,
          List.of(
              "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
              "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment"));

  @Override
  public RuleDoc doc() {
    return DOC;
  }

  @Override
  public Outcome judge(Subject subject) {
    if (subject.workload() instanceof DaemonSet) {
      return new Outcome.Skipped("a DaemonSet without ports is an agent of its node");
    }
    if (subject.takesTraffic()) {
      return new Outcome.Skipped("the pods take traffic: readiness-probe-missing judges them");
    }
    PodTemplate template = subject.workload().template();
    Optional<Container> first = template.containers().stream().findFirst();
    if (first.isEmpty()) {
      return new Outcome.Skipped("the pod template has no container");
    }
    if (ReadinessProbeMissing.hasReadinessProbe(template)) {
      return new Outcome.Passed();
    }
    return new Outcome.Failed(
        List.of(
            Finding.of(
                first.get().path().child("readinessProbe"),
                "container \""
                    + first.get().name()
                    + "\" must have a readiness probe: a rollout waits for nothing else")));
  }
}
