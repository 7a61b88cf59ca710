package dev.gapless.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.neighbour.Scale;
import dev.gapless.patch.Edit;
import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.rule.Fix;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.FieldPath;
import dev.gapless.workload.KubernetesVersion;
import dev.gapless.workload.SurgeObstacle;
import dev.gapless.workload.Workload;
import java.util.List;
import java.util.Optional;

/// Several pods that may all stand on one node or in one zone, and go with it.
public final class SpreadMissing implements Rule {
  /// The first release whose API server keeps `matchLabelKeys`: the gate
  /// MatchLabelKeysInPodTopologySpread is beta and on since 1.27 (Kubernetes'
  /// `pkg/features/kube_features.go`).
  private static final KubernetesVersion MATCH_LABEL_KEYS = new KubernetesVersion(1, 27);

  private static final List<String> TOPOLOGY_KEYS =
      List.of("kubernetes.io/hostname", "topology.kubernetes.io/zone");

  private static final FieldPath SELECTOR = FieldPath.of("spec", "selector");

  private static final RuleDoc DOC =
      new RuleDoc(
          "spread-missing",
          "Nothing tells the scheduler to spread the pods over nodes and zones",
          "0.1.0",
          Mode.AUDIT,
          List.of(),
          """
          Replicas protect against the loss of a node only when they do not stand on the same one. A \
          rollout places all pods anew, often within a minute and on the few nodes that have room \
          just then; a drain, an upgrade or a failure of that node then takes most of them at once.

          The scheduler has defaults of its own: by host name with a skew of 3, by zone with 5. Both \
          are only preferences, and the wider the skew, the less a difference counts, so that with \
          few replicas another preference easily weighs more, say for a node that has the image. An \
          administrator may have replaced them besides. Explicit constraints with a skew of 1 count \
          fully and travel with the workload. They remain preferences (ScheduleAnyway): no pod stays \
          Pending because of them. With matchLabelKeys, from Kubernetes 1.27 on, the old pods of a \
          rollout do not count beside the new ones.

          Constraints of any kind whose labelSelector matches the pods themselves, pod affinity or anti-affinity, and whatever keeps two pods off one \
          node, such as a host port, count as spread. One replica needs none, unless a known \
          autoscaler may make more of it. A DaemonSet has one pod \
          on each node. Setting the constraints changes the pod template, so a fix only joins a \
          rollout that takes place anyway.\
          """,
          """
          Add two topologySpreadConstraints with `maxSkew: 1` and `whenUnsatisfiable: \
          ScheduleAnyway`, for `kubernetes.io/hostname` and `topology.kubernetes.io/zone`, with the \
          workload's own selector. A policy that sets this rule to Fix does so, where there are none. \
          Constraints that count other pods are left for their author to mend.\
          """,
          List.of(
              "https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/",
              "https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/#internal-default-constraints"));

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
    Workload workload = subject.workload();
    if (workload.pods().isEmpty()) {
      return new Outcome.Skipped("a DaemonSet has one pod on each node");
    }
    if (!subject.takesTraffic()) {
      return new Outcome.Skipped("no container declares a port, so nothing sends the pods traffic");
    }
    if (subject.surroundings().scale(workload).map(Scale::most).orElse(0) < 2) {
      return new Outcome.Skipped("fewer than 2 pods need no spread");
    }
    FieldPath pod = workload.template().path().child("spec");
    FieldPath constraints = pod.child("topologySpreadConstraints");
    if (isSpread(subject, pod)) {
      return new Outcome.Passed();
    }
    String must = "must spread the pods over nodes and zones, ";
    JsonNode found = constraints.in(subject.object());
    if (!found.isEmpty()) {
      return new Outcome.Failed(
          List.of(Finding.of(constraints, must + "has no labelSelector that matches them")));
    }
    return new Outcome.Failed(
        List.of(
            new Finding(
                constraints,
                must + "is " + (found.isMissingNode() ? "absent" : "empty"),
                fix(subject, constraints))));
  }

  private static boolean isSpread(Subject subject, FieldPath pod) {
    JsonNode object = subject.object();
    FieldPath affinity = pod.child("affinity");
    return subject.workload().template().spread()
        || hasOwnSelector(object, pod.child("topologySpreadConstraints"))
        || !affinity.child("podAntiAffinity").in(object).isEmpty()
        || !affinity.child("podAffinity").in(object).isEmpty()
        || SurgeCannotSchedule.tiedToNode(subject)
        || subject.workload().template().surgeObstacles().stream().anyMatch(SurgeObstacle::perNode);
  }

  // As the fix sets it; the API server sees to it that it matches the pods.
  private static boolean hasOwnSelector(JsonNode object, FieldPath constraints) {
    JsonNode selector = SELECTOR.in(object);
    for (JsonNode constraint : constraints.in(object)) {
      if (!selector.isEmpty() && selector.equals(constraint.path("labelSelector"))) {
        return true;
      }
    }
    return false;
  }

  // A Rollout may come without a selector; Argo rejects it, and there is nothing to count by.
  private static Optional<Fix> fix(Subject subject, FieldPath path) {
    JsonNode selector = SELECTOR.in(subject.object());
    if (selector.isEmpty()) {
      return Optional.empty();
    }
    ArrayNode constraints = JsonNodeFactory.instance.arrayNode();
    for (String topologyKey : TOPOLOGY_KEYS) {
      ObjectNode constraint = constraints.addObject();
      constraint
          .put("maxSkew", 1)
          .put("topologyKey", topologyKey)
          .put("whenUnsatisfiable", "ScheduleAnyway")
          .set("labelSelector", selector.deepCopy());
      if (subject.kubernetes().atLeast(MATCH_LABEL_KEYS)) {
        constraint.putArray("matchLabelKeys").add(subject.workload().revisionLabel());
      }
    }
    return Optional.of(
        new Fix(
            List.of(new Edit.Set(path, constraints)),
            "set two soft constraints, by host name and by zone"));
  }
}
