package dev.gapless.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.gapless.patch.Edit;
import dev.gapless.policy.Change;
import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.rule.Fix;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.Container;
import dev.gapless.workload.FieldPath;
import dev.gapless.workload.KubernetesVersion;
import dev.gapless.workload.PodTemplate;
import dev.gapless.workload.PreStop;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A container that stops listening while others still send it requests.
public final class PreStopSleepMissing implements Rule {
  private static final RuleDoc DOC =
      new RuleDoc(
          "pre-stop-sleep-missing",
          "A container of a pod that takes traffic stops without waiting for its traffic to end",
          "0.1.0",
          Mode.FIX,
          List.of("preStopSleepSeconds", "drainSeconds"),
          """
          When a pod is deleted, two things start at once: its containers are told to stop, and \
          every proxy, ingress controller and load balancer is told to send it nothing more. They \
          learn of it within a second or within a minute, and until then requests still come. A \
          container that has stopped listening by then drops them.

          A preStop sleep keeps each container serving until the last of them has learned. Every \
          regular container needs its own: a proxy that stops first takes the application's requests \
          with it. Native sidecars need none, because they are stopped after all regular containers. \
          Where known Services, Ingresses or routes lead a known cloud load balancer or ingress \
          controller to the pods, the sleep is the larger one of preStopSleepSeconds and what that \
          way in needs (load-balancer-delay lists them). \
          A preStop hook of any kind that stands there already stays as it is; where one of them \
          sleeps longer than the policy asks for, the containers without a hook wait as long, so \
          that none stops under its neighbour's feet.

          Kubernetes rejects a sleep longer than the grace period. Where the author wrote a grace \
          period that cannot hold sleep and drain time together, and the policy does not let a fix \
          change it, the sleep takes at most half of it; where it has room for the policy's seconds \
          and not for those of a way in, the sleep takes all but the drain time. \
          grace-period-too-short then says what is missing. Below Kubernetes 1.30 the sleep is a program of the image, and none is set where \
          the image is known to have none.\
          """,
          """
          Nothing, where the policy fixes: the sleep is set at admission. In a manifest, add \
          `lifecycle: {preStop: {sleep: {seconds: 10}}}` to each regular container; below Kubernetes \
          1.30 `exec: {command: ["sleep", "10"]}`, which needs a `sleep` program in the image.\
          """,
          List.of(
              "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination",
              "https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/"));

