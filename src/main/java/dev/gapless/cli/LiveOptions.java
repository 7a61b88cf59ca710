package dev.gapless.cli;

import dev.gapless.cluster.ClusterAccess;
import dev.gapless.cluster.ClusterReader;
import io.fabric8.kubernetes.client.Config;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/// The options by which kubectl finds a cluster and a namespace.
final class LiveOptions {
  private static final String DEFAULT_NAMESPACE = "default";

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAME",
      description = "The namespace (default: the kubeconfig's).")
  private Optional<String> namespace = Optional.empty();

  @Option(
      names = "--context",
      paramLabel = "NAME",
      description = "The kubeconfig's context (default: its current one).")
  private Optional<String> context = Optional.empty();

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description = "The kubeconfig (default: $KUBECONFIG, else ~/.kube/config).")
  private Optional<Path> kubeconfig = Optional.empty();

  /// Demands that the kubeconfig stays as it is.
  ///
  /// @throws UsageException when it would be overwritten
  void demandApartFrom(FilesToWrite written) {
    kubeconfig.ifPresent(it -> written.demandApartFrom("--kubeconfig", it));
  }

  /// Opens the way to the cluster.
  ///
  /// @throws UsageException when there is no usable kubeconfig
  ClusterReader open(Shell shell) {
    return new ClusterReader(config(shell));
  }

  /// How to reach the cluster.
  ///
  /// @throws UsageException when there is no usable kubeconfig
  Config config(Shell shell) {
    ClusterAccess access =
        ClusterAccess.asKubectl(
            kubeconfig.map(shell.directory()::resolve), context, shell.environment());
    try {
      return access.config().orElseThrow();
    } catch (IllegalArgumentException unusable) {
      throw new UsageException(String.valueOf(unusable.getMessage()));
    }
  }

  /// The namespace to look in.
  String namespace(ClusterReader cluster) {
    return namespace.orElseGet(cluster::defaultNamespace);
  }

  /// The namespace to look in.
  String namespace(Config config) {
    return namespace
        .or(() -> Optional.ofNullable(config.getNamespace()).filter(it -> !it.isEmpty()))
        .orElse(DEFAULT_NAMESPACE);
  }
}
