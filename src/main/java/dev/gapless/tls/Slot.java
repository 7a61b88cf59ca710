package dev.gapless.tls;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;

/// One of the Secret's two places for a credential.
sealed interface Slot {

  /// Nothing lies there.
  record Absent() implements Slot {}

  /// What lies there can never be served.
  ///
  /// @param ca its CA, where at least that can be read: somebody may still serve under it
  record Broken(String reason, Optional<X509Certificate> ca) implements Slot {}

  /// A key, its certificate and its CA that fit each other.
  record Usable(Credential credential) implements Slot {}

  /// The credential, if it can be served now.
  default Optional<Credential> at(Instant now) {
    return this instanceof Usable(Credential credential) && credential.validAt(now)
        ? Optional.of(credential)
        : Optional.empty();
  }

  /// The CA, if it can be read.
  default Optional<X509Certificate> authority() {
    return switch (this) {
      case Absent _ -> Optional.empty();
      case Broken(_, Optional<X509Certificate> ca) -> ca;
      case Usable(Credential credential) -> Optional.of(credential.ca());
    };
  }

  /// Why it cannot be served now; empty when it can, or when there is nothing.
  default Optional<String> unfit(Instant now) {
    return switch (this) {
      case Absent _ -> Optional.empty();
      case Broken(String reason, _) -> Optional.of(reason);
      case Usable(Credential credential) when now.isBefore(credential.ends()) ->
          credential.validAt(now)
              ? Optional.empty()
              : Optional.of(
                  "the certificate begins only on "
                      + credential.serverKey().certificate().getNotBefore().toInstant());
      case Usable(Credential credential) ->
          Optional.of("the certificate ended on " + credential.ends());
    };
  }
}
