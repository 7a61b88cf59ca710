package dev.gapless.rules;

import dev.gapless.policy.Mode;
import dev.gapless.policy.Names;
import dev.gapless.rule.Finding;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.Container;
import dev.gapless.workload.IntOrString;
import dev.gapless.workload.Probe;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A readiness probe that asks a port by a name which its container does not declare.
public final class ReadinessPortUndeclared implements Rule {
  private static final RuleDoc DOC =
      new RuleDoc(
          "readiness-port-undeclared",
          "A readiness probe names a port that its container does not declare",
          "0.1.0",
          Mode.ENFORCE,
          List.of(),
          """
          The kubelet looks a probe's port name up among the ports of the same container. When it is \
          not there the probe fails for ever, no new pod becomes ready, and the rollout hangs until \
          its progress deadline.\
          """,
          """
          Declare a port of that name in the same container, correct the name, or use the number.\
          """,
          List.of(
              "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#use-a-named-port"));

  @Override
  public RuleDoc doc() {
    return DOC;
  }

  @Override
  public Outcome judge(Subject subject) {
    List<Container> probed =
        subject.workload().template().servingContainers().stream()
            .filter(it -> it.readinessProbe().isPresent())
            .toList();
    if (probed.isEmpty()) {
      return new Outcome.Skipped("no container has a readiness probe");
    }
    return Outcome.Failed.ifAny(
        probed.stream().flatMap(it -> undeclared(it, it.readinessProbe()).stream()).toList());
  }

  private static Optional<Finding> undeclared(Container container, Optional<Probe> probe) {
    // A number in quotes is no port name: the API server rejects it itself.
    if (probe.isEmpty()
        || !(probe.get().port().orElse(null) instanceof IntOrString.Text(String port))
        || port.chars().noneMatch(Character::isLetter)) {
      return Optional.empty();
    }
    List<String> declared =
        container.ports().stream()
            .flatMap(it -> it.name().map(Stream::of).orElse(Stream.empty()))
            .toList();
    if (declared.contains(port)) {
      return Optional.empty();
    }
    return Optional.of(
        Finding.of(
            probe.get().portPath(),
            "must be a port that container \""
                + container.name()
                + "\" declares, is \""
                + port
                + "\""
                + Names.suggestion(port, declared)));
  }
}
