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
import dev.gapless.workload.FieldPath;
import dev.gapless.workload.IntOrString;
import dev.gapless.workload.Workload.Deployment;
import dev.gapless.workload.Workload.RollingUpdate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A rolling update that takes working pods away before their successors work.
public final class RolloutLosesCapacity implements Rule {
  private static final IntOrString DEFAULT_SURGE = new IntOrString.Text("25%");

  private static final RuleDoc DOC =
      new RuleDoc(
          "rollout-loses-capacity",
          "A rolling update may run with fewer pods than the Deployment asks for",
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

          Not judged is what the manifest shows may have no room for an additional pod: a host port, \
          required anti-affinity on the host name, a DoNotSchedule spread. There a surge could wait \
          for ever.\
          """,
          """
          Set maxUnavailable to 0 and leave maxSurge at 25% or more, so that large Deployments still \
          roll in reasonable time.\
          """,
          List.of(
              "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#max-unavailable"));

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
    if (!(subject.workload() instanceof Deployment deployment)) {
      return new Outcome.Skipped("only a Deployment rolls with a surge by default");
    }
    if (!(deployment.strategy() instanceof RollingUpdate strategy)) {
      return new Outcome.Skipped("it does not roll: recreate-strategy judges it");
    }
    List<String> obstacles = deployment.template().surgeObstacles();
    if (!obstacles.isEmpty()) {
      return new Outcome.Skipped("a surge may find no node: " + String.join(", ", obstacles));
    }
    var findings = new ArrayList<Finding>();
    unavailable(subject, deployment.replicas(), strategy).ifPresent(findings::add);
    surge(subject, strategy).ifPresent(findings::add);
    return Outcome.Failed.ifAny(findings);
  }

  private static Optional<Finding> unavailable(
      Subject subject, int replicas, RollingUpdate strategy) {
    boolean written = subject.wrote(Deployment.MAX_UNAVAILABLE);
    boolean loses = strategy.unavailable(replicas) > 0 && replicas > 0;
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
    return Optional.of(new Finding(Deployment.MAX_UNAVAILABLE, message, fix(subject, strategy)));
  }

  // 0 beside a maxSurge of 0 is rejected by the API server: the two are set together or not at all.
  private static Optional<Fix> fix(Subject subject, RollingUpdate strategy) {
    var edits = new ArrayList<Edit>();
    String would = "set it to 0";
    if (strategy.surge(1) == 0) {
      IntOrString surge = subject.policy().maxSurge().orElse(DEFAULT_SURGE);
      edits.add(new Edit.Set(Deployment.MAX_SURGE, surge.json()));
      would += " and maxSurge to " + surge;
    }
    edits.add(new Edit.Set(Deployment.MAX_UNAVAILABLE, IntNode.valueOf(0)));
    return Optional.of(new Fix(edits, would));
  }

  private static Optional<Finding> surge(Subject subject, RollingUpdate strategy) {
    Optional<IntOrString> wanted = subject.policy().maxSurge();
    if (wanted.isEmpty()) {
      return isOurs(subject, Deployment.MAX_SURGE) && !strategy.maxSurge().equals(DEFAULT_SURGE)
          ? Optional.of(
              surge(
                  "is " + strategy.maxSurge() + " by a policy that holds no more",
                  new Edit.Remove(Deployment.MAX_SURGE),
                  "leave it to Kubernetes' default"))
          : Optional.empty();
    }
    if (wanted.get().equals(strategy.maxSurge()) || subject.wrote(Deployment.MAX_SURGE)) {
      return Optional.empty();
    }
    return Optional.of(
        surge(
            "must be " + wanted.get() + " by the policy, is " + strategy.maxSurge(),
            new Edit.Set(Deployment.MAX_SURGE, wanted.get().json()),
            "set it to " + wanted.get()));
  }

  private static Finding surge(String message, Edit edit, String would) {
    return new Finding(Deployment.MAX_SURGE, message, Optional.of(new Fix(List.of(edit), would)));
  }

  /// Takes back a maxUnavailable of ours where a rollout could no longer move with it: beside a
  /// maxSurge of 0, which the API server rejects, and where a surge may find no node.
  @Override
  public List<Edit> withdraw(Subject subject) {
    boolean stuck =
        subject.workload() instanceof Deployment deployment
            && deployment.strategy() instanceof RollingUpdate strategy
            && (strategy.surge(1) == 0 || !deployment.template().surgeObstacles().isEmpty());
    return stuck && isOurs(subject, Deployment.MAX_UNAVAILABLE)
        ? List.of(new Edit.Remove(Deployment.MAX_UNAVAILABLE))
        : List.of();
  }

  private static boolean isOurs(Subject subject, FieldPath path) {
    return subject.injected().holds(path, path.in(subject.object())) && !subject.wrote(path);
  }
}
