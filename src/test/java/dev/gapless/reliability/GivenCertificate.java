package dev.gapless.reliability;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// A CA and the certificate it issues for all the names by which the tests reach Gapless, in PEM
/// files as cert-manager would mount them.
public final class GivenCertificate {
  private static final Duration LIFE = Duration.ofDays(1);
  private static final int SERIAL_BITS = 64;
  private static final List<GeneralName> NAMES =
      List.of(
          new GeneralName(GeneralName.dNSName, "localhost"),
          new GeneralName(GeneralName.iPAddress, "127.0.0.1"),
          new GeneralName(GeneralName.iPAddress, "0.0.0.0"));

  private final KeyPair ca = keys();
  private final X500Name issuer = new X500Name("CN=Test CA");
  private final X509Certificate caCertificate =
      issue(ca, issuer, Extension.basicConstraints, new BasicConstraints(0));
  private final Path folder;

  private GivenCertificate(Path folder) {
    this.folder = folder;
  }

  /// Issues one into a folder.
  public static GivenCertificate in(Path folder) {
    var given = new GivenCertificate(folder);
    write(given.ca(), given.caCertificate);
    given.renew();
    return given;
  }

  /// Replaces key and certificate by new ones of the same CA.
  void renew() {
    KeyPair keys = keys();
    try {
      write(key(), new JcaPKCS8Generator(keys.getPrivate(), null));
    } catch (IOException impossible) {
      throw new UncheckedIOException("cannot encode a key without a password", impossible);
    }
    write(
        certificate(),
        issue(
            keys,
            new X500Name("CN=localhost"),
            Extension.subjectAlternativeName,
            new GeneralNames(NAMES.toArray(GeneralName[]::new))));
  }

  /// The file with the CA's certificate.
  public Path ca() {
    return folder.resolve("ca.crt");
  }

  /// The file with the server's certificate.
  public Path certificate() {
    return folder.resolve("tls.crt");
  }

  /// The file with its key.
  public Path key() {
    return folder.resolve("tls.key");
  }

  /// The CA's certificate as webhook configurations hold it.
  String caBundle() {
    return Base64.getEncoder()
        .encodeToString(pem(caCertificate).getBytes(StandardCharsets.US_ASCII));
  }

  private X509Certificate issue(
      KeyPair keys,
      X500Name subject,
      org.bouncycastle.asn1.ASN1ObjectIdentifier extension,
      org.bouncycastle.asn1.ASN1Encodable value) {
    Instant start = Instant.now().minus(Duration.ofMinutes(5));
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(
              new JcaX509v3CertificateBuilder(
                      issuer,
                      new BigInteger(SERIAL_BITS, new SecureRandom()).add(BigInteger.ONE),
                      Date.from(start),
                      Date.from(start.plus(LIFE)),
                      subject,
                      keys.getPublic())
                  .addExtension(extension, extension.equals(Extension.basicConstraints), value)
                  .build(new JcaContentSignerBuilder("SHA256withECDSA").build(ca.getPrivate())));
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
      throw new IllegalStateException("every JDK makes EC keys", impossible);
    }
  }

  private static String pem(Object content) {
    var text = new StringWriter();
    try (var writer = new JcaPEMWriter(text)) {
      writer.writeObject(content);
    } catch (IOException impossible) {
      throw new UncheckedIOException("cannot write PEM", impossible);
    }
    return text.toString();
  }

  private static void write(Path file, Object content) {
    try {
      Path unfinished =
          Files.writeString(file.resolveSibling(file.getFileName() + ".new"), pem(content));
      Files.move(
          unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }
}
