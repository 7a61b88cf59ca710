package dev.gapless.cli;

import dev.gapless.cluster.ClusterAccess;
import dev.gapless.cluster.ClusterReader;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/// The options by which kubectl finds a cluster and a namespace.
final class LiveOptions {
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

  /// Opens the way to the cluster.
  ///
  /// @throws UsageException when there is no usable kubeconfig
  ClusterReader open(Shell shell) {
    ClusterAccess access =
        ClusterAccess.asKubectl(
            kubeconfig.map(shell.directory()::resolve), context, shell.environment());
    try {
      return new ClusterReader(access.config().orElseThrow());
    } catch (IllegalArgumentException unusable) {
      throw new UsageException(String.valueOf(unusable.getMessage()));
    }
  }

  /// The namespace to look in.
  String namespace(ClusterReader cluster) {
    return namespace.orElseGet(cluster::defaultNamespace);
  }
}
