package dev.gapless.cluster;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gapless.workload.KubernetesVersion;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// The release of the API server that will store what we judge; asked for in the background until
/// it is known.
@Singleton
public final class ApiServerRelease {
  private static final Logger LOG = Logger.getLogger(ApiServerRelease.class);
  private static final JsonMapper JSON = new JsonMapper();

  private final ClusterAccess access;
  private final Duration retryInterval;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile Optional<KubernetesVersion> known;

  @Inject
  ApiServerRelease(ClusterConfig config) {
    this.access = ClusterAccess.of(config.kubeconfig(), config.context(), System.getenv());
    this.retryInterval = config.retryInterval();
    this.known = given(config, access);
  }

  private static Optional<KubernetesVersion> given(ClusterConfig config, ClusterAccess access) {
    if (config.version().isPresent()) {
      String text = config.version().get();
      return Optional.of(
          KubernetesVersion.parse(text)
              .orElseThrow(() ->
                  new IllegalArgumentException(
                      "gapless.kubernetes.version: must look like 1.34, is \"" + text + "\"")));
    }
    return access instanceof ClusterAccess.None
        ? Optional.of(KubernetesVersion.NEWEST_KNOWN)
        : Optional.empty();
  }

  /// The release; empty until the API server has answered.
  public Optional<KubernetesVersion> known() {
    return known;
  }

  /// How the API server is reached.
  public ClusterAccess access() {
    return access;
  }

  void ask(@Observes StartupEvent started) {
    if (known.isPresent()) {
      return;
    }
    Config config = access.config().orElseThrow();
    Thread.ofPlatform().daemon().name("api-server-release").start(() -> ask(config));
  }

  void stop(@Observes ShutdownEvent stopping) {
    stopped.countDown();
  }

  private void ask(Config config) {
    try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build()) {
      while (known.isEmpty()) {
        try {
          known = Optional.of(parse(client.raw("/version")));
          LOG.infof(
              "API server answered server=%s kubernetes=%s", config.getMasterUrl(), known.get());
        } catch (KubernetesClientException | JsonProcessingException failed) {
          LOG.warnf(
              "API server did not tell its version, asking again server=%s cause=%s",
              config.getMasterUrl(), failed.getMessage());
        }
        if (known.isEmpty() && stopped.await(retryInterval.toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// @throws JsonProcessingException when the answer holds no version
  static KubernetesVersion parse(@Nullable String answer) throws JsonProcessingException {
    JsonNode version = JSON.readTree(answer == null ? "" : answer);
    return KubernetesVersion.parse(
            version.path("major").asText() + "." + version.path("minor").asText())
        .orElseThrow(() -> new JsonParseException(null, "no major and minor"));
  }
}
