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

/// A container that may be killed before it has had the time to start.
public final class LivenessKillsSlowStart implements Rule {
  /// What a start of one second of CPU takes under a CPU limit of 100m.
  private static final int LEAST_START_SECONDS = 10;

  private static final RuleDoc DOC =
      new RuleDoc(
          "liveness-kills-slow-start",
          "A container may be killed while it still starts",
          "0.1.0",
          Mode.AUDIT,
          List.of(),
          """
          A liveness probe does not wait for readiness. Where nothing holds it back it asks a \
          container that is still starting, and kills it when it has failed failureThreshold times: \
          `initialDelaySeconds + (failureThreshold - 1) * periodSeconds` after the start at the \
          earliest, when each probe is refused at once; timeouts only make it later. The next attempt is no faster, so the container restarts in a loop. It shows on \
          the day on which the node is busy or the cache is cold, and then in all new pods at once.

          How long a start takes no manifest says, so the rule reports only two contradictions: a \
          container that may be killed within 10 s, which is what one second of CPU takes under a \
          limit of 100m; and one that may be killed before its readiness probe's \
          initialDelaySeconds have passed, which is how long its author expects the start to take. \
          With a startup probe no liveness probe is asked until that has passed; then the 10 s \
          are required of the startup probe, which kills in the same way.\
          """,
          """
          Add a startupProbe that asks the same as the liveness probe, with a failureThreshold times \
          periodSeconds that covers the slowest start: `startupProbe: {periodSeconds: 5, \
          failureThreshold: 60}` allows five minutes and still notices a fast start within 5 s. \
          Raising the liveness probe's initialDelaySeconds does it too, at the price that every \
          restart waits as long.\
          """,
          List.of(
              "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#define-startup-probes",
              "https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/prober/worker.go"));

  @Override
  public RuleDoc doc() {
    return DOC;
  }

  @Override
  public Outcome judge(Subject subject) {
    List<Container> killed =
        subject.workload().template().servingContainers().stream()
            .filter(it -> it.livenessProbe().isPresent() || it.startupProbe().isPresent())
            .toList();
    if (killed.isEmpty()) {
      return new Outcome.Skipped("no container has a liveness or startup probe");
    }
    return Outcome.Failed.ifAny(killed.stream().flatMap(it -> finding(it).stream()).toList());
  }

  private static Optional<Finding> finding(Container container) {
    Probe killer = container.startupProbe().or(container::livenessProbe).orElseThrow();
    long killed = killer.earliestFailureSeconds();
    if (killed < LEAST_START_SECONDS) {
      return Optional.of(finding(killer, "at least " + LEAST_START_SECONDS + " s to start"));
    }
    int expected = container.readinessProbe().map(Probe::initialDelaySeconds).orElse(0);
    if (container.startupProbe().isEmpty() && killed < expected) {
      return Optional.of(
          finding(killer, expected + " s to start, as long as its readiness probe waits"));
    }
    return Optional.empty();
  }

  private static Finding finding(Probe killer, String least) {
    return Finding.of(
        killer.path(),
        "must leave the container "
            + least
            + ", may kill it after "
            + killer.earliestFailureSeconds()
            + " s");
  }
}
