package dev.gapless.rules;

import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.FieldPath;
import dev.gapless.workload.PodTemplate;
import dev.gapless.workload.SurgeObstacle;
import dev.gapless.workload.Workload;
import dev.gapless.workload.Workload.BasicCanary;
import dev.gapless.workload.Workload.BlueGreen;
import dev.gapless.workload.Workload.DaemonSet;
import dev.gapless.workload.Workload.Deployment;
import dev.gapless.workload.Workload.NoStrategy;
import dev.gapless.workload.Workload.NodeUpdate;
import dev.gapless.workload.Workload.OnDelete;
import dev.gapless.workload.Workload.Rolling;
import dev.gapless.workload.Workload.Rollout;
import dev.gapless.workload.Workload.RoutedCanary;
import dev.gapless.workload.Workload.StatefulSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A rollout that waits for a new pod which may find no place beside the old ones.
public final class SurgeCannotSchedule implements Rule {
  private static final RuleDoc DOC =
      new RuleDoc(
          "surge-cannot-schedule",
          "A rollout needs a new pod beside the old ones, and something may leave it no place",
          "0.1.0",
          Mode.AUDIT,
          List.of(),
          """
          A rollout that may not lose a pod starts the new one first. Where the new pod can only run \
          on a node that has none of the old ones, and there is no such node, it stays Pending, the \
          old pods stay too, and the rollout never ends: the change that was meant to repair \
          something does not arrive.

          What the manifest shows of it: a host port (with hostNetwork every declared port is one), \
          required anti-affinity of the pods to themselves, be it on the host name, the zone or \
          anything else, a spread that must hold (DoNotSchedule), counts the old pods and may want a \
          domain that cannot be had, and a claim that a single pod mounts to write. A spread alone \
          always lets the domain with the fewest pods take one more. It is in the way only where \
          minDomains asks for more domains than there are, or where that domain is a node which is \
          tainted or full: so a spread over host names counts, unless nodeTaintsPolicy is Honor, and \
          one over zones does not. A claim that is ReadWriteOnce can be mounted on one node at a time, a \
          ReadWriteOncePod one by one pod; only the claim tells, not the workload. Several replicas \
          that share a claim show that it can be shared, and a pod that is tied to its node finds \
          the claim there. Whether another node is free, no manifest can tell: so the rule says \
          what may happen and changes nothing.

          It speaks only where a rollout cannot move without the surge: a Deployment or a canary \
          whose maxUnavailable comes to 0, a blueGreen Rollout, a canary with traffic routing, and a \
          DaemonSet with maxSurge, whose new pod has to fit on the very node of the old one. \
          recreate-strategy judges Recreate; rollout-loses-capacity leaves alone what is named \
          here.\
          """,
          """
          Let the rollout take a pod away first: `maxSurge: 0` and `maxUnavailable: 1`; for a \
          DaemonSet `maxUnavailable` alone. Or take the obstacle away: no host port behind a \
          Service, preferred anti-affinity instead of required, ScheduleAnyway or \
          `nodeTaintsPolicy: Honor`, or `matchLabelKeys: \
          [pod-template-hash]`, by which old and new pods do not count as one (in an anti-affinity \
          from Kubernetes 1.31 on). Where a spare node is always there, exempt the workload.\
          """,
          List.of(
              "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#max-unavailable",
              "https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/",
              "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes"));

  @Override
  public RuleDoc doc() {
    return DOC;
  }

  @Override
  public Outcome judge(Subject subject) {
    Workload workload = subject.workload();
    if (workload.pods().orElse(1) == 0) {
      return new Outcome.Skipped("it asks for no pods");
    }
    return switch (workload) {
      case Deployment deployment ->
          deployment
              .rolling()
              .map(rolling -> rolling(subject, rolling))
              .orElse(new Outcome.Skipped("it does not roll: recreate-strategy judges it"));
      case StatefulSet _ -> new Outcome.Skipped("a StatefulSet never starts a pod beside its own");
      case DaemonSet set -> daemonSet(set);
      case Rollout rollout ->
          switch (rollout.strategy()) {
            case BasicCanary _ -> rolling(subject, rollout.rolling().orElseThrow());
            case RoutedCanary _ -> secondSet(subject, Rollout.CANARY.child("trafficRouting"));
            case BlueGreen _ -> secondSet(subject, Rollout.BLUE_GREEN);
            case NoStrategy _ ->
                new Outcome.Skipped("it has neither a canary nor a blueGreen strategy alone");
          };
    };
  }

  private static Outcome rolling(Subject subject, Rolling rolling) {
    List<String> obstacles = obstacles(subject);
    if (obstacles.isEmpty() || rolling.unavailable() > 0) {
      return new Outcome.Passed();
    }
    return failed(
        rolling.maxUnavailable(),
        "must come to 1 or more, comes to 0, and a surge may find no node: "
            + obstacles.getFirst());
  }

  private static Outcome secondSet(Subject subject, FieldPath path) {
    List<String> obstacles = obstacles(subject);
    if (obstacles.isEmpty()) {
      return new Outcome.Passed();
    }
    return failed(
        path,
        "needs new pods beside all old ones, and they may find no node: " + obstacles.getFirst());
  }

  private static Outcome daemonSet(DaemonSet set) {
    return switch (set.update()) {
      case OnDelete _ -> new Outcome.Skipped("with OnDelete whoever deletes a pod replaces it");
      case NodeUpdate update when !update.surges() -> new Outcome.Passed();
      case NodeUpdate update ->
          perNode(set.template())
              .map(obstacle ->
                  failed(
                      DaemonSet.MAX_SURGE,
                      "must be 0, is "
                          + update.maxSurge()
                          + ": "
                          + obstacle.what()
                          + " keeps the new pod off the old one's node"))
              .orElse(new Outcome.Passed());
    };
  }

  private static Outcome failed(FieldPath path, String message) {
    return new Outcome.Failed(List.of(Finding.of(path, message)));
  }

  /// What keeps two of the pods off one node.
  static Optional<SurgeObstacle> perNode(PodTemplate template) {
    return template.surgeObstacles().stream().filter(SurgeObstacle::perNode).findFirst();
  }

  /// What may keep a new pod from being placed beside the old ones, in the words of a message.
  static List<String> obstacles(Subject subject) {
    Workload workload = subject.workload();
    var obstacles = new ArrayList<String>();
    workload.template().surgeObstacles().forEach(it -> obstacles.add(it.what()));
    if (workload.pods().orElse(0) == 1 && !tiedToNode(subject)) {
      for (String claim : workload.template().persistentVolumeClaims()) {
        obstacles.add("claim \"" + claim + "\" (unless it is ReadWriteMany)");
      }
    }
    return obstacles;
  }

  /// Whether the pods can only stand on one node.
  static boolean tiedToNode(Subject subject) {
    FieldPath pod = subject.workload().template().path().child("spec");
    return pod.child("nodeName").in(subject.object()).isTextual()
        || pod.child("nodeSelector")
            .child("kubernetes.io/hostname")
            .in(subject.object())
            .isTextual();
  }
}