  /// Longer ones are left to their own container: a day is more than any load balancer needs.
  private static final long MAX_SECONDS = 86_400;

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
    if (subject.workload().template().windows() && !sleepAction(subject)) {
      return new Outcome.Skipped(
          "Windows images have no sleep program, and Kubernetes "
              + subject.kubernetes()
              + " has no sleep action");
    }
    int seconds = seconds(subject);
    int wanted = seconds == 0 ? wantedSeconds(subject) : seconds;
    String why = WayIn.why(subject, wanted);
    var findings = new ArrayList<Finding>();
    for (Container container : subject.workload().template().containers()) {
      finding(subject, container, seconds, wanted, why).ifPresent(findings::add);
    }
    return Outcome.Failed.ifAny(findings);
  }

  private static Optional<Finding> finding(
      Subject subject, Container container, int seconds, int wanted, String why) {
    String found = "has no preStop hook";
    if (container.hasPreStopHandler()) {
      Optional<FieldPath> ours = injectedWait(subject, container);
      FieldPath place = wait(container, sleepAction(subject));
      if (ours.isEmpty()
          || seconds == 0
          || (ours.get().equals(place)
              && value(subject, seconds).equals(place.in(subject.object())))) {
        return Optional.empty();
      }
      found = "waits " + container.preStop().flatMap(PreStop::waitSeconds).orElse(0L) + " s";
    }
    String message =
        "container \""
            + container.name()
            + "\" must wait "
            + wanted
            + " s before it stops"
            + why
            + ", "
            + found;
    if (seconds == 0) {
      return Optional.of(Finding.of(container.preStopPath(), message));
    }
    if (!sleepAction(subject) && ExecHookUnsafe.imageLacks(container, "sleep")) {
      return Optional.of(
          Finding.of(container.preStopPath(), message + ", and its image has no sleep program"));
    }
    Fix fix = new Fix(edits(subject, container, seconds), would(subject, seconds));
    return Optional.of(new Finding(container.preStopPath(), message, Optional.of(fix)));
  }

  private static List<Edit> edits(Subject subject, Container container, int seconds) {
    var edits = new ArrayList<Edit>();
    boolean sleepAction = sleepAction(subject);
    if (container.hasPreStopHandler()) {
      edits.add(new Edit.Remove(container.preStopPath().child(sleepAction ? "exec" : "sleep")));
    }
    edits.add(new Edit.Set(wait(container, sleepAction), value(subject, seconds)));
    PodTemplate template = subject.workload().template();
    if (seconds > template.terminationGracePeriodSeconds()) {
      int grace = seconds + subject.policy().drainSeconds();
      edits.add(new Edit.Set(template.terminationGracePeriodPath(), IntNode.valueOf(grace)));
    }
    return edits;
  }

  private static String would(Subject subject, int seconds) {
    return sleepAction(subject)
        ? "set sleep.seconds to " + seconds
        : "set exec.command to [\"sleep\", \"" + seconds + "\"]";
  }

  /// What each container of the workload must wait: the policy's seconds, or what the slowest known
  /// way in needs where that is more.
  static int wantedSeconds(Subject subject) {
    return Math.max(
        subject.policy().preStopSleepSeconds(),
        WayIn.slowest(subject).map(WayIn::seconds).orElse(0));
  }

  /// The longest of the wait that is wanted and the waits that the application's containers ask
  /// for, where it fits; else as much of the wanted one as does.
  static int seconds(Subject subject) {
    long longest = 0;
    for (Container container : subject.workload().template().containers()) {
      if (injectedWait(subject, container).isEmpty() && !SidecarDiesFirst.isProxy(container)) {
        longest = Math.max(longest, container.preStop().flatMap(PreStop::waitSeconds).orElse(0L));
      }
    }
    int wanted = wantedSeconds(subject);
    return longest > wanted && longest <= MAX_SECONDS && hasRoom(subject, longest)
        ? (int) longest
        : fittingSeconds(subject, wanted);
  }

  /// As much of a wait as fits; 0 where nothing does.
  ///
  /// @param wanted the policy's seconds, or more
  static int fittingSeconds(Subject subject, int wanted) {
    int policys = subject.policy().preStopSleepSeconds();
    long grace = subject.workload().template().terminationGracePeriodSeconds();
    if (hasRoom(subject, wanted)) {
      return wanted;
    }
    // What a way in needs beyond the policy takes nothing of the time to drain.
    return hasRoom(subject, policys)
        ? (int) grace - subject.policy().drainSeconds()
        : half(grace, policys);
  }

  /// Whether the grace period holds a wait and the time to drain, or may be raised until it does.
  private static boolean hasRoom(Subject subject, long seconds) {
    PodTemplate template = subject.workload().template();
    return seconds + subject.policy().drainSeconds() <= template.terminationGracePeriodSeconds()
        || subject.policy().change() == Change.ANY
        || !subject.wrote(template.terminationGracePeriodPath());
  }

  private static int half(long grace, int atMost) {
    return Math.clamp(grace / 2, 0, atMost);
  }

  /// Takes back a sleep of ours that beside what the author wrote would make the API server reject
  /// his object: one beside another handler ("may not specify more than 1 handler type"), or one
  /// longer than the grace period.
  @Override
  public List<Edit> withdraw(Subject subject) {
    var edits = new ArrayList<Edit>();
    PodTemplate template = subject.workload().template();
    long grace = template.terminationGracePeriodSeconds();
    for (Container container : template.servingContainers()) {
      Optional<FieldPath> ours = ownWait(subject, container);
      if (ours.isEmpty()) {
        continue;
      }
      FieldPath handler = ours.get().parent().orElseThrow();
      if (handlers(subject, container) > 1) {
        edits.add(new Edit.Remove(handler));
      } else if (container.preStop().flatMap(PreStop::sleepSeconds).orElse(0L) > grace) {
        int fits = half(grace, subject.policy().preStopSleepSeconds());
        edits.add(
            fits > 0
                ? new Edit.Set(ours.get(), IntNode.valueOf(fits))
                : new Edit.Remove(emptied(subject, container)));
      }
    }
    return edits;
  }

  private static int handlers(Subject subject, Container container) {
    return container.preStopPath().in(subject.object()).size();
  }

  // What would be left empty behind the hook goes with it.
  private static FieldPath emptied(Subject subject, Container container) {
    FieldPath lifecycle = container.path().child("lifecycle");
    return lifecycle.in(subject.object()).size() == 1 ? lifecycle : container.preStopPath();
  }

  /// Where the wait stands that this rule set in the container and nobody took over since.
  static Optional<FieldPath> injectedWait(Subject subject, Container container) {
    return ownWait(subject, container).filter(_ -> !isAuthors(subject, container));
  }

  /// Whether the wait that stands there is the author's, in the form or of the length that a fix
  /// gave it.
  static boolean isAuthors(Subject subject, Container container) {
    return subject.injected().hasReplaced(container.preStopPath().child("exec"))
        || subject.injected().hasReplaced(wait(container, true))
        || subject.injected().hasReplaced(wait(container, false));
  }

  /// Where the wait stands that admission set, be its seconds the policy's or the author's.
  private static Optional<FieldPath> ownWait(Subject subject, Container container) {
    if (subject.injected().isEmpty() || container.preStop().isEmpty()) {
      return Optional.empty();
    }
    for (boolean sleepAction : new boolean[] {true, false}) {
      FieldPath path = wait(container, sleepAction);
      JsonNode value = path.in(subject.object());
      if (!value.isMissingNode() && subject.injected().holds(path, value) && !subject.wrote(path)) {
        return Optional.of(path);
      }
    }
    return Optional.empty();
  }

  /// Where a wait stands or would stand.
  static FieldPath wait(Container container, boolean sleepAction) {
    return sleepAction
        ? container.preStopPath().child("sleep").child("seconds")
        : container.preStopPath().child("exec").child("command");
  }

  private static JsonNode value(Subject subject, int seconds) {
    return sleepAction(subject)
        ? IntNode.valueOf(seconds)
        : JsonNodeFactory.instance.arrayNode().add("sleep").add(Integer.toString(seconds));
  }

  /// Whether the API server knows the sleep action.
  static boolean sleepAction(Subject subject) {
    return subject.kubernetes().atLeast(KubernetesVersion.SLEEP_ACTION);
  }
}
