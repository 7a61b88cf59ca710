package dev.gapless.rules;

import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.Workload.Deployment;
import dev.gapless.workload.Workload.Recreate;
import java.util.ArrayList;
import java.util.List;

/// A Deployment that is down during every rollout, by its own wish.
public final class RecreateStrategy implements Rule {
  private static final RuleDoc DOC =
      new RuleDoc(
          "recreate-strategy",
          "The Deployment stops all its pods before it starts new ones",
          "0.1.0",
          Mode.WARN,
          List.of(),
          """
          With the Recreate strategy every rollout is downtime, from the end of the last old pod to \
          the readiness of the first new one.

          Some pods leave no other choice: two of them cannot share a host port on one node or a \
          claim that only one may mount. The finding says what in the manifest may be such a reason. \
          Even then RollingUpdate with maxSurge 0 and maxUnavailable 1 loses one pod at a time \
          instead of all; of a single replica that is all there is, and the downtime the same. The strategy is never converted by a fix: a surge that cannot be placed \
          makes a rollout that never ends.\
          """,
          """
          Use RollingUpdate where nothing forbids two versions side by side. Where something does, \
          use RollingUpdate with `maxSurge: 0` and `maxUnavailable: 1`, or exempt the workload.\
          """,
          List.of(
              "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#recreate-deployment"));

  @Override
  public RuleDoc doc() {
    return DOC;
  }

  @Override
  public Outcome judge(Subject subject) {
    if (!(subject.workload() instanceof Deployment deployment)) {
      return new Outcome.Skipped("only a Deployment has this strategy");
    }
    if (!(deployment.strategy() instanceof Recreate)) {
      return new Outcome.Passed();
    }
    var reasons = new ArrayList<String>();
    deployment.template().surgeObstacles().forEach(obstacle -> reasons.add(obstacle.what()));
    for (String claim : deployment.template().persistentVolumeClaims()) {
      reasons.add("claim \"" + claim + "\"");
    }
    String message =
        reasons.isEmpty()
            ? "must be RollingUpdate, is Recreate: each rollout is downtime, and nothing in the"
                + " manifest needs it"
            : "is Recreate: each rollout is downtime; "
                + reasons.getFirst()
                + " may be the reason, then "
                + (deployment.replicas() > 1
                    ? "RollingUpdate with maxSurge 0 loses one pod at a time"
                    : "one replica is down with RollingUpdate and maxSurge 0 too");
    return new Outcome.Failed(List.of(Finding.of(Deployment.STRATEGY_TYPE, message)));
  }
}
