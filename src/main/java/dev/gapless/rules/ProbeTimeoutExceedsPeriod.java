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
import java.util.stream.Stream;

/// A probe that cannot keep the pace it is written with, just when it matters.
public final class ProbeTimeoutExceedsPeriod implements Rule {
  private static final RuleDoc DOC =
      new RuleDoc(
          "probe-timeout-exceeds-period",
          "A probe waits longer for an answer than until it should ask again",
          "0.1.0",
          Mode.AUDIT,
          List.of(),
          """
          The kubelet asks one probe at a time: while one waits for its answer, the next is not \
          asked. With a timeout above the period, a container that hangs is asked every \
          timeoutSeconds instead of every periodSeconds, so a readiness probe leaves it in rotation \
          for longer than anybody reads in the manifest, and a liveness probe restarts it later. \
          Timeouts are often raised in an incident, to make probes more patient; what that is meant \
          to do is done by failureThreshold.

          Startup probes are not judged: one that asks often and waits long, as Istio's does, \
          notices a fast start early and is only more patient with a slow one.\
          """,
          """
          Lower timeoutSeconds to at most periodSeconds, or raise periodSeconds; set \
          failureThreshold so that their product is the time after which the probe should fail.\
          """,
          List.of(
              "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#configure-probes",
              "https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/prober/worker.go"));

  @Override
  public RuleDoc doc() {
    return DOC;
  }

  @Override
  public Outcome judge(Subject subject) {
    List<Probe> probes =
        subject.workload().template().servingContainers().stream()
            .flatMap(ProbeTimeoutExceedsPeriod::recurring)
            .toList();
    if (probes.isEmpty()) {
      return new Outcome.Skipped("no container has a liveness or readiness probe");
    }
    return Outcome.Failed.ifAny(probes.stream().flatMap(it -> finding(it).stream()).toList());
  }

  private static Stream<Probe> recurring(Container container) {
    return Stream.of(container.livenessProbe(), container.readinessProbe())
        .flatMap(Optional::stream);
  }

  private static Optional<Finding> finding(Probe probe) {
    if (probe.timeoutSeconds() <= probe.periodSeconds()) {
      return Optional.empty();
    }
    return Optional.of(
        Finding.of(
            probe.path().child("timeoutSeconds"),
            "must be at most periodSeconds, which is "
                + probe.periodSeconds()
                + ", is "
                + probe.timeoutSeconds()
                + ": a container that hangs fails after "
                + probe.patienceSeconds()
                + " s"));
  }
}
