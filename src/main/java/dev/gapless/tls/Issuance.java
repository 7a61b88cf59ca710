package dev.gapless.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// Makes ECDSA P-256 keys and their certificates: a CA's, and a server's under it.
record Issuance(PrivateKey key, X509Certificate certificate) {
  // A client's clock may be behind ours; what lives shortly, as in tests, must not begin at its
  // end.
  private static final Duration CLOCK_SKEW = Duration.ofMinutes(5);
  private static final int SHORTEST_LIFE_IN_SKEWS = 20;
  private static final int SERIAL_BITS = 126;
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

  /// Makes a CA that may issue servers' certificates and no further CAs.
  static Issuance ca(String name, Instant now, Duration life) {
    KeyPair keys = keys();
    var subject = new X500Name("CN=" + name);
    return issue(
        keys,
        subject,
        keys.getPrivate(),
        now,
        life,
        subject,
        builder -> {
          var extensions = new JcaX509ExtensionUtils();
          builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
          builder.addExtension(
              Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
          builder.addExtension(
              Extension.subjectKeyIdentifier,
              false,
              extensions.createSubjectKeyIdentifier(keys.getPublic()));
        });
  }

  /// Makes a server's certificate under this CA.
  ///
  /// @param hosts the DNS names and IP addresses it is good for
  Issuance server(String name, List<String> hosts, Instant now, Duration life) {
    KeyPair keys = keys();
    return issue(
        keys,
        new X500Name(certificate.getSubjectX500Principal().getName()),
        key,
        now,
        life,
        new X500Name("CN=" + name),
        builder -> {
          var extensions = new JcaX509ExtensionUtils();
          builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
          builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
          builder.addExtension(
              Extension.extendedKeyUsage,
              false,
              new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
          builder.addExtension(
              Extension.authorityKeyIdentifier,
              false,
              extensions.createAuthorityKeyIdentifier(certificate.getPublicKey()));
          builder.addExtension(
              Extension.subjectAlternativeName,
              false,
              new GeneralNames(
                  hosts.stream().map(Issuance::generalName).toArray(GeneralName[]::new)));
        });
  }

  private static GeneralName generalName(String host) {
    return new GeneralName(
        ADDRESS.matcher(host).matches() ? GeneralName.iPAddress : GeneralName.dNSName, host);
  }

  private interface Extensions {
    void addTo(JcaX509v3CertificateBuilder builder) throws IOException, GeneralSecurityException;
  }

  private static Issuance issue(
      KeyPair keys,
      X500Name issuer,
      PrivateKey issuerKey,
      Instant now,
      Duration life,
      X500Name subject,
      Extensions extensions) {
    Duration part = life.dividedBy(SHORTEST_LIFE_IN_SKEWS);
    Duration skew = part.compareTo(CLOCK_SKEW) < 0 ? part : CLOCK_SKEW;
    Instant start = now.minus(skew).truncatedTo(ChronoUnit.SECONDS);
    try {
      var builder =
          new JcaX509v3CertificateBuilder(
              issuer,
              new BigInteger(SERIAL_BITS, new SecureRandom()).add(BigInteger.ONE),
              Date.from(start),
              Date.from(start.plus(life)),
              subject,
              keys.getPublic());
      extensions.addTo(builder);
      X509Certificate certificate =
          new JcaX509CertificateConverter()
              .getCertificate(
                  builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(issuerKey)));
      return new Issuance(keys.getPrivate(), certificate);
    } catch (IOException | GeneralSecurityException | OperatorCreationException impossible) {
      throw new IllegalStateException("cannot issue a certificate for " + subject, impossible);
    }
  }

  private static KeyPair keys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("cannot make an ECDSA P-256 key", impossible);
    }
  }
}
