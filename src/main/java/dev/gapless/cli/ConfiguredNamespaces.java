package dev.gapless.cli;

import dev.gapless.admission.NamespaceSource;
import dev.gapless.cluster.Cluster;
import dev.gapless.engine.Namespace;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/// The namespaces of the cluster, where there is one.
@Singleton
final class ConfiguredNamespaces implements NamespaceSource {
  private final Cluster cluster;

  @Inject
  ConfiguredNamespaces(Cluster cluster) {
    this.cluster = cluster;
  }

  @Override
  public Namespace namespace(String name) {
    return cluster.namespace(name).orElseGet(() -> Namespace.named(name));
  }
}
