package dev.gapless.tls;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// Which certificate the server shows.
@ConfigMapping(prefix = "gapless.tls")
public interface TlsConfig {

  /// The PEM file with the server's certificate and those between it and its CA; needs `key`.
  Optional<Path> certificate();

  /// The PEM file with the certificate's private key; needs `certificate`.
  Optional<Path> key();

  /// How often the two files are looked at.
  @WithDefault("5s")
  Duration reloadInterval();

  /// The folder of the development CA and certificate, used when no certificate is configured.
  @WithDefault("certs")
  Path certsDir();
}
