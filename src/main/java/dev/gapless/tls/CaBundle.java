package dev.gapless.tls;

import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The CAs in a `caBundle`, read as far as they can be.
final class CaBundle {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----");

  private CaBundle() {}

  /// The certificates that can be read; what is broken is left out.
  static List<X509Certificate> readable(String pem) {
    Matcher block = BLOCK.matcher(pem);
    return block
        .results()
        .map(found -> one(found.group()))
        .flatMap(Optional::stream)
        .distinct()
        .toList();
  }

  private static Optional<X509Certificate> one(String block) {
    try {
      return Optional.of(Pem.certificates("a CA bundle", block).getFirst());
    } catch (UnusableCertificateException _) {
      return Optional.empty();
    }
  }

  /// Whether a text holds these certificates and nothing else; their order does not matter.
  static boolean isExactly(String pem, Collection<X509Certificate> wanted) {
    List<X509Certificate> found = readable(pem);
    return found.size() == BLOCK.matcher(pem).results().count()
        && BLOCK.matcher(pem).replaceAll("").isBlank()
        && new HashSet<>(found).equals(new HashSet<>(wanted));
  }
}
