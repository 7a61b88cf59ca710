package dev.gapless.cli;

import dev.gapless.admission.PolicySource;
import dev.gapless.cluster.ApiServerRelease;
import dev.gapless.cluster.Cluster;
import dev.gapless.cluster.ClusterAccess;
import dev.gapless.policy.Mode;
import dev.gapless.policy.Policies;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/// The policies that `serve` was given in a file, else those of the cluster, else the ones that
/// this build carries.
@Singleton
final class ConfiguredPolicy implements PolicySource {
  private final Supplier<Policies> inForce;
  private final Optional<WatchedPolicyFile> file;
  private final String description;

  @Inject
  ConfiguredPolicy(
      ServeConfig config, ApiServerRelease release, Cluster cluster, MeterRegistry registry) {
    if (config.policyFile().isPresent()) {
      Path path = config.policyFile().get();
      var watched = new WatchedPolicyFile(path, config.policyReloadInterval(), registry);
      this.file = Optional.of(watched);
      this.inForce = watched::inForce;
      this.description = path.toString();
      watched.start();
      return;
    }
    this.file = Optional.empty();
    if (release.access() instanceof ClusterAccess.None) {
      Policies builtIn = Policies.builtIn(Mode.ENFORCE);
      this.inForce = () -> builtIn;
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

  /// Why the policy file as it stands now is not in force; empty where it is, and without a file.
  Optional<String> mistake() {
    return file.flatMap(WatchedPolicyFile::mistake);
  }

  void stop(@Observes ShutdownEvent stopping) {
    file.ifPresent(WatchedPolicyFile::close);
  }

  /// For people: which policies these are.
  String description() {
    return description;
  }
}
