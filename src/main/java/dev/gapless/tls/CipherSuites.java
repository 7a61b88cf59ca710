package dev.gapless.tls;

import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/// The cipher suites that the server offers, the cheapest first.
///
/// Java's own AES is slow until the second compiler has seen it, and with the first alone for ever:
/// docs/decisions/0024 has the figures. None of the three suites of TLS 1.3 is weaker than another
/// in use, and whoever speaks AES alone gets AES.
final class CipherSuites {
  private CipherSuites() {}

  /// The JDK's default suites, those with ChaCha20 before the others.
  static List<String> cheapestFirst() {
    try {
      return Stream.of(SSLContext.getDefault().getDefaultSSLParameters().getCipherSuites())
          .sorted(Comparator.comparing(suite -> !suite.contains("_CHACHA20_")))
          .toList();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has a default for TLS", e);
    }
  }
}
