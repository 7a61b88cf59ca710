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
          "The release to judge for, such as 1.34 (default: the cluster's; without a cluster the"
              + " newest that this build knows). A later one is judged as that.")
  private Optional<KubernetesVersion> kubernetesVersion = Optional.empty();

  PolicyOptions policies() {
    return policies;
  }

  /// The release that was given; one that this build does not know yet is remarked on.
  Optional<KubernetesVersion> kubernetesVersion(Shell shell) {
    kubernetesVersion.flatMap(JudgingOptions::remark).ifPresent(shell.err()::println);
    return kubernetesVersion;
  }

  /// What people must know of a release that came after this build: they may have mistyped it.
  static Optional<String> remark(KubernetesVersion version) {
    return version.compareTo(KubernetesVersion.NEWEST_KNOWN) <= 0
        ? Optional.empty()
        : Optional.of(
            "--kubernetes-version: is "
                + version
                + ", the newest that this build knows is "
                + KubernetesVersion.NEWEST_KNOWN
                + ": judged as that");
  }
}
