package dev.gapless.tls;

import java.util.function.Consumer;

/// Where the server's key comes from: PEM files or a development CA; later whatever rotates.
public interface CertificateSource {

  /// The key to serve with now.
  ///
  /// @throws UnusableCertificateException when there is none
  ServerKey current();

  /// For people: which certificate this is.
  String description();

  /// Hands over every later key, as soon as there is one; a source that never rotates does nothing.
  default void onChange(Consumer<ServerKey> listener) {}
}
