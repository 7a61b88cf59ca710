package dev.gapless.cluster;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/// Ready when the API server has answered about all that admissions are judged by; without a
/// cluster at once.
@Readiness
@Singleton
class ClusterReadiness implements HealthCheck {
  private final Cluster cluster;

  @Inject
  ClusterReadiness(Cluster cluster) {
    this.cluster = cluster;
  }

  @Override
  public HealthCheckResponse call() {
    var response = HealthCheckResponse.named("cluster").status(cluster.answered());
    cluster.states().forEach(response::withData);
    return response.build();
  }
}
