package dev.gapless.rules;

import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.Container;
import dev.gapless.workload.Probe;
import dev.gapless.workload.Workload.RolloutControls;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// A rollout that counts as failed while its first pod starts no slower than it may.
public final class ProgressDeadlineTooShort implements Rule {
  private static final RuleDoc DOC =
      new RuleDoc(
          "progress-deadline-too-short",
          "A rollout counts as failed before a slow start that the probes allow has ended",
          "0.1.0",
          Mode.AUDIT,
          List.of(),
          """
          When a rollout makes no progress for progressDeadlineSeconds it counts as failed, and \
          whoever watches it stops waiting or rolls back: `kubectl rollout status`, Argo CD, Flux, \
          a pipeline. A pod that starts slowly, but no slower than its own probes allow, then makes \
          a good version fail, and leaves old and new pods side by side.

          The slowest start that the probes allow is, for each container, what its startup probe \
          gives it (initialDelaySeconds and failureThreshold periods; without one the longer \
          initialDelaySeconds of its liveness and readiness probes), and the periods for which its \
          readiness probe must pass in a row. The longest of them counts. Scheduling and pulling \
          images come on top, and are not in any manifest.

          minReadySeconds is not added: a pod that becomes ready is progress, with which the \
          deadline starts anew, and the API server itself demands that the deadline exceeds it.\
          """,
          """
          Raise progressDeadlineSeconds above the slowest start, with room for pulling the image; or \
          lower the startup probe's failureThreshold to what a start really takes.\
          """,
          List.of(
              "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#progress-deadline-seconds",
              "https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/deployment/util/deployment_util.go"));

  @Override
  public RuleDoc doc() {
    return DOC;
  }

  @Override
  public Outcome judge(Subject subject) {
    Optional<Integer> deadline = subject.workload().controls().progressDeadlineSeconds();
    if (deadline.isEmpty()) {
      return new Outcome.Skipped("a rollout has no deadline here");
    }
    Optional<Container> slowest =
        subject.workload().template().servingContainers().stream()
            .max(Comparator.comparingLong(ProgressDeadlineTooShort::startSeconds));
    if (slowest.isEmpty() || startSeconds(slowest.get()) <= deadline.get()) {
      return new Outcome.Passed();
    }
    return new Outcome.Failed(
        List.of(
            Finding.of(
                RolloutControls.PROGRESS_DEADLINE_SECONDS,
                "must be at least "
                    + startSeconds(slowest.get())
                    + ", the slowest start that the probes of \""
                    + slowest.get().name()
                    + "\" allow, is "
                    + deadline.get()
                    + (subject.wrote(RolloutControls.PROGRESS_DEADLINE_SECONDS)
                        ? ""
                        : " by default"))));
  }

  private static long startSeconds(Container container) {
    long readinessDelay = container.readinessProbe().map(Probe::initialDelaySeconds).orElse(0);
    long started =
        container
            .startupProbe()
            .map(Probe::latestSuccessSeconds)
            .orElseGet(() ->
                container.livenessProbe().map(it -> (long) it.initialDelaySeconds()).orElse(0L));
    return Math.max(started, readinessDelay)
        + container.readinessProbe().map(Probe::confirmationSeconds).orElse(0L);
  }
}
