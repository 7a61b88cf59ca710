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
import dev.gapless.rules.SurgeCannotSchedule.Obstacle;
import dev.gapless.workload.FieldPath;
import dev.gapless.workload.IntOrString;
import dev.gapless.workload.Workload;
import dev.gapless.workload.Workload.BasicCanary;
import dev.gapless.workload.Workload.BlueGreen;
import dev.gapless.workload.Workload.DaemonSet;
import dev.gapless.workload.Workload.Deployment;
import dev.gapless.workload.Workload.NoStrategy;
import dev.gapless.workload.Workload.Rolling;
import dev.gapless.workload.Workload.RollingUpdate;
import dev.gapless.workload.Workload.Rollout;
import dev.gapless.workload.Workload.RoutedCanary;
import dev.gapless.workload.Workload.StatefulSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A rolling update that takes working pods away before their successors work.
public final class RolloutLosesCapacity implements Rule {
  private static final IntOrString DEFAULT_SURGE = new IntOrString.Text("25%");

  private static final RuleDoc DOC =
      new RuleDoc(
          "rollout-loses-capacity",
          "A rolling update may run with fewer pods than the workload asks for",
          "0.1.0",
          Mode.FIX,
          List.of("maxSurge"),
          """
          maxUnavailable is how many pods a rollout may do without. Kubernetes' default is 25%, \
          rounded down: nothing up to 3 replicas, one of 4, five of 20. The remaining pods have to \
          carry the whole load, in the minutes in which the new ones are still cold.

          A maxUnavailable that nobody wrote becomes 0, whatever the number of replicas is today, \
          because it changes later. A written one is judged by what it comes to, by the \
          controller's own arithmetic: maxSurge rounds up, maxUnavailable rounds down, and when both \
          come to 0 the controller takes 1 away.

          An Argo Rollout with a canary strategy is judged by the same arithmetic, which Argo Rollouts \
          shares, with its default of 25% too. With traffic routing or blueGreen the old pods stay \
          until nothing is sent to them: there is nothing to judge.

          Not judged is what may have no room for an additional pod: a host port, required \
          anti-affinity of the pods to themselves, a claim of a single pod, or a DoNotSchedule spread \
          over host names (without nodeTaintsPolicy Honor) or with minDomains, unless known nodes and \
          claims show that there is room; and a ResourceQuota that cannot hold one more pod. There a \
          surge could wait for ever; surge-cannot-schedule says where one does.\
          """,
          """
          Set maxUnavailable to 0 and leave maxSurge at 25% or more, so that large workloads still \
          roll in reasonable time.\
          """,
          List.of(
              "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#max-unavailable",
              "https://argo-rollouts.readthedocs.io/en/stable/features/canary/"));

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
    Optional<Rolling> rolling = subject.workload().rolling();
    if (rolling.isEmpty()) {
      return new Outcome.Skipped(unbounded(subject.workload()));
    }
    List<Obstacle> obstacles = SurgeCannotSchedule.obstacles(subject);
    if (!obstacles.isEmpty()) {
      return new Outcome.Skipped(
          (obstacles.getFirst().certain()
                  ? "a surge finds no room: "
                  : "a surge may find no node: ")
              + String.join(", ", obstacles.stream().map(Obstacle::what).toList()));
    }
    var findings = new ArrayList<Finding>();
    unavailable(subject, rolling.get()).ifPresent(findings::add);
    surge(subject, rolling.get()).ifPresent(findings::add);
    return Outcome.Failed.ifAny(findings);
  }

  private static String unbounded(Workload workload) {
    return switch (workload) {
      case Deployment _ -> "it does not roll: recreate-strategy judges it";
      case StatefulSet _, DaemonSet _ -> "only a Deployment rolls with a surge by default";
      case Rollout rollout ->
          switch (rollout.strategy()) {
            case BasicCanary _, RoutedCanary _ ->
                "with traffic routing the old pods stay until nothing is sent to them";
            case BlueGreen _ -> "the old pods stay until the Service is switched to the new ones";
            case NoStrategy _ -> "it has neither a canary nor a blueGreen strategy alone";
          };
    };
  }

  private static Optional<Finding> unavailable(Subject subject, Rolling rolling) {
    RollingUpdate strategy = rolling.bounds();
    int replicas = rolling.replicas();
    boolean written = subject.wrote(rolling.maxUnavailable());
    boolean loses = rolling.unavailable() > 0;
    boolean zero = strategy.maxUnavailable().roundedUp(1) == 0;
    if (written ? !loses : zero) {
      return Optional.empty();
    }
    String message =
        written
            ? "must come to 0, "
                + strategy.maxUnavailable()
                + " of "
                + replicas
                + " replicas comes to "
                + strategy.unavailable(replicas)
            : "must be 0, is " + strategy.maxUnavailable() + " by default";
    if (strategy.surge(1) == 0) {
      message += "; for that maxSurge must be above 0";
    }
    return Optional.of(new Finding(rolling.maxUnavailable(), message, fix(subject, rolling)));
  }

  // 0 beside a maxSurge of 0 is rejected by the API server: the two are set together or not at all.
  private static Optional<Fix> fix(Subject subject, Rolling rolling) {
    var edits = new ArrayList<Edit>();
    String would = "set it to 0";
    if (rolling.bounds().surge(1) == 0) {
      IntOrString surge = subject.policy().maxSurge().orElse(DEFAULT_SURGE);
      edits.add(new Edit.Set(rolling.maxSurge(), surge.json()));
      would += " and maxSurge to " + surge;
    }
    edits.add(new Edit.Set(rolling.maxUnavailable(), IntNode.valueOf(0)));
    return Optional.of(new Fix(edits, would));
  }

  private static Optional<Finding> surge(Subject subject, Rolling rolling) {
    Optional<IntOrString> wanted = subject.policy().maxSurge();
    FieldPath path = rolling.maxSurge();
    IntOrString surge = rolling.bounds().maxSurge();
    if (wanted.isEmpty()) {
      return isOurs(subject, path) && !surge.equals(DEFAULT_SURGE)
          ? Optional.of(
              surge(
                  "is " + surge + " by a policy that holds no more",
                  new Edit.Remove(path),
                  "leave it to the default of 25%"))
          : Optional.empty();
    }
    if (wanted.get().equals(surge) || subject.wrote(path)) {
      return Optional.empty();
    }
    return Optional.of(
        surge(
            "must be " + wanted.get() + " by the policy, is " + surge,
            new Edit.Set(path, wanted.get().json()),
            "set it to " + wanted.get()));
  }

  private static Finding surge(String message, Edit edit, String would) {
    return new Finding(edit.path(), message, Optional.of(new Fix(List.of(edit), would)));
  }

  /// Takes back a maxUnavailable of ours where a rollout could no longer move with it: beside a
  /// maxSurge of 0, which the API server rejects, and where a surge may find no node.
  @Override
  public List<Edit> withdraw(Subject subject) {
    Optional<Rolling> rolling = subject.workload().rolling();
    if (rolling.isEmpty()) {
      return List.of();
    }
    boolean stuck = rolling.get().bounds().surge(1) == 0 || SurgeCannotSchedule.isStuck(subject);
    FieldPath path = rolling.get().maxUnavailable();
    return stuck && isOurs(subject, path) ? List.of(new Edit.Remove(path)) : List.of();
  }

  private static boolean isOurs(Subject subject, FieldPath path) {
    return subject.injected().holds(path, path.in(subject.object())) && !subject.wrote(path);
  }
}
