package dev.gapless.tls;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// How the server makes its own certificate and gets it trusted.
@ConfigMapping(prefix = "gapless.self-managed")
public interface SelfManagedConfig {

  /// Whether it does; left out, it does inside a cluster where no certificate is given.
  Optional<Boolean> enabled();

  /// The namespace of Service, Secret and Lease; left out, the pod's own, outside a cluster
  /// `gapless-system`.
  Optional<String> namespace();

  /// The Service that the API server calls: the certificate is good for its names.
  @WithDefault("gapless")
  String service();

  /// The Secret with the certificates; made when missing.
  @WithDefault("gapless-certificate")
  String secret();

  /// The Lease by which one replica is elected to keep the Secret; made when missing.
  @WithDefault("gapless-certificate")
  String lease();

  /// The MutatingWebhookConfiguration whose `caBundle` is kept.
  @WithDefault("gapless")
  String mutatingConfiguration();

  /// The ValidatingWebhookConfiguration whose `caBundle` is kept.
  @WithDefault("gapless")
  String validatingConfiguration();

  /// More DNS names and IP addresses that the certificate must be good for.
  Optional<List<String>> names();

  /// How long a certificate and its CA are valid; they are renewed after two thirds of it.
  @WithDefault("90d")
  Duration life();

  /// How long the configurations carry a new CA before its certificate is served.
  @WithDefault("60s")
  Duration settle();

  /// How often all is looked at, beside when it changes.
  @WithDefault("30s")
  Duration interval();

  /// How long an elected replica that went silent stays elected; at least 3 s.
  @WithDefault("15s")
  Duration leaseDuration();
}
