package dev.gapless.rules;

import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.FieldPath;
import dev.gapless.workload.PodTemplate;
import java.util.List;
import java.util.Set;

/// A container with a port that counts as ready at once, beside one that is asked.
public final class ReadinessProbePartial implements Rule {
  private static final RuleDoc DOC =
      new RuleDoc(
          "readiness-probe-partial",
          "A container that declares a port has no readiness probe, while another has one",
          "0.1.0",
          Mode.WARN,
          List.of(),
          """
          A pod is ready when every probe that exists has passed. A container without one is ready \
          as soon as it runs, so requests to its port arrive before it listens, whatever its \
          neighbour's probe says.

          A probe beside it that asks one of the container's ports is as good as its own: the \
          containers of a pod share one address. A container that a known Service sends requests to, \
          and that no probe asks, is readiness-probe-missing's.\
          """,
          """
          Give each container that declares a port its own readinessProbe. A port that nobody \
          sends requests to need not be declared.\
          """,
          List.of(
              "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-readiness-status"));

  @Override
  public RuleDoc doc() {
    return DOC;
  }

  @Override
  public Outcome judge(Subject subject) {
    PodTemplate template = subject.workload().template();
    if (!ReadinessProbeMissing.hasReadinessProbe(template)) {
      return new Outcome.Skipped("no container has a readiness probe");
    }
    Set<FieldPath> blamed = ReadinessProbeMissing.blamed(subject);
    return Outcome.Failed.ifAny(
        template.servingContainers().stream()
            .filter(it -> !it.ports().isEmpty() && !blamed.contains(it.path()))
            .filter(it -> !ReadinessProbeMissing.isAskedDirectly(template, it))
            .map(it ->
                Finding.of(
                    it.path().child("readinessProbe"),
                    "container \""
                        + it.name()
                        + "\" must have a readiness probe of its own: it declares port "
                        + it.ports().getFirst().containerPort()))
            .toList());
  }
}
