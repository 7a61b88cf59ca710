package dev.gapless.tls;

import java.security.GeneralSecurityException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// A server's key and certificate together with the CA that vouches for it and for nothing else.
///
/// Every credential has a CA of its own, whose key is forgotten as soon as it has signed: there is
/// no CA key that could be stolen, and what an old CA vouches for ends with it.
record Credential(ServerKey serverKey, X509Certificate ca) {
  /// What the names of all CAs made here begin with.
  static final String CA_NAME = "Gapless CA ";

  private static final int NAME_BYTES = 4;

  /// Makes a new one.
  static Credential issue(Collection<String> names, Instant now, Duration life) {
    byte[] unique = new byte[NAME_BYTES];
    new java.security.SecureRandom().nextBytes(unique);
    Issuance ca = Issuance.ca(CA_NAME + HexFormat.of().formatHex(unique), now, life);
    Issuance server = ca.server("gapless", List.copyOf(names), now, life);
    return new Credential(
        new ServerKey(server.key(), List.of(server.certificate())), ca.certificate());
  }

  /// Whether the CA has signed the server's certificate.
  boolean fits() {
    try {
      serverKey.certificate().verify(ca.getPublicKey());
      return ca.getBasicConstraints() >= 0;
    } catch (GeneralSecurityException _) {
      return false;
    }
  }

  /// Whether clients that trust the CA take it now.
  boolean validAt(Instant now) {
    return serverKey.validAt(now) && validAt(ca, now);
  }

  /// When it ends.
  Instant ends() {
    Instant caEnds = ca.getNotAfter().toInstant();
    return caEnds.isBefore(serverKey.expires()) ? caEnds : serverKey.expires();
  }

  /// When its successor must be made: after two thirds of its life.
  Instant due() {
    Instant begins = serverKey.certificate().getNotBefore().toInstant();
    return begins.plus(Duration.between(begins, ends()).multipliedBy(2).dividedBy(3));
  }

  /// Whether the server's certificate is good for all these names.
  boolean covers(Collection<String> names) {
    try {
      var alternatives = serverKey.certificate().getSubjectAlternativeNames();
      if (alternatives == null) {
        return names.isEmpty();
      }
      Set<String> covered =
          alternatives.stream()
              .map(alternative -> canonical(String.valueOf(alternative.get(1))))
              .collect(Collectors.toSet());
      return names.stream().map(Credential::canonical).allMatch(covered::contains);
    } catch (CertificateParsingException _) {
      return false;
    }
  }

  // The JDK writes IPv6 addresses out in full.
  private static String canonical(String name) {
    return name.equals("::1") ? "0:0:0:0:0:0:0:1" : name.toLowerCase(Locale.ROOT);
  }

  static boolean validAt(X509Certificate certificate, Instant now) {
    return !now.isBefore(certificate.getNotBefore().toInstant())
        && now.isBefore(certificate.getNotAfter().toInstant());
  }
}
