package dev.gapless.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import dev.gapless.patch.Edit;
import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.rule.Fix;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.Container;
import dev.gapless.workload.FieldPath;
import dev.gapless.workload.PodTemplate;
import dev.gapless.workload.PreStop;
import java.util.List;
import java.util.Optional;

/// A grace period that ends in the middle of what the pod still has to do.
public final class GracePeriodTooShort implements Rule {
  private static final RuleDoc DOC =
      new RuleDoc(
          "grace-period-too-short",
          "The grace period does not cover the preStop wait and the time to drain",
          "0.1.0",
          Mode.FIX,
          List.of("drainSeconds", "preStopSleepSeconds"),
          """
          terminationGracePeriodSeconds starts when the pod is deleted, before any preStop hook runs. \
          What the longest hook waits is gone from it; what is left is the application's time to \
          finish the requests it holds. When it is used up the kubelet kills every container in the \
          middle of its work.

          The wait of a hook is known for the sleep action and for a plain sleep, as in \
          `["sleep", "10"]` or `["sh", "-c", "sleep 10"]`; any other hook counts as no wait, and \
          pre-stop-outlives-grace looks whether it can end at all. Where a sleep was set at \
          admission, the seconds that it should have count, the policy's or those of a known way in, \
          also when a short grace period left room for less. \
          A pod that takes no traffic and waits in no hook is not judged.\
          """,
          """
          Set terminationGracePeriodSeconds to at least the longest preStop wait plus drainSeconds. \
          A grace period costs nothing where the pod ends earlier. It is never lowered by a fix.\
          """,
          List.of(
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
    long wait = longestWait(subject);
    if (wait == 0 && !subject.takesTraffic()) {
      return new Outcome.Skipped("no container declares a port or waits in a preStop hook");
    }
    long needed = sum(wait, subject.policy().drainSeconds());
    long grace = template.terminationGracePeriodSeconds();
    if (grace >= needed) {
      return new Outcome.Passed();
    }
    FieldPath path = template.terminationGracePeriodPath();
    return new Outcome.Failed(
        List.of(
            new Finding(
                path,
                "must be at least "
                    + needed
                    + " (preStop "
                    + wait
                    + " s + drain "
                    + subject.policy().drainSeconds()
                    + " s), is "
                    + grace,
                Optional.of(
                    new Fix(List.of(new Edit.Set(path, number(needed))), "set it to " + needed)))));
  }

  /// A wait and the time to drain, together.
  static long sum(long wait, long drain) {
    return wait > Long.MAX_VALUE - drain ? Long.MAX_VALUE : wait + drain;
  }

  private static long longestWait(Subject subject) {
    PodTemplate template = subject.workload().template();
    long longest = Long.MIN_VALUE;
    for (List<Container> some : List.of(template.containers(), template.sidecars())) {
      for (Container container : some) {
        longest = Math.max(longest, waitSeconds(subject, container));
      }
    }
    return longest == Long.MIN_VALUE ? 0 : longest;
  }

  /// As a parser would read it: the least type that holds it.
  static JsonNode number(long value) {
    return value == (int) value ? IntNode.valueOf((int) value) : LongNode.valueOf(value);
  }

  private static long waitSeconds(Subject subject, Container container) {
    return PreStopSleepMissing.injectedWait(subject, container).isPresent()
        ? PreStopSleepMissing.wantedSeconds(subject)
        : container.preStop().flatMap(PreStop::waitSeconds).orElse(0L);
  }
}
