package dev.gapless.cli;

import dev.gapless.admission.PolicySource;
import dev.gapless.cluster.ApiServerRelease;
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

/// The policies that `serve` was given, or those that this build carries.
@Singleton
final class ConfiguredPolicy implements PolicySource {
  private final Supplier<Policies> policies;
  private final Optional<WatchedPolicyFile> file;
  private final String description;

  @Inject
  ConfiguredPolicy(ServeConfig config, ApiServerRelease release, MeterRegistry registry) {
    if (config.policyFile().isPresent()) {
      Path path = config.policyFile().get();
      var watched = new WatchedPolicyFile(path, config.policyReloadInterval(), registry);
      this.file = Optional.of(watched);
      this.policies = watched::inForce;
      this.description = path.toString();
      watched.start();
      return;
    }
    // In a cluster nobody has asked for more than to be told.
    Mode mode = release.access() instanceof ClusterAccess.None ? Mode.ENFORCE : Mode.AUDIT;
    Policies builtIn = Policies.builtIn(mode);
    this.file = Optional.empty();
    this.policies = () -> builtIn;
    this.description = "built-in (mode " + mode + ")";
  }

  @Override
  public Policies inForce() {
    return policies.get();
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
