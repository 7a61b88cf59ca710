package dev.gapless.admission;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// How the server says goodbye.
@ConfigMapping(prefix = "gapless.shutdown")
interface ShutdownConfig {

  /// How long requests are served after the server was told to go: longer than endpoints take to be
  /// taken out everywhere.
  @WithDefault("3s")
  Duration delay();

  /// How long after that the requests that are being answered may take to end, while whoever still
  /// comes is sent elsewhere: as long as the longest webhook timeout that an API server allows.
  @WithDefault("30s")
  Duration finish();

  /// How long after that whoever still comes is sent elsewhere, instead of being cut off; ends
  /// sooner when nobody is connected.
  @WithDefault("1s")
  Duration drain();
}
