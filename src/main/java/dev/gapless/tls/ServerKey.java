package dev.gapless.tls;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/// A private key and the certificates that vouch for it, the server's own first.
public record ServerKey(PrivateKey key, List<X509Certificate> chain) {

  /// @throws IllegalArgumentException when there is no certificate
  public ServerKey {
    chain = List.copyOf(chain);
    if (chain.isEmpty()) {
      throw new IllegalArgumentException("a server key needs at least one certificate");
    }
  }

  /// The server's own certificate.
  public X509Certificate certificate() {
    return chain.getFirst();
  }

  /// When the first of its certificates ends.
  public Instant expires() {
    return chain.stream()
        .map(certificate -> certificate.getNotAfter().toInstant())
        .min(Comparator.naturalOrder())
        .orElseThrow();
  }

  /// Whether all of its certificates are valid.
  boolean validAt(Instant now) {
    return chain.stream()
        .allMatch(certificate ->
            !now.isBefore(certificate.getNotBefore().toInstant())
                && now.isBefore(certificate.getNotAfter().toInstant()));
  }
}
