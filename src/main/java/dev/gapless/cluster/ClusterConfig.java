package dev.gapless.cluster;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// Which API server there is to ask, and what is known of it without asking.
@ConfigMapping(prefix = "gapless.kubernetes")
public interface ClusterConfig {

  /// The release to assume; then the API server is not asked.
  Optional<String> version();

  /// The kubeconfig file to reach the API server by.
  Optional<Path> kubeconfig();

  /// The kubeconfig's context.
  Optional<String> context();

  /// How long to wait before the API server is asked again after it did not answer.
  @WithDefault("2s")
  Duration retryInterval();
}
