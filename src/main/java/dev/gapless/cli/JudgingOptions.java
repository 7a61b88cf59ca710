package dev.gapless.cli;

import dev.gapless.workload.KubernetesVersion;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The options by which workloads are judged.
final class JudgingOptions {
  @Mixin private PolicyOptions policies = new PolicyOptions();

  @Option(
      names = "--kubernetes-version",
      paramLabel = "VERSION",
      description =
          "The release of the cluster, such as 1.34 (default: for manifests the newest that this"
              + " build knows).")
  private Optional<KubernetesVersion> kubernetesVersion = Optional.empty();

  PolicyOptions policies() {
    return policies;
  }

  /// The release that was given.
  Optional<KubernetesVersion> kubernetesVersion() {
    return kubernetesVersion;
  }
}
