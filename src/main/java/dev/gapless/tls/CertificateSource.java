package dev.gapless.tls;

import java.util.Optional;
import java.util.function.Consumer;

/// Where the server's key comes from: a development CA, PEM files, or a Secret of our own.
public interface CertificateSource extends AutoCloseable {

  /// The key to serve with now; empty while there is none yet.
  Optional<ServerKey> current();

  /// For people: which certificate this is.
  String description();

  /// Hands over every later key, as soon as there is one; a source that never rotates does nothing.
  default void onChange(Consumer<ServerKey> listener) {}

  /// Begins to look for later keys.
  default void start() {}

  /// Looks no more; the current key stays.
  @Override
  default void close() {}
}
