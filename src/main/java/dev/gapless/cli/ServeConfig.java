package dev.gapless.cli;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;

/// What `serve` was asked for beside certificate, cluster and shutdown.
@ConfigMapping(prefix = "gapless.serve")
interface ServeConfig {

  /// The file with the policies; empty takes the built-in one.
  Optional<Path> policyFile();

  /// Whether to show how to try it, once ready and outside a cluster.
  @WithDefault("false")
  boolean hint();
}
