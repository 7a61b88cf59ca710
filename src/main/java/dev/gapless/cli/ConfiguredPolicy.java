package dev.gapless.cli;

import dev.gapless.admission.PolicySource;
import dev.gapless.cluster.ApiServerRelease;
import dev.gapless.cluster.ClusterAccess;
import dev.gapless.policy.Mode;
import dev.gapless.policy.Policies;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/// The policies that `serve` was given, or those that this build carries.
@Singleton
final class ConfiguredPolicy implements PolicySource {
  private final Policies policies;
  private final String description;

  @Inject
  ConfiguredPolicy(ServeConfig config, ApiServerRelease release) {
    if (config.policyFile().isPresent()) {
      this.policies = PolicyFile.read(config.policyFile().get());
      this.description = config.policyFile().get().toString();
      return;
    }
    // In a cluster nobody has asked for more than to be told.
    Mode mode = release.access() instanceof ClusterAccess.None ? Mode.ENFORCE : Mode.AUDIT;
    this.policies = Policies.builtIn(mode);
    this.description = "built-in (mode " + mode + ")";
  }

  @Override
  public Policies inForce() {
    return policies;
  }

  /// For people: which policies these are.
  String description() {
    return description;
  }
}
