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
          condition, a background job or a substitution, or of more than 8 KiB, is not judged, and \
          neither is an httpGet hook: how long these take, the manifest does not say.

          A sleep of `infinity` never ends by itself, so no grace period is long enough for it. Any \
          other hook that only sleeps is grace-period-too-short's, however long it is: that rule counts \
          the time to drain on top of it. Where its advice makes room for the script too, it speaks \
          alone. A command that cannot run at all is exec-hook-unsafe's.\
          """,
          """
          Raise terminationGracePeriodSeconds above what the hook sleeps, with drainSeconds on top \
          if the application has requests to finish after it; or let the hook wait less. Where an \
          earlier step ends the container by itself, the sleep is only its upper bound, and should \
          be one for which there is room. Replace `sleep infinity` by the time that is needed.\
          """,
          List.of(
              "https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/#hook-handler-execution",
              "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination"));

  @Override
  public RuleDoc doc() {
    return DOC;
  }

  @Override
  public boolean fixes() {
    return true;
  }

  @Override
  public Outcome judge(Subject subject) {
    PodTemplate template = subject.workload().template();
    List<Container> scripts =
        template.servingContainers().stream().filter(it -> asks(subject, it) > 0).toList();
    if (scripts.isEmpty()) {
      return new Outcome.Skipped("no preStop hook is a script whose time can be told");
    }
    long room = Math.max(template.terminationGracePeriodSeconds(), askedForWaits(subject));
    List<Container> tooLong = scripts.stream().filter(it -> asks(subject, it) >= room).toList();
    // The same for each container: it makes room for all of them.
    Optional<Fix> fix =
        tooLong.stream()
            .filter(it -> !neverEnds(subject, it))
            .map(it -> asks(subject, it))
            .max(Comparator.naturalOrder())
            .map(it -> fix(subject, it));
    return Outcome.Failed.ifAny(tooLong.stream().map(it -> finding(subject, it, fix)).toList());
  }

  private static Finding finding(Subject subject, Container container, Optional<Fix> fix) {
    boolean forEver = neverEnds(subject, container);
    return new Finding(
        PreStopSleepMissing.wait(container, false),
        "hook of container \""
            + container.name()
            + "\" must end within the grace period of "
            + subject.workload().template().terminationGracePeriodSeconds()
            + " s, sleeps "
            + (forEver ? "for ever" : asks(subject, container) + " s"),
        forEver ? Optional.empty() : fix);
  }

  private static Fix fix(Subject subject, long seconds) {
    // Above it even where the policy has no time to drain.
    long grace = GracePeriodTooShort.sum(seconds, Math.max(1, subject.policy().drainSeconds()));
    return new Fix(
        List.of(
            new Edit.Set(
                subject.workload().template().terminationGracePeriodPath(),
                GracePeriodTooShort.number(grace))),
        "set the grace period to " + grace);
  }

  private static boolean neverEnds(Subject subject, Container container) {
    return asks(subject, container) == PreStop.FOR_EVER;
  }

  /// What grace-period-too-short asks for where other hooks only wait; 0 where none does.
  private static long askedForWaits(Subject subject) {
    long longest =
        subject.workload().template().servingContainers().stream()
            .filter(it -> PreStopSleepMissing.injectedWait(subject, it).isEmpty())
            .mapToLong(it -> it.preStop().flatMap(PreStop::waitSeconds).orElse(0L))
            .max()
            .orElse(0);
    return longest == 0 ? 0 : GracePeriodTooShort.sum(longest, subject.policy().drainSeconds());
  }

  /// The seconds that a script sleeps before it ends; empty where it is none, nothing is known of
  /// it, or it never ends.
  static Optional<Long> sleeps(Subject subject, Container container) {
    return Optional.of(asks(subject, container)).filter(it -> it > 0 && it != PreStop.FOR_EVER);
  }

  /// What a script asks for; 0 where it is none, or nothing is known of it.
  private static long asks(Subject subject, Container container) {
    return container
        .preStop()
        .filter(it -> it.waitSeconds().isEmpty())
        .filter(_ -> ExecHookUnsafe.missingProgram(subject, container).isEmpty())
        .flatMap(PreStop::sleepsSeconds)
        .orElse(0L);
  }
}
