package dev.gapless.cli;

import dev.gapless.policy.Mode;
import dev.gapless.policy.Policies;
import dev.gapless.rule.Rule;
import dev.gapless.workload.KubernetesVersion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/// The options by which manifests are judged.
final class JudgingOptions {
  @Option(
      names = "--policy",
      paramLabel = "FILE",
      description =
          "Judge by the policies of this file, or among the manifests in this folder, instead of the"
              + " built-in one; may be given several times.")
  private List<String> policies = new ArrayList<>();

  @Option(
      names = "--kubernetes-version",
      paramLabel = "VERSION",
      description =
          "The release of the cluster that the manifests are for, such as 1.34 (default: the newest"
              + " that this build knows).")
  private KubernetesVersion kubernetesVersion = KubernetesVersion.NEWEST_KNOWN;

  @Option(
      names = "--namespace-labels",
      paramLabel = "KEY=VALUE",
      split = ",",
      description =
          "Labels of the namespaces that the manifests are for, besides those of Namespaces among"
              + " the manifests.")
  private Map<String, String> namespaceLabels = new LinkedHashMap<>();

  KubernetesVersion kubernetesVersion() {
    return kubernetesVersion;
  }

  Map<String, String> namespaceLabels() {
    return namespaceLabels;
  }

  Policies policies(Path directory, List<Rule> rules) {
    return policies.isEmpty()
        ? Policies.builtIn(Mode.ENFORCE)
        : PolicyFile.read(directory, policies, rules);
  }
}
