package dev.gapless.cli;

import dev.gapless.admission.PolicySource;
import dev.gapless.cluster.ApiServerRelease;
import dev.gapless.cluster.Cluster;
import dev.gapless.cluster.ClusterAccess;
import dev.gapless.policy.Mode;
import dev.gapless.policy.Policies;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.function.Supplier;

/// The policies that `serve` was given in a file, else those of the cluster, else the ones that
/// this build carries.
@Singleton
final class ConfiguredPolicy implements PolicySource {
  private final Supplier<Policies> inForce;
  private final String description;

  @Inject
  ConfiguredPolicy(ServeConfig config, ApiServerRelease release, Cluster cluster) {
    if (config.policyFile().isPresent()) {
      Policies policies = PolicyFile.read(config.policyFile().get());
      this.inForce = () -> policies;
      this.description = config.policyFile().get().toString();
    } else if (release.access() instanceof ClusterAccess.None) {
      Policies policies = Policies.builtIn(Mode.ENFORCE);
      this.inForce = () -> policies;
      this.description = "built-in (mode " + Mode.ENFORCE + ")";
    } else {
      cluster.watchPolicies();
      this.inForce = cluster::inForce;
      this.description = "the cluster's RolloutPolicies";
    }
  }

  @Override
  public Policies inForce() {
    return inForce.get();
  }

  /// For people: which policies these are.
  String description() {
    return description;
  }
}
