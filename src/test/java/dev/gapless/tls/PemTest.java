package dev.gapless.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Clock;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PemTest {
  @TempDir Path folder;
  private Path certificate;
  private Path key;

  @BeforeEach
  void issue() {
    DevelopmentCertificate.in(folder, Clock.systemUTC());
    certificate = folder.resolve("tls.crt");
    key = folder.resolve("tls.key");
  }

  @Test
  void aChainKeepsItsOrder() throws Exception {
    Path chain =
        Files.writeString(
            folder.resolve("chain.crt"),
            "a comment\n"
                + Files.readString(certificate)
                + Files.readString(folder.resolve("ca.crt")));

    ServerKey read = Pem.read(chain, key);

    assertEquals(2, read.chain().size());
    assertEquals(Pem.certificates(certificate).getFirst(), read.certificate());
  }

  @Test
  void aKeyOfAnotherCertificateIsRefused() {
    assertEquals(
        folder.resolve("ca.key")
            + ": is not the key of the first certificate in "
            + certificate
            + "; give the two files that were issued together, the server's own certificate before"
            + " its CA's",
        refusal(certificate, folder.resolve("ca.key")));
  }

  @Test
  void aMissingFileIsNamed() {
    assertTrue(refusal(folder.resolve("no.crt"), key).contains("no.crt: does not exist"));
    assertTrue(refusal(certificate, folder.resolve("no.key")).contains("no.key: does not exist"));
  }

  @Test
  void filesGivenTheWrongWayRoundAreRefused() {
    assertTrue(refusal(key, certificate).startsWith(key + ": holds no certificate"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"RSA", "Ed25519", "EC"})
  void keysOfEveryUsualAlgorithmAreReadAndToldApart(String algorithm) throws Exception {
    KeyPair one = KeyPairGenerator.getInstance(algorithm).generateKeyPair();
    KeyPair other = KeyPairGenerator.getInstance(algorithm).generateKeyPair();
    Path file =
        Files.writeString(
            folder.resolve("any.key"), Pem.text("PRIVATE KEY", one.getPrivate().getEncoded()));

    assertTrue(Pem.fits(Pem.key(file), one.getPublic()));
    assertFalse(Pem.fits(Pem.key(file), other.getPublic()));
  }

  @Test
  void theFormsOfOldToolsAreReadToo() throws Exception {
    KeyPair rsa = KeyPairGenerator.getInstance("RSA").generateKeyPair();
    KeyPairGenerator p256 = KeyPairGenerator.getInstance("EC");
    p256.initialize(256);
    KeyPair ec = p256.generateKeyPair();

    assertTrue(Pem.fits(Pem.key(old("RSA PRIVATE KEY", rsa)), rsa.getPublic()));
    assertTrue(Pem.fits(Pem.key(sec1(ec)), ec.getPublic()));
  }

  private Path old(String label, KeyPair keys) throws Exception {
    var info = PrivateKeyInfo.getInstance(keys.getPrivate().getEncoded());
    return Files.writeString(
        folder.resolve("old.key"),
        Pem.text(label, info.parsePrivateKey().toASN1Primitive().getEncoded()));
  }

  // As openssl writes it: with the curve inside.
  private Path sec1(KeyPair keys) throws Exception {
    var info = PrivateKeyInfo.getInstance(keys.getPrivate().getEncoded());
    var inner = org.bouncycastle.asn1.sec.ECPrivateKey.getInstance(info.parsePrivateKey());
    var outer =
        new org.bouncycastle.asn1.sec.ECPrivateKey(
            256, inner.getKey(), info.getPrivateKeyAlgorithm().getParameters());
    return Files.writeString(
        folder.resolve("sec1.key"), Pem.text("EC PRIVATE KEY", outer.getEncoded()));
  }

  private static String refusal(Path certificate, Path key) {
    return String.valueOf(
        assertThrows(UnusableCertificateException.class, () -> PemFiles.of(certificate, key))
            .getMessage());
  }
}
