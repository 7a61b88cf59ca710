package dev.gapless.tls;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/// Says until when the certificate is good; without a valid one nobody could call.
@Readiness
@Singleton
class CertificateReadiness implements HealthCheck {
  private final ServedCertificate served;
  private final Clock clock = Clock.systemUTC();

  @Inject
  CertificateReadiness(ServedCertificate served) {
    this.served = served;
  }

  @Override
  public HealthCheckResponse call() {
    Optional<Instant> expires = served.expires();
    return HealthCheckResponse.named("certificate")
        .status(expires.filter(clock.instant()::isBefore).isPresent())
        .withData("expires", expires.map(Instant::toString).orElse("(no certificate yet)"))
        .withData("source", served.source().description())
        .build();
  }
}
