package dev.gapless.admission;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/// Ready means: TLS serves, the engine is warm, and nobody has told the server to go.
@Readiness
@Singleton
class AdmissionReadiness implements HealthCheck {
  private final Gate gate;

  @Inject
  AdmissionReadiness(Gate gate) {
    this.gate = gate;
  }

  @Override
  public HealthCheckResponse call() {
    Phase phase = gate.phase();
    return HealthCheckResponse.named("admission")
        .status(phase == Phase.SERVING)
        .withData("phase", phase.label())
        .build();
  }
}
