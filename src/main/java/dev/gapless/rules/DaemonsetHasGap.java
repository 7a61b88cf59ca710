package dev.gapless.rules;

import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.Workload.DaemonSet;
import dev.gapless.workload.Workload.NodeUpdate;
import java.util.List;

/// A DaemonSet whose pod on a node goes before the next one is there.
public final class DaemonsetHasGap implements Rule {
  private static final RuleDoc DOC =
      new RuleDoc(
          "daemonset-has-gap",
          "A rollout of a DaemonSet leaves each node without its pod for a while",
          "0.1.0",
          Mode.AUDIT,
          List.of(),
          """
          By default a rollout of a DaemonSet deletes the pod of a node and then starts its \
          successor. Until that is ready, whoever asks the node's own pod gets no answer: a local \
          proxy, a DNS cache, an ingress controller behind a host port.

          With `maxSurge: 1` and `maxUnavailable: 0` the new pod becomes ready beside the old one \
          first. That works only where two of them can run on one node: not with a host port, for \
          which the second would wait for ever, and not where both write to one folder of the host. \
          Nothing but the application's author can know that, so a surge is never set by a fix. \
          A DaemonSet that takes no traffic is not judged.\
          """,
          """
          Set `maxSurge: 1` and `maxUnavailable: 0` under updateStrategy.rollingUpdate where two pods \
          can share a node. With a host port take the node out of the load balancer before its pod \
          goes, or put the pods behind a Service that knows which of them are ready.\
          """,
          List.of(
              "https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/",
              "https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/daemon-set-v1/"));

  @Override
  public RuleDoc doc() {
    return DOC;
  }

  @Override
  public Outcome judge(Subject subject) {
    if (!(subject.workload() instanceof DaemonSet set)) {
      return new Outcome.Skipped("only a DaemonSet has a pod for each node");
    }
    if (!(set.update() instanceof NodeUpdate update)) {
      return new Outcome.Skipped("with OnDelete whoever deletes a pod replaces it");
    }
    if (!subject.takesTraffic()) {
      return new Outcome.Skipped("no container declares a port, so nothing sends the pods traffic");
    }
    if (update.surges()) {
      return new Outcome.Passed();
    }
    String message =
        SurgeCannotSchedule.perNode(set.template())
            .map(obstacle ->
                "is "
                    + update.maxSurge()
                    + ": a rollout leaves each node without its pod for a while; no room for a surge: "
                    + obstacle.what())
            .orElse(
                "must be above 0, beside a maxUnavailable of 0, is "
                    + update.maxSurge()
                    + ": a rollout leaves each node without its pod for a while");
    return new Outcome.Failed(List.of(Finding.of(DaemonSet.MAX_SURGE, message)));
  }
}
