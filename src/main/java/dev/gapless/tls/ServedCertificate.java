package dev.gapless.tls;

import dev.gapless.cluster.ClusterAccess;
import dev.gapless.cluster.ClusterConfig;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/// Puts the certificate source behind the HTTPS port.
@Singleton
public final class ServedCertificate implements HttpServerOptionsCustomizer {
  private final CertificateSource source;
  private final SwitchingKeyManager keys = new SwitchingKeyManager();

  @Inject
  ServedCertificate(
      TlsConfig config,
      SelfManagedConfig selfManaged,
      ClusterConfig cluster,
      CertificateMeters meters) {
    this(
        source(
            config,
            selfManaged,
            ClusterAccess.of(cluster.kubeconfig(), cluster.context(), System.getenv()),
            meters));
    meters.watch(this::expires);
  }

  ServedCertificate(CertificateSource source) {
    this.source = source;
    source.onChange(keys::switchTo);
    source.current().ifPresent(keys::switchTo);
    source.start();
  }

  /// The source that a configuration asks for.
  ///
  /// @throws UnusableCertificateException when there is no usable certificate
  private static CertificateSource source(
      TlsConfig config,
      SelfManagedConfig selfManaged,
      ClusterAccess access,
      CertificateMeters meters) {
    if (config.certificate().isPresent() && config.key().isPresent()) {
      return PemFiles.watched(
          config.certificate().get(),
          config.key().get(),
          config.reloadInterval(),
          Clock.systemUTC(),
          meters);
    }
    if (config.certificate().isPresent() || config.key().isPresent()) {
      throw new UnusableCertificateException(
          "gapless.tls.certificate and gapless.tls.key go together; give both or neither");
    }
    if (selfManaged.enabled().orElse(access instanceof ClusterAccess.Inside)) {
      return new SelfManagedCertificate(
          SelfManagedCertificate.client(
              access
                  .config()
                  .orElseThrow(() ->
                      new UnusableCertificateException(
                          "gapless.self-managed.enabled: needs a cluster; give"
                              + " gapless.kubernetes.kubeconfig"))),
          SelfManagedSettings.of(selfManaged, access, System.getenv()),
          Clock.systemUTC(),
          meters);
    }
    return DevelopmentCertificate.in(config.certsDir(), Clock.systemUTC());
  }

  void stop(@Observes ShutdownEvent stopping) {
    source.close();
  }

  /// The certificate that new connections see; empty while there is none yet.
  public Optional<X509Certificate> certificate() {
    return keys.current().map(ServerKey::certificate);
  }

  /// When what new connections see ends.
  public Optional<Instant> expires() {
    return keys.current().map(ServerKey::expires);
  }

  /// Where the certificate comes from.
  public CertificateSource source() {
    return source;
  }

  // Quarkus' own reload breaks connections that open meanwhile, so it is not used; its key store
  // stays unset, which also keeps the management port plain.
  @Override
  public void customizeHttpsServer(HttpServerOptions options) {
    options
        .setKeyCertOptions(KeyCertOptions.wrap(keys))
        .setEnabledSecureTransportProtocols(Set.of("TLSv1.3", "TLSv1.2"))
        .setSslEngineOptions(new OrderedCipherSuites());
  }
}
