package dev.gapless.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.IntNode;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A written wait that is over before the last of the pod's callers has learned.
public final class PreStopSleepTooShort implements Rule {
  private static final RuleDoc DOC =
      new RuleDoc(
          "pre-stop-sleep-too-short",
          "A container of a pod that takes traffic waits less than the policy asks for",
          "0.1.0",
          Mode.AUDIT,
          List.of("preStopSleepSeconds", "drainSeconds"),
          """
          preStopSleepSeconds is how long the slowest proxy, ingress controller or load balancer \
          takes to learn that a pod leaves. A container that waits less stops listening while \
          some of them still send it requests.

          Judged is what the author wrote, as a sleep action or a plain sleep, in each regular \
          container of a pod that takes traffic. A native sidecar is stopped after the others and \
          needs no wait. A hook that does more than sleep is taken to know what it does. A sleep \
          that was set at admission follows the policy anyway. Where a known way in needs more than \
          the policy, the finding and its fix ask for that at once; a wait that is long enough for \
          the policy and not for the way in is load-balancer-delay's.

          Where a written grace period has no room for the policy's wait and the time to drain, \
          half of it is enough: grace-period-too-short says what is missing. A command that \
          exec-hook-unsafe knows to fail waits not at all, whatever its number says.\
          """,
          """
          Wait at least preStopSleepSeconds, in a grace period of at least that and drainSeconds. \
          A policy with `change: Any` raises both at admission. Where the pods are called from \
          within the cluster only, a policy of their own may ask for less.\
          """,
          List.of(
              "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination",
              "https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#terminating"));

  private static final String SLEEP_TIME = "\\d+(?:\\.\\d+)?[mhd]?";

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
    if (!subject.takesTraffic()) {
      return new Outcome.Skipped("no container declares a port, so nothing sends the pods traffic");
    }
    var findings = new ArrayList<Finding>();
    for (Container container : subject.workload().template().containers()) {
      if (isTooShort(subject, container)) {
        findings.add(finding(subject, container));
      }
    }
    return Outcome.Failed.ifAny(findings);
  }

  /// Whether the author has this container wait, and less than must be.
  static boolean isTooShort(Subject subject, Container container) {
    Optional<Long> waits = container.preStop().flatMap(PreStop::waitSeconds);
    return waits.isPresent()
        && waits.get()
            < PreStopSleepMissing.fittingSeconds(subject, subject.policy().preStopSleepSeconds())
        && isWritten(subject, container);
  }

  /// Whether what the container waits, by a command that can run or by the sleep action, is its
  /// author's will.
  static boolean isWritten(Subject subject, Container container) {
    return PreStopSleepMissing.injectedWait(subject, container).isEmpty()
        && (subject.wrote(path(container)) || PreStopSleepMissing.isAuthors(subject, container))
        && ExecHookUnsafe.missingProgram(subject, container).isEmpty();
  }

  /// A wait that must be longer, with the fix that makes it so.
  static Finding finding(Subject subject, Container container) {
    int wanted = PreStopSleepMissing.wantedSeconds(subject);
    long waits = container.preStop().flatMap(PreStop::waitSeconds).orElse(0L);
    // Nobody runs a command to wait for nothing unless he means it.
    boolean meant = waits == 0 && !sleeps(container);
    return new Finding(
        path(container),
        "container \""
            + container.name()
            + "\" must wait "
            + wanted
            + " s before it stops"
            + WayIn.why(subject, wanted)
            + ", waits "
            + waits
            + " s",
        meant ? Optional.empty() : Optional.of(fix(subject, container, wanted)));
  }

  private static Fix fix(Subject subject, Container container, int wanted) {
    var edits = new ArrayList<Edit>();
    edits.add(new Edit.Set(path(container), raised(subject, container, wanted)));
    String would = "wait " + wanted + " s";
    PodTemplate template = subject.workload().template();
    int grace = wanted + subject.policy().drainSeconds();
    if (template.terminationGracePeriodSeconds() < grace) {
      edits.add(new Edit.Set(template.terminationGracePeriodPath(), IntNode.valueOf(grace)));
      would += " in a grace period of " + grace;
    }
    return new Fix(edits, would);
  }

  // The author's own command, with another number in it.
  private static JsonNode raised(Subject subject, Container container, int wanted) {
    if (sleeps(container)) {
      return IntNode.valueOf(wanted);
    }
    ArrayNode command = path(container).in(subject.object()).deepCopy();
    int last = command.size() - 1;
    command.set(
        last, command.path(last).asText().replaceFirst(SLEEP_TIME, Integer.toString(wanted)));
    return command;
  }

  private static FieldPath path(Container container) {
    return PreStopSleepMissing.wait(container, sleeps(container));
  }

  private static boolean sleeps(Container container) {
    return container.preStop().flatMap(PreStop::sleepSeconds).isPresent();
  }
}
