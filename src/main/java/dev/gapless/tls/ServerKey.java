package dev.gapless.tls;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
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
}
