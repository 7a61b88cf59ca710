package dev.gapless.rules;

import com.fasterxml.jackson.databind.node.IntNode;
import dev.gapless.patch.Edit;
import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.rule.Fix;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.ContainerPort;
import dev.gapless.workload.PodTemplate;
import dev.gapless.workload.Workload;
import dev.gapless.workload.Workload.DaemonSet;
import dev.gapless.workload.Workload.Deployment;
import dev.gapless.workload.Workload.OnDelete;
import dev.gapless.workload.Workload.Recreate;
import dev.gapless.workload.Workload.Rollout;
import dev.gapless.workload.Workload.RolloutControls;
import dev.gapless.workload.Workload.StatefulSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A rollout that takes the old pod away before anybody sends the new one a request.
public final class MinReadySecondsZero implements Rule {
  /// How long those who send requests take to learn of a new pod: ingress-nginx, among the slowest
  /// in a cluster, takes up changes 0.3 times a second, thus every 3.3 s
  /// (<https://kubernetes.github.io/ingress-nginx/user-guide/cli-arguments/>, `--sync-rate-limit`),
  /// kube-proxy every second (<https://kubernetes.io/docs/reference/networking/virtual-ips/>,
  /// `minSyncPeriod`); together 4.3 s, rounded up.
  private static final int SECONDS = 5;

  /// Where a DaemonSet serves what a balancer outside of the cluster spreads over its nodes.
  private static final Set<Integer> WEB_PORTS = Set.of(80, 443);

  private static final String SINGLE = "a single pod goes before the next one comes";
  private static final String ON_DELETE = "its pods are replaced only when somebody deletes them";

  private static final RuleDoc DOC =
      new RuleDoc(
          "min-ready-seconds-zero",
          "A new pod counts as available the moment it becomes ready",
          "0.1.0",
          Mode.AUDIT,
          List.of(),
          """
          A rollout deletes the next old pod as soon as a new one is available. With minReadySeconds \
          0 that is the moment of its first successful readiness probe, when no proxy and no ingress \
          controller has heard of it yet. The old pods go faster than the new ones come into \
          rotation, and with few replicas nothing is left to send requests to. It also lets a \
          version through that is ready for a second and crashes with its first request.

          Pods that take no traffic are not judged, nor what does not roll pod by pod: the Recreate \
          and OnDelete strategies, a Rollout that switches or weighs traffic, a StatefulSet of one \
          replica, and a Deployment of one replica without a surge. A DaemonSet is judged only \
          where it takes host port 80 or 443, because a balancer then spreads requests over its \
          nodes; any other serves its own node, which the next node's pod cannot help.\
          """,
          """
          Set minReadySeconds to what your slowest proxy, ingress controller or load balancer takes \
          to send requests to a new pod: 5 covers what runs inside a cluster, and is what the fix \
          sets; a cloud load balancer with its own health checks needs their interval times their \
          healthy threshold. A rollout takes that much longer for each of its steps.\
          """,
          List.of(
              "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#min-ready-seconds",
              "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#minimum-ready-seconds"));

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
    Optional<String> exempt = needsNone(subject);
    if (exempt.isPresent()) {
      return new Outcome.Skipped(exempt.get());
    }
    RolloutControls controls = subject.workload().controls();
    if (controls.minReadySeconds() > 0) {
      return new Outcome.Passed();
    }
    // The API server rejects a deadline that does not exceed it.
    boolean fits = controls.progressDeadlineSeconds().map(it -> it > SECONDS).orElse(true);
    Optional<Fix> fix =
        fits
            ? Optional.of(
                new Fix(
                    List.of(
                        new Edit.Set(RolloutControls.MIN_READY_SECONDS, IntNode.valueOf(SECONDS))),
                    "set it to " + SECONDS))
            : Optional.empty();
    return new Outcome.Failed(
        List.of(
            new Finding(
                RolloutControls.MIN_READY_SECONDS,
                "must be above 0, so that a new pod gets requests before an old one goes, is 0",
                fix)));
  }

  private static Optional<String> needsNone(Subject subject) {
    return switch (subject.workload()) {
      case Deployment it when it.strategy() instanceof Recreate ->
          Optional.of("it does not roll: recreate-strategy judges it");
      case Rollout it when it.rolling().isEmpty() ->
          Optional.of("its old pods stay until nothing is sent to them");
      case Deployment it when goesFirst(subject, it) -> Optional.of(SINGLE);
      case Rollout it when goesFirst(subject, it) -> Optional.of(SINGLE);
      case StatefulSet it when it.replicas() <= 1 -> Optional.of(SINGLE);
      case StatefulSet it when it.update() instanceof OnDelete -> Optional.of(ON_DELETE);
      case DaemonSet it when it.update() instanceof OnDelete -> Optional.of(ON_DELETE);
      case DaemonSet it when !takesWebPort(it.template()) ->
          Optional.of("a DaemonSet without host port 80 or 443 serves its own node only");
      case Deployment _, StatefulSet _, DaemonSet _, Rollout _ -> Optional.empty();
    };
  }

  // A surge of 0 that a fix of another rule may raise is none to rely on.
  private static boolean goesFirst(Subject subject, Workload workload) {
    return workload
        .rolling()
        .filter(it -> it.replicas() <= 1 && it.bounds().surge(1) == 0)
        .filter(it -> !subject.mayChange(it.maxSurge()))
        .isPresent();
  }

  private static boolean takesWebPort(PodTemplate template) {
    return template.servingContainers().stream()
        .flatMap(it -> it.ports().stream())
        .flatMap(it -> hostPort(template, it).stream())
        .anyMatch(WEB_PORTS::contains);
  }

  private static Optional<Integer> hostPort(PodTemplate template, ContainerPort port) {
    return template.hostNetwork() ? Optional.of(port.containerPort()) : port.hostPort();
  }

  /// Takes back a minReadySeconds of ours that a deadline written since does not exceed: the API
  /// server rejects that.
  @Override
  public List<Edit> withdraw(Subject subject) {
    RolloutControls controls = subject.workload().controls();
    boolean rejected =
        controls
            .progressDeadlineSeconds()
            .map(it -> it <= controls.minReadySeconds())
            .orElse(false);
    return rejected && isOurs(subject)
        ? List.of(new Edit.Remove(RolloutControls.MIN_READY_SECONDS))
        : List.of();
  }

  private static boolean isOurs(Subject subject) {
    return subject
            .injected()
            .holds(
                RolloutControls.MIN_READY_SECONDS,
                RolloutControls.MIN_READY_SECONDS.in(subject.object()))
        && !subject.wrote(RolloutControls.MIN_READY_SECONDS);
  }
}
