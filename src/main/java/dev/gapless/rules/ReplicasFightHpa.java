package dev.gapless.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import dev.gapless.neighbour.HorizontalPodAutoscaler;
import dev.gapless.neighbour.WorkloadOutline;
import dev.gapless.patch.Edit;
import dev.gapless.policy.Change;
import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.rule.Fix;
import dev.gapless.rule.NeighbourSubject;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.ObjectMeta;
import dev.gapless.workload.Workload;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A number of replicas that is set back while an autoscaler decides about it.
public final class ReplicasFightHpa implements Rule {
  private static final RuleDoc DOC =
      new RuleDoc(
          "replicas-fight-hpa",
          "A workload writes the number of replicas that an autoscaler decides about",
          "0.1.0",
          Mode.AUDIT,
          List.of(),
          """
          An autoscaler has scaled a Deployment from 2 pods to 20. Then somebody applies the manifest, \
          in which still stands `replicas: 2`: 18 pods are deleted at once, in the middle of the load \
          that asked for them, and the autoscaler starts from the bottom. A server-side apply reports \
          a conflict instead, unless it is forced.

          Taking the number out of the manifest is no way out by itself: kubectl's client-side apply \
          then removes the field, and the API server fills in its default. The workload has 1 pod \
          once, until the autoscaler notices. The same do `kubectl replace` and every other PUT of a \
          manifest without the number.

          In a file the number counts wherever it stands, in a cluster where somebody wrote it or an \
          update changes it. `kubectl scale` and the autoscaler itself write another resource and are \
          never seen here. A number of 0 switches an autoscaler off, and one that the autoscaler holds \
          anyway, because minReplicas and maxReplicas are equal to it, fights nobody.

          The fix keeps the number that is stored, on an update that would change it: with `change: \
          Unset` where nobody wrote the new one, as when it was taken out, with `change: Any` also \
          over a written one. A file is not fixed, because taking the number out is what sets it to 1.\
          """,
          """
          Take the number out of the manifest and of what kubectl remembers of it, in that order: \
          `kubectl apply edit-last-applied deployment/NAME`, delete `replicas` there, then apply the \
          manifest without it. With server-side apply the number may go as soon as another field \
          manager owns it, which is so once the autoscaler has scaled; before that, apply the number \
          alone with another `--field-manager`. Or set this rule to Fix and apply.\
          """,
          List.of(
              "https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling",
              "https://kubernetes.io/docs/reference/using-api/server-side-apply/#transferring-ownership"));

  @Override
  public RuleDoc doc() {
    return DOC;
  }

  @Override
  public boolean fixes() {
    return true;
  }

  @Override
  public Set<String> neighbourKinds() {
    return Set.of(HorizontalPodAutoscaler.KIND);
  }

  @Override
  public Outcome judge(Subject subject) {
    Workload workload = subject.workload();
    if (workload.pods().isEmpty()) {
      return new Outcome.Skipped("a DaemonSet counts nodes");
    }
    ObjectMeta metadata = workload.metadata();
    Optional<List<HorizontalPodAutoscaler>> autoscalers =
        subject
            .surroundings()
            .autoscalersOf(metadata.namespace(), workload.kind(), metadata.name());
    if (autoscalers.isEmpty()) {
      return new Outcome.Skipped("autoscalers are not known");
    }
    if (autoscalers.get().isEmpty()) {
      return new Outcome.Skipped("no autoscaler scales it");
    }
    int replicas = workload.pods().getAsInt();
    if (replicas == 0) {
      return new Outcome.Skipped("with 0 replicas an autoscaler leaves it alone");
    }
    HorizontalPodAutoscaler autoscaler = autoscalers.get().getFirst();
    Optional<Integer> stored = subject.oldObject().flatMap(ReplicasFightHpa::stored);
    if (autoscaler.holdsAt(replicas)) {
      return new Outcome.Passed();
    }
    if (stored.isPresent() && stored.get() != replicas) {
      return new Outcome.Failed(List.of(changed(autoscaler, replicas, stored.get())));
    }
    boolean writes =
        subject.oldObject().isPresent()
            ? setsAgain(subject)
            : subject.wrote(Workload.REPLICAS) || subject.authorship().isApplied(Workload.REPLICAS);
    if (!writes) {
      return new Outcome.Passed();
    }
    return new Outcome.Failed(
        List.of(
            Finding.of(
                Workload.REPLICAS,
                "must be left to "
                    + range(autoscaler)
                    + ", is "
                    + replicas
                    + ": each apply sets it back")));
  }

  // 0 had switched the autoscaler off: whatever comes after it switches it on.
  private static Optional<Integer> stored(JsonNode old) {
    JsonNode replicas = Workload.REPLICAS.in(old);
    return Optional.of(replicas.asInt(1)).filter(it -> it > 0);
  }

  /// Whether the next apply sets the number again. A fix keeps the stored one over whatever is
  /// written where the policy wants that: then it does not.
  private static boolean setsAgain(Subject subject) {
    return subject.policy().change() != Change.ANY
        && subject.authorship().isApplied(Workload.REPLICAS);
  }

  private static Finding changed(HorizontalPodAutoscaler autoscaler, int replicas, int stored) {
    return new Finding(
        Workload.REPLICAS,
        "must be left to " + range(autoscaler) + ", is set from " + stored + " to " + replicas,
        Optional.of(
            new Fix(
                List.of(new Edit.Set(Workload.REPLICAS, IntNode.valueOf(stored))),
                "keep " + stored)));
  }

  private static String range(HorizontalPodAutoscaler autoscaler) {
    return autoscaler.title()
        + " ("
        + autoscaler.minReplicas()
        + " to "
        + autoscaler.maxReplicas()
        + ")";
  }

  @Override
  public Outcome judge(NeighbourSubject subject) {
    var autoscaler = (HorizontalPodAutoscaler) subject.neighbour();
    Optional<WorkloadOutline> target = subject.surroundings().target(autoscaler);
    if (target.isEmpty()) {
      return new Outcome.Skipped("what it scales is not known");
    }
    WorkloadOutline workload = target.get();
    int replicas = workload.replicas().orElse(0);
    if (replicas == 0) {
      return new Outcome.Skipped("what it scales asks for no pods: it leaves that alone");
    }
    if (!workload.writesReplicas() || autoscaler.holdsAt(replicas)) {
      return new Outcome.Passed();
    }
    return new Outcome.Failed(
        List.of(
            Finding.of(
                HorizontalPodAutoscaler.TARGET,
                "must name what leaves its number to it: "
                    + workload.title()
                    + " writes spec.replicas, and each apply sets it back")));
  }
}
