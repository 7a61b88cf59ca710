package dev.gapless.tls;

import dev.gapless.cluster.ClusterAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.UUID;

/// The names and times of a self-managed certificate, worked out and checked.
///
/// @param identity who this replica is in the election
public record SelfManagedSettings(
    String namespace,
    String secret,
    String lease,
    String mutatingConfiguration,
    String validatingConfiguration,
    String identity,
    Rotation rotation,
    Duration interval,
    Duration leaseDuration) {

  private static final String NAMESPACE = "gapless-system";
  private static final Duration SHORTEST_LEASE = Duration.ofSeconds(3);

  /// @throws IllegalArgumentException naming the key that cannot be
  public SelfManagedSettings {
    positive("life", rotation.life());
    positive("interval", interval);
    if (rotation.settle().isNegative()
        || rotation.settle().compareTo(rotation.life().dividedBy(6)) > 0) {
      throw new IllegalArgumentException(
          "gapless.self-managed.settle: must be between 0 and a sixth of the life "
              + rotation.life()
              + ", is "
              + rotation.settle());
    }
    if (leaseDuration.compareTo(SHORTEST_LEASE) < 0) {
      throw new IllegalArgumentException(
          "gapless.self-managed.lease-duration: must be at least 3s, is " + leaseDuration);
    }
  }

  private static void positive(String key, Duration duration) {
    if (duration.isNegative() || duration.isZero()) {
      throw new IllegalArgumentException(
          "gapless.self-managed." + key + ": must be longer than 0, is " + duration);
    }
  }

  /// Works them out.
  ///
  /// @param environment where `POD_NAMESPACE` and `POD_NAME` may stand
  static SelfManagedSettings of(
      SelfManagedConfig config, ClusterAccess access, Map<String, String> environment) {
    String namespace = config.namespace().orElseGet(() -> namespace(access, environment));
    SequencedSet<String> names = new LinkedHashSet<>(serviceNames(config.service(), namespace));
    if (!(access instanceof ClusterAccess.Inside)) {
      names.addAll(List.of("localhost", "127.0.0.1", "::1"));
    }
    config.names().ifPresent(names::addAll);
    return new SelfManagedSettings(
        namespace,
        config.secret(),
        config.lease(),
        config.mutatingConfiguration(),
        config.validatingConfiguration(),
        environment.getOrDefault("POD_NAME", environment.getOrDefault("HOSTNAME", "gapless"))
            + "_"
            + UUID.randomUUID(),
        new Rotation(names, config.life(), config.settle()),
        config.interval(),
        config.leaseDuration());
  }

  /// The names by which the API server and others in the cluster call a Service.
  static List<String> serviceNames(String service, String namespace) {
    String name = service + "." + namespace + ".svc";
    return List.of(name, name + ".cluster.local");
  }

  private static String namespace(ClusterAccess access, Map<String, String> environment) {
    String given = environment.getOrDefault("POD_NAMESPACE", "");
    if (!given.isBlank()) {
      return given.strip();
    }
    if (access instanceof ClusterAccess.Inside(_, Path account)) {
      try {
        return Files.readString(account.resolve("namespace")).strip();
      } catch (IOException unreadable) {
        throw new IllegalArgumentException(
            "cannot tell the pod's own namespace ("
                + unreadable
                + "); set POD_NAMESPACE or give --namespace",
            unreadable);
      }
    }
    return NAMESPACE;
  }
}
