package dev.gapless.rules;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.neighbour.Node;
import dev.gapless.neighbour.PersistentVolumeClaim;
import dev.gapless.neighbour.ResourceQuota;
import dev.gapless.neighbour.Scale;
import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.FieldPath;
import dev.gapless.workload.PodResources;
import dev.gapless.workload.PodTemplate;
import dev.gapless.workload.Quantity;
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
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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
          the claim there.

          What the cluster tells, or files beside the workload, sharpens that. A claim that many nodes \
          may mount is no obstacle, a ReadWriteOncePod claim always is one. Where more nodes are open to \
          the pods than there are pods, one is free; where there are no more than pods that must stand \
          apart, none is, until somebody or an autoscaler adds a node. And a ResourceQuota that cannot \
          hold one more pod refuses it, by number, requests or limits; what a container leaves to the \
          namespace's defaults is not counted. Without such knowledge the rule says what may happen. It \
          changes nothing.

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
    List<Obstacle> obstacles = obstacles(subject);
    if (obstacles.isEmpty() || rolling.unavailable() > 0) {
      return new Outcome.Passed();
    }
    return failed(
        rolling.maxUnavailable(),
        "must come to 1 or more, comes to 0, and a surge "
            + (obstacles.getFirst().certain() ? "has no room: " : "may find no node: ")
            + obstacles.getFirst().what());
  }

  private static Outcome secondSet(Subject subject, FieldPath path) {
    List<Obstacle> obstacles = obstacles(subject);
    if (obstacles.isEmpty()) {
      return new Outcome.Passed();
    }
    return failed(
        path,
        "needs new pods beside all old ones, and they "
            + (obstacles.getFirst().certain() ? "have no room: " : "may find no node: ")
            + obstacles.getFirst().what());
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

  /// What may keep a new pod from being started beside the old ones, what certainly does first.
  static List<Obstacle> obstacles(Subject subject) {
    var obstacles = new ArrayList<Obstacle>();
    obstacles.addAll(places(subject));
    obstacles.addAll(claims(subject));
    obstacles.addAll(quotas(subject));
    obstacles.sort(Comparator.comparing(it -> !it.certain()));
    return List.copyOf(obstacles);
  }

  /// What keeps a new pod from being started for as long as nobody changes the workload, its claims
  /// or the nodes: not a quota, which others may leave room in a moment later.
  static boolean isStuck(Subject subject) {
    return !places(subject).isEmpty() || claims(subject).stream().anyMatch(Obstacle::certain);
  }

  /// Something in the way of a surge.
  ///
  /// @param what in the words of a message
  /// @param certain whether there is no way around it as things are
  record Obstacle(String what, boolean certain) {}

  /// What the template says, measured by the nodes where they are known.
  private static List<Obstacle> places(Subject subject) {
    List<SurgeObstacle> said = subject.workload().template().surgeObstacles();
    if (said.isEmpty()) {
      return List.of();
    }
    Optional<List<Node>> nodes = subject.surroundings().nodes().filter(it -> !it.isEmpty());
    if (nodes.isEmpty()) {
      return said.stream().map(it -> new Obstacle(it.what(), false)).toList();
    }
    List<Node> able = able(nodes.get(), subject);
    return said.stream()
        .filter(it -> !hasRoom(it, able, subject))
        .map(it -> place(it, able, subject))
        .toList();
  }

  private static Obstacle place(SurgeObstacle obstacle, List<Node> able, Subject subject) {
    return obstacle
        .apart()
        .flatMap(it -> domains(able, it))
        .filter(it -> it <= scale(subject).least())
        .map(it -> new Obstacle(obstacle.what() + ", " + each(it, obstacle), true))
        .orElse(new Obstacle(obstacle.what(), false));
  }

  private static String each(long domains, SurgeObstacle obstacle) {
    return "at most " + domains + (obstacle.perNode() ? " nodes" : " domains");
  }

  /// The nodes that the node selector allows. Cordoned and tainted ones may have some of the pods.
  private static List<Node> able(List<Node> nodes, Subject subject) {
    JsonNode selector = podSpec(subject).path("nodeSelector");
    return nodes.stream()
        .filter(node ->
            selector.properties().stream()
                .allMatch(it -> it.getValue().asText().equals(node.labels().get(it.getKey()))))
        .toList();
  }

  /// In how many places pods can stand that have to stand apart; empty where any number can,
  /// because a node without the label is none of the places.
  private static Optional<Long> domains(List<Node> nodes, String topologyKey) {
    if (topologyKey.equals(SurgeObstacle.HOSTNAME)) {
      return Optional.of((long) nodes.size());
    }
    return nodes.stream().allMatch(it -> it.labels().containsKey(topologyKey))
        ? Optional.of(labelled(nodes, topologyKey))
        : Optional.empty();
  }

  private static long labelled(List<Node> nodes, String topologyKey) {
    return nodes.stream()
        .flatMap(it -> Optional.ofNullable(it.labels().get(topologyKey)).stream())
        .distinct()
        .count();
  }

  /// Whether a place is free for certain, as far as placing goes: there are more that take the pods
  /// than there are pods.
  private static boolean hasRoom(SurgeObstacle obstacle, List<Node> able, Subject subject) {
    boolean chooses =
        podSpec(subject)
            .path("affinity")
            .path("nodeAffinity")
            .has("requiredDuringSchedulingIgnoredDuringExecution");
    String key = obstacle.apart().orElse(obstacle.perNode() ? SurgeObstacle.HOSTNAME : "");
    if (chooses || key.isEmpty()) {
      return false;
    }
    List<Node> open = able.stream().filter(it -> it.schedulable() && !it.tainted()).toList();
    long places = key.equals(SurgeObstacle.HOSTNAME) ? open.size() : labelled(open, key);
    long old = scale(subject).most();
    boolean oneByOne = subject.workload().rolling().isPresent();
    return places >= (oneByOne ? old + 1 : 2 * old);
  }

  private static Scale scale(Subject subject) {
    return subject
        .surroundings()
        .scale(subject.workload())
        .orElse(new Scale(0, 0, Optional.empty()));
  }

  /// Of claims only one pod may mount a ReadWriteOncePod one, however many there are; a
  /// ReadWriteOnce one can be shared on one node, as several replicas show that they do.
  private static List<Obstacle> claims(Subject subject) {
    Workload workload = subject.workload();
    boolean alone = workload.pods().orElse(0) == 1 && scale(subject).least() == 1;
    var obstacles = new ArrayList<Obstacle>();
    for (String name : workload.template().persistentVolumeClaims()) {
      String claim = "claim \"" + name + "\"";
      Set<String> modes =
          subject
              .surroundings()
              .claim(workload.metadata().namespace(), name)
              .map(PersistentVolumeClaim::accessModes)
              .orElse(Set.of());
      if (modes.contains("ReadWriteOncePod")) {
        obstacles.add(new Obstacle(claim + " is ReadWriteOncePod", true));
      } else if (alone && !tiedToNode(subject) && !isForManyNodes(modes)) {
        obstacles.add(
            new Obstacle(
                claim + (modes.isEmpty() ? " (unless it is ReadWriteMany)" : " is ReadWriteOnce"),
                false));
      }
    }
    return obstacles;
  }

  /// Source: `IsMultiAttachAllowed` in Kubernetes' `pkg/volume/util/util.go`.
  private static boolean isForManyNodes(Set<String> modes) {
    return modes.contains("ReadWriteMany") || modes.contains("ReadOnlyMany");
  }

  /// The quotas that refuse as many pods as a rollout must start before it deletes one.
  private static List<Obstacle> quotas(Subject subject) {
    Workload workload = subject.workload();
    boolean all = workload instanceof Rollout rollout && rollout.strategy() instanceof BlueGreen;
    int pods = all ? scale(subject).least() : 1;
    var resources = new PodResources(podSpec(subject));
    var obstacles = new ArrayList<Obstacle>();
    for (ResourceQuota quota :
        subject.surroundings().quotas(workload.metadata().namespace()).orElse(List.of())) {
      if (!quota.scoped()) {
        quota.hard().keySet().stream()
            .sorted()
            .flatMap(resource -> refuses(quota, resource, pods, resources).stream())
            .forEach(obstacles::add);
      }
    }
    return obstacles;
  }

  private static Optional<Obstacle> refuses(
      ResourceQuota quota, String resource, int pods, PodResources resources) {
    Optional<Quantity> hard = quantity(quota.hard(), resource);
    Optional<Quantity> used = quantity(quota.used(), resource);
    Optional<Quantity> taken = taken(resource, resources).map(it -> it.times(pods));
    if (hard.isEmpty() || used.isEmpty() || taken.isEmpty()) {
      return Optional.empty();
    }
    if (taken.get().value().signum() == 0
        || used.get().plus(taken.get()).compareTo(hard.get()) <= 0) {
      return Optional.empty();
    }
    return Optional.of(
        new Obstacle(
            "ResourceQuota \""
                + quota.name()
                + "\" has used "
                + used.get()
                + " of "
                + hard.get()
                + " "
                + resource
                + ", and "
                + (pods == 1 ? "a pod takes " : pods + " pods take ")
                + taken.get(),
            true));
  }

  private static Optional<Quantity> quantity(Map<String, String> quantities, String resource) {
    return Optional.ofNullable(quantities.get(resource)).flatMap(Quantity::parse);
  }

  /// What a pod takes of what a quota counts by that name; empty where that is not known.
  ///
  /// Source: `podComputeUsageHelper` in Kubernetes' `pkg/quota/v1/evaluator/core/pods.go`.
  private static Optional<Quantity> taken(String resource, PodResources resources) {
    return switch (resource) {
      case "pods", "count/pods" -> Optional.of(Quantity.ONE);
      case "cpu", "requests.cpu" -> resources.requested("cpu");
      case "memory", "requests.memory" -> resources.requested("memory");
      case "ephemeral-storage", "requests.ephemeral-storage" ->
          resources.requested("ephemeral-storage");
      case "limits.cpu" -> resources.limited("cpu");
      case "limits.memory" -> resources.limited("memory");
      case "limits.ephemeral-storage" -> resources.limited("ephemeral-storage");
      default -> Optional.empty();
    };
  }

  private static JsonNode podSpec(Subject subject) {
    return subject.workload().template().path().child("spec").in(subject.object());
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
