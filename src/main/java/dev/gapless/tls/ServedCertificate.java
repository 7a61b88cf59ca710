package dev.gapless.tls;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Set;

/// Puts the certificate source behind the HTTPS port.
@Singleton
public final class ServedCertificate implements HttpServerOptionsCustomizer {
  private final CertificateSource source;
  private final SwitchingKeyManager keys;

  @Inject
  ServedCertificate(TlsConfig config) {
    this(source(config));
  }

  ServedCertificate(CertificateSource source) {
    this.source = source;
    this.keys = new SwitchingKeyManager(source.current());
    source.onChange(keys::switchTo);
  }

  /// The source that a configuration asks for.
  ///
  /// @throws UnusableCertificateException when there is no usable certificate
  private static CertificateSource source(TlsConfig config) {
    if (config.certificate().isPresent() && config.key().isPresent()) {
      return PemFiles.of(config.certificate().get(), config.key().get());
    }
    if (config.certificate().isPresent() || config.key().isPresent()) {
      throw new UnusableCertificateException(
          "gapless.tls.certificate and gapless.tls.key go together; give both or neither");
    }
    return DevelopmentCertificate.in(config.certsDir(), Clock.systemUTC());
  }

  /// The certificate that new connections see.
  public X509Certificate certificate() {
    return keys.current().certificate();
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
        .setEnabledSecureTransportProtocols(Set.of("TLSv1.3", "TLSv1.2"));
  }
}
