package dev.gapless.cli;

import dev.gapless.cluster.ClusterAccess;
import dev.gapless.cluster.ClusterReader;
import io.fabric8.kubernetes.client.Config;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/// The options by which kubectl finds a cluster and a namespace.
final class LiveOptions {
  private static final String DEFAULT_NAMESPACE = "default";

  // https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names
  private static final Pattern NAME = Pattern.compile("(?=.{1,63}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?");

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
  ///
  /// @throws UsageException when none can have that name
  String namespace(ClusterReader cluster) {
    return named().orElseGet(cluster::defaultNamespace);
  }

  /// The namespace to look in.
  ///
  /// @throws UsageException when none can have that name
  String namespace(Config config) {
    return named()
        .or(() -> Optional.ofNullable(config.getNamespace()).filter(it -> !it.isEmpty()))
        .orElse(DEFAULT_NAMESPACE);
  }

  private Optional<String> named() {
    if (namespace.filter(it -> !NAME.matcher(it).matches()).isPresent()) {
      throw new UsageException(
          "-n: must be a namespace's name, of 1 to 63 lower case letters, digits and '-', is \""
              + namespace.get()
              + "\"");
    }
    return namespace;
  }
}
