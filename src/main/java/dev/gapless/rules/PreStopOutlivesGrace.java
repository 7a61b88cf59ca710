package dev.gapless.rules;

import dev.gapless.patch.Edit;
import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.rule.Fix;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.Container;
import dev.gapless.workload.PodTemplate;
import dev.gapless.workload.PreStop;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// A preStop script that asks for more time than the pod has.
public final class PreStopOutlivesGrace implements Rule {
  private static final RuleDoc DOC =
      new RuleDoc(
          "pre-stop-outlives-grace",
          "A preStop hook cannot end within the grace period",
          "0.1.0",
          Mode.AUDIT,
          List.of("drainSeconds"),
          """
          The grace period starts with the delete, and a hook's time is part of it. When it is used \
          up the kubelet does not wait for the hook: the container gets SIGTERM in the middle of it, \
          and 2 seconds later SIGKILL. What the hook was to do after its wait never happens, and \
          the application has no time to finish its requests.

          Judged are scripts that do more than sleep, as in `sh -c "nginx -s quit; sleep 60"` or \
          `sh -c "sleep 60 && nginx -s quit"`, by the sleeps in them: those that run when nothing \
          before them fails. They must come to less than the grace period. A script with a loop, a \
          condition, a background job or a substitution is not judged, and neither is an httpGet \
          hook: how long these take, the manifest does not say.

          A hook that only sleeps is grace-period-too-short's, however long it is: that rule counts \
          the time to drain on top of it. Where its advice makes room for the script too, it speaks \
          alone. A command that cannot run at all is exec-hook-unsafe's.\
          """,
          """
          Raise terminationGracePeriodSeconds above what the hook sleeps, with drainSeconds on top \
          if the application has requests to finish after it; or let the hook wait less. Where an \
          earlier step ends the container by itself, the sleep is only its upper bound, and should \
          be one for which there is room.\
          """,
          List.of(
              "https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/#hook-handler-execution",
              "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination"));

  @Override
  public RuleDoc doc() {
    return DOC;
  }

  @Override
  public Outcome judge(Subject subject) {
    PodTemplate template = subject.workload().template();
    Optional<Container> longest =
        template
            .servingContainers()
            .filter(it -> sleeps(subject, it) > 0)
            .max(Comparator.comparingLong(it -> sleeps(subject, it)));
    if (longest.isEmpty()) {
      return new Outcome.Skipped("no preStop hook is a script whose time can be told");
    }
    long seconds = sleeps(subject, longest.get());
    long grace = template.terminationGracePeriodSeconds();
    if (seconds < grace || seconds < askedForWaits(subject)) {
      return new Outcome.Passed();
    }
    return new Outcome.Failed(List.of(finding(subject, longest.get(), seconds)));
  }

  private static Finding finding(Subject subject, Container container, long seconds) {
    PodTemplate template = subject.workload().template();
    // Above it even where the policy has no time to drain.
    long grace = GracePeriodTooShort.sum(seconds, Math.max(1, subject.policy().drainSeconds()));
    return new Finding(
        PreStopSleepMissing.wait(container, false),
        "hook of container \""
            + container.name()
            + "\" must end within the grace period of "
            + template.terminationGracePeriodSeconds()
            + " s, sleeps "
            + seconds
            + " s",
        Optional.of(
            new Fix(
                List.of(
                    new Edit.Set(
                        template.terminationGracePeriodPath(), GracePeriodTooShort.number(grace))),
                "set the grace period to " + grace)));
  }

  /// What grace-period-too-short asks for where other hooks only wait; 0 where none does.
  private static long askedForWaits(Subject subject) {
    long longest =
        subject
            .workload()
            .template()
            .servingContainers()
            .filter(it -> PreStopSleepMissing.injectedWait(subject, it).isEmpty())
            .mapToLong(it -> it.preStop().flatMap(PreStop::waitSeconds).orElse(0L))
            .max()
            .orElse(0);
    return longest == 0 ? 0 : GracePeriodTooShort.sum(longest, subject.policy().drainSeconds());
  }

  /// What a script asks for; 0 where it is none, or nothing is known of it.
  private static long sleeps(Subject subject, Container container) {
    return container
        .preStop()
        .filter(it -> it.waitSeconds().isEmpty())
        .filter(_ -> ExecHookUnsafe.missingProgram(subject, container).isEmpty())
        .flatMap(PreStop::sleepsSeconds)
        .orElse(0L);
  }
}
