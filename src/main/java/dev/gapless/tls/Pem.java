package dev.gapless.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/// Keys and certificates as PEM text.
final class Pem {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");
  private static final int LINE = 64;

  private Pem() {}

  /// One block as text.
  static String text(String label, byte[] der) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + label
        + "-----\n";
  }

  /// The certificates as text, in their order.
  static String text(Collection<X509Certificate> certificates) {
    var text = new StringBuilder();
    for (X509Certificate certificate : certificates) {
      try {
        text.append(text("CERTIFICATE", certificate.getEncoded()));
      } catch (CertificateException impossible) {
        throw new IllegalStateException("cannot encode a certificate that was read", impossible);
      }
    }
    return text.toString();
  }

  /// Reads a key and its certificates, and checks that they belong together.
  ///
  /// @throws UnusableCertificateException naming the file and the remedy
  static ServerKey read(Path certificateFile, Path keyFile) {
    return read(
        certificateFile.toString(), content(certificateFile), keyFile.toString(), content(keyFile));
  }

  /// Reads a key and its certificates from texts, and checks that they belong together.
  ///
  /// @throws UnusableCertificateException naming where it lies and the remedy
  static ServerKey read(
      String certificateFile, String certificateText, String keyFile, String keyText) {
    List<X509Certificate> chain = certificates(certificateFile, certificateText);
    PrivateKey key = key(keyFile, keyText);
    if (!fits(key, chain.getFirst().getPublicKey())) {
      throw new UnusableCertificateException(
          keyFile
              + ": is not the key of the first certificate in "
              + certificateFile
              + "; give the two files that were issued together, the server's own certificate"
              + " before its CA's");
    }
    return new ServerKey(key, chain);
  }

  /// All certificates of a file, in their order.
  static List<X509Certificate> certificates(Path file) {
    return certificates(file.toString(), content(file));
  }

  /// The first private key of a file.
  static PrivateKey key(Path file) {
    return key(file.toString(), content(file));
  }

  /// All certificates of a text, in their order.
  ///
  /// @param file where the text lies, for messages
  static List<X509Certificate> certificates(String file, String text) {
    var certificates = new ArrayList<X509Certificate>();
    Matcher block = BLOCK.matcher(text);
    while (block.find()) {
      if (!"CERTIFICATE".equals(block.group(1))) {
        continue;
      }
      try {
        certificates.add(
            (X509Certificate)
                CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(der(block, file))));
      } catch (CertificateException broken) {
        throw new UnusableCertificateException(
            file + ": holds a certificate that cannot be read; issue it anew", broken);
      }
    }
    if (certificates.isEmpty()) {
      throw new UnusableCertificateException(
          file + ": holds no certificate; it must contain a block BEGIN CERTIFICATE (PEM)");
    }
    return List.copyOf(certificates);
  }

  /// The first private key of a text.
  ///
  /// @param file where the text lies, for messages
  static PrivateKey key(String file, String text) {
    Matcher block = BLOCK.matcher(text);
    while (block.find()) {
      Optional<PrivateKey> key = key(block.group(1), der(block, file), file);
      if (key.isPresent()) {
        return key.get();
      }
    }
    throw new UnusableCertificateException(
        file
            + ": holds no private key that can be read; it must contain a block BEGIN PRIVATE KEY"
            + " (PKCS #8), BEGIN EC PRIVATE KEY or BEGIN RSA PRIVATE KEY, without a password");
  }

  private static Optional<PrivateKey> key(String label, byte[] der, String file) {
    try {
      return switch (label) {
        case "PRIVATE KEY" -> Optional.of(pkcs8(der));
        case "EC PRIVATE KEY" -> Optional.of(pkcs8(wrappedEc(der)));
        case "RSA PRIVATE KEY" ->
            Optional.of(
                pkcs8(
                    new PrivateKeyInfo(
                            new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption),
                            ASN1Primitive.fromByteArray(der))
                        .getEncoded()));
        default -> Optional.empty();
      };
    } catch (GeneralSecurityException | IOException | RuntimeException broken) {
      throw new UnusableCertificateException(
          file + ": holds a private key that cannot be read; issue it anew", broken);
    }
  }

  private static byte[] wrappedEc(byte[] der) throws IOException {
    ECPrivateKey key = ECPrivateKey.getInstance(der);
    ASN1ObjectIdentifier curve =
        ASN1ObjectIdentifier.getInstance(key.getParametersObject().toASN1Primitive());
    return new PrivateKeyInfo(
            new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, curve), key)
        .getEncoded();
  }

  private static PrivateKey pkcs8(byte[] der) throws GeneralSecurityException {
    String algorithm =
        PrivateKeyInfo.getInstance(der).getPrivateKeyAlgorithm().getAlgorithm().getId();
    String name =
        algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey.getId())
            ? "EC"
            : algorithm.equals(PKCSObjectIdentifiers.rsaEncryption.getId()) ? "RSA" : "EdDSA";
    return KeyFactory.getInstance(name).generatePrivate(new PKCS8EncodedKeySpec(der));
  }

  /// Whether a private key belongs to a public one, proved by a signature.
  static boolean fits(PrivateKey key, PublicKey certified) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> "EdDSA";
        };
    byte[] proof = "gapless".getBytes(StandardCharsets.UTF_8);
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(proof);
      byte[] signed = signature.sign();
      signature.initVerify(certified);
      signature.update(proof);
      return signature.verify(signed);
    } catch (InvalidKeyException | java.security.SignatureException _) {
      return false;
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("cannot sign with " + algorithm, impossible);
    }
  }

  private static byte[] der(Matcher block, String file) {
    try {
      return Base64.getMimeDecoder().decode(block.group(2));
    } catch (IllegalArgumentException broken) {
      throw new UnusableCertificateException(
          file + ": holds a block " + block.group(1) + " that is no base64; issue it anew", broken);
    }
  }

  /// The text of a PEM file.
  ///
  /// @throws UnusableCertificateException when it cannot be read
  static String content(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException missing) {
      throw new UnusableCertificateException(
          file + ": does not exist; give the path of a PEM file", missing);
    } catch (IOException unreadable) {
      throw new UnusableCertificateException(
          file + ": cannot be read (" + unreadable.getMessage() + "); let this user read it",
          unreadable);
    }
  }
}
