package dev.gapless.cli;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/// Says where the policies come from, and what keeps a changed file from being in force. Always up:
/// the last good one serves as well as before.
@Readiness
@Singleton
class PolicyReadiness implements HealthCheck {
  private final ConfiguredPolicy policy;

  @Inject
  PolicyReadiness(ConfiguredPolicy policy) {
    this.policy = policy;
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder response =
        HealthCheckResponse.named("policy").up().withData("source", policy.description());
    policy.mistake().ifPresent(mistake -> response.withData("refused", mistake));
    return response.build();
  }
}
