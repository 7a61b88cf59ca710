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
          A preStop hook of any kind that stands there already stays as it is.

          Kubernetes rejects a sleep longer than the grace period. Where the author wrote a grace \
          period that cannot hold sleep and drain time together, and the policy does not let a fix \
          change it, the sleep takes at most half of it; grace-period-too-short then says what is \
          missing.\
          """,
          """
          Nothing, where the policy fixes: the sleep is set at admission. In a manifest, add \
          `lifecycle: {preStop: {sleep: {seconds: 10}}}` to each regular container; below Kubernetes \
          1.30 `exec: {command: ["sleep", "10"]}`, which needs a `sleep` program in the image.\
          """,
          List.of(
              "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination",
              "https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/"));

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
    var findings = new ArrayList<Finding>();
    for (Container container : subject.workload().template().containers()) {
      finding(subject, container).ifPresent(findings::add);
    }
    return Outcome.Failed.ifAny(findings);
  }

  private static Optional<Finding> finding(Subject subject, Container container) {
    int seconds = seconds(subject);
    String found = "has no preStop hook";
    if (container.hasPreStopHandler()) {
      Optional<FieldPath> ours = injectedWait(subject, container);
      FieldPath wanted = wait(container, sleepAction(subject));
      if (ours.isEmpty()
          || seconds == 0
          || (ours.get().equals(wanted)
              && value(subject, seconds).equals(wanted.in(subject.object())))) {
        return Optional.empty();
      }
      found = "waits " + container.preStop().flatMap(PreStop::waitSeconds).orElse(0L) + " s";
    }
    String message =
        "container \""
            + container.name()
            + "\" must wait "
            + (seconds == 0 ? subject.policy().preStopSleepSeconds() : seconds)
            + " s before it stops, "
            + found;
    if (seconds == 0) {
      return Optional.of(Finding.of(container.preStopPath(), message));
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

  /// The seconds that fit; 0 where none do.
  private static int seconds(Subject subject) {
    int wanted = subject.policy().preStopSleepSeconds();
    PodTemplate template = subject.workload().template();
    long grace = template.terminationGracePeriodSeconds();
    boolean fits = (long) wanted + subject.policy().drainSeconds() <= grace;
    boolean fixed =
        subject.policy().change() != Change.ANY
            && subject.wrote(template.terminationGracePeriodPath());
    return fits || !fixed ? wanted : half(grace, wanted);
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
    long grace = subject.workload().template().terminationGracePeriodSeconds();
    for (Container container : subject.workload().template().containers()) {
      Optional<FieldPath> ours = injectedWait(subject, container);
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

  /// Where the wait stands that admission set in this container and nobody took over since.
  static Optional<FieldPath> injectedWait(Subject subject, Container container) {
    for (boolean sleepAction : new boolean[] {true, false}) {
      FieldPath path = wait(container, sleepAction);
      JsonNode value = path.in(subject.object());
      if (!value.isMissingNode() && subject.injected().holds(path, value) && !subject.wrote(path)) {
        return Optional.of(path);
      }
    }
    return Optional.empty();
  }

  private static FieldPath wait(Container container, boolean sleepAction) {
    return sleepAction
        ? container.preStopPath().child("sleep").child("seconds")
        : container.preStopPath().child("exec").child("command");
  }

  private static JsonNode value(Subject subject, int seconds) {
    return sleepAction(subject)
        ? IntNode.valueOf(seconds)
        : JsonNodeFactory.instance.arrayNode().add("sleep").add(Integer.toString(seconds));
  }

  private static boolean sleepAction(Subject subject) {
    return subject.kubernetes().atLeast(KubernetesVersion.SLEEP_ACTION);
  }
}
