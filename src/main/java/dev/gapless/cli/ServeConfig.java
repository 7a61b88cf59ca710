package dev.gapless.cli;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// What `serve` was asked for beside certificate, cluster and shutdown.
@ConfigMapping(prefix = "gapless.serve")
interface ServeConfig {

  /// The file with the policies; empty takes the built-in one.
  Optional<Path> policyFile();

  /// How often that file is looked at; a change counts when two looks find the same.
  @WithDefault("250ms")
  Duration policyReloadInterval();

  /// Whether to show how to try it, once ready and outside a cluster.
  @WithDefault("false")
  boolean hint();
}
