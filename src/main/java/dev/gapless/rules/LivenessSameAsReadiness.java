package dev.gapless.rules;

import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.Container;
import dev.gapless.workload.Probe;
import java.util.List;
import java.util.Optional;

/// A container that is restarted for what should only take it out of rotation.
public final class LivenessSameAsReadiness implements Rule {
  private static final RuleDoc DOC =
      new RuleDoc(
          "liveness-same-as-readiness",
          "A liveness probe asks the same as the readiness probe and is no more patient",
          "0.1.0",
          Mode.AUDIT,
          List.of(),
          """
          Under load, or while something behind it is away, a container answers its probes late. The \
          readiness probe then takes the pod out of rotation until it has recovered. A liveness \
          probe that asks the same and gives up as soon restarts the container at that moment: the \
          requests it holds are lost, and the load moves on to the other pods, which are restarted \
          next.

          Two probes ask the same when their actions are equal, a port's name counting as its \
          number. How soon a probe gives up is reckoned for a container that does not answer: every \
          probe lasts its timeout, and the next comes a period after the last. A liveness probe that \
          gives up later than the readiness probe passes, as that is the pattern which the \
          Kubernetes documentation recommends: first out of rotation, restarted only when that did \
          not help. Pods that take no traffic are not judged.\
          """,
          """
          Let the liveness probe ask only whether the process itself is stuck, without looking at \
          anything behind it; or give it a higher failureThreshold than the readiness probe; or \
          remove it, where the process ends by itself when it cannot go on.\
          """,
          List.of(
              "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/",
              "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/"));

  @Override
  public RuleDoc doc() {
    return DOC;
  }

  @Override
  public Outcome judge(Subject subject) {
    if (!subject.takesTraffic()) {
      return new Outcome.Skipped("no container declares a port, so nothing sends the pods traffic");
    }
    List<Container> probed =
        subject.workload().template().servingContainers().stream()
            .filter(it -> it.livenessProbe().isPresent() && it.readinessProbe().isPresent())
            .toList();
    if (probed.isEmpty()) {
      return new Outcome.Skipped("no container has both a liveness and a readiness probe");
    }
    return Outcome.Failed.ifAny(
        probed.stream()
            .flatMap(it ->
                finding(it, it.livenessProbe().orElseThrow(), it.readinessProbe().orElseThrow())
                    .stream())
            .toList());
  }

  private static Optional<Finding> finding(Container container, Probe liveness, Probe readiness) {
    Optional<Probe.Action> asked = liveness.asks(container.ports());
    if (asked.isEmpty()
        || !asked.equals(readiness.asks(container.ports()))
        || liveness.patienceSeconds() > readiness.patienceSeconds()) {
      return Optional.empty();
    }
    return Optional.of(
        Finding.of(
            liveness.path(),
            "must fail later than the readiness probe, which asks the same: after "
                + liveness.patienceSeconds()
                + " s without an answer, the other after "
                + readiness.patienceSeconds()
                + " s"));
  }
}
