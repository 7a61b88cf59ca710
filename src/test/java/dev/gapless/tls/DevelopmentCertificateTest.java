package dev.gapless.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DevelopmentCertificateTest {
  private static final Instant START = Instant.parse("2026-03-02T09:30:00Z");

  @TempDir Path folder;

  @Test
  void theFirstStartMakesACaAndACertificateForThisMachine() throws Exception {
    DevelopmentCertificate made = at(START);

    X509Certificate certificate = made.current().orElseThrow().certificate();
    Set<Object> names =
        certificate.getSubjectAlternativeNames().stream()
            .map(name -> name.get(1))
            .collect(Collectors.toSet());
    assertEquals(Set.of("localhost", "127.0.0.1", "0:0:0:0:0:0:0:1"), names);
    assertEquals("EC", certificate.getPublicKey().getAlgorithm());
    assertEquals(-1, certificate.getBasicConstraints());
    X509Certificate ca = Pem.certificates(made.ca()).getFirst();
    assertEquals(0, ca.getBasicConstraints());
    certificate.verify(ca.getPublicKey());
    assertEquals(2, made.changes().size());
  }

  @Test
  void keysAreForTheirOwnerAloneAndNothingUnfinishedIsLeft() throws Exception {
    at(START);

    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(
          Set.of("ca.crt", "ca.key", "tls.crt", "tls.key"),
          files.map(file -> file.getFileName().toString()).collect(Collectors.toSet()));
    }
    for (String key : List.of("ca.key", "tls.key")) {
      assertEquals(
          PosixFilePermissions.fromString("rw-------"),
          Files.getPosixFilePermissions(folder.resolve(key)));
    }
  }

  @Test
  void aSecondStartTakesWhatIsThere() {
    X509Certificate first = at(START).current().orElseThrow().certificate();
    DevelopmentCertificate second = at(START.plus(Duration.ofDays(200)));

    assertEquals(first, second.current().orElseThrow().certificate());
    assertEquals(List.of(), second.changes());
  }

  @Test
  void aCertificateWithLessThanAThirdOfItsLifeLeftIsReplacedUnderTheSameCa() throws Exception {
    X509Certificate first = at(START).current().orElseThrow().certificate();
    String ca = Files.readString(folder.resolve("ca.crt"));
    DevelopmentCertificate later = at(START.plus(Duration.ofDays(250)));

    assertNotEquals(first, later.current().orElseThrow().certificate());
    assertEquals(ca, Files.readString(folder.resolve("ca.crt")));
    assertEquals(1, later.changes().size());
    assertTrue(later.changes().getFirst().contains("less than a third"));
  }

  @Test
  void anExpiredCaIsReplacedAndItsCertificateWithIt() {
    at(START);
    DevelopmentCertificate later = at(START.plus(Duration.ofDays(4000)));

    assertEquals(2, later.changes().size());
    assertTrue(later.changes().getFirst().contains("the certificate ended on"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ca.crt", "ca.key", "tls.crt", "tls.key"})
  void aDamagedFileIsReplacedAndThisIsSaid(String name) throws Exception {
    at(START);
    Files.writeString(folder.resolve(name), "garbage");
    DevelopmentCertificate again = at(START);

    assertTrue(
        again.changes().getFirst().contains("replaced, because"), again.changes().getFirst());
    assertEquals(List.of(), at(START).changes());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ca.crt", "ca.key", "tls.crt", "tls.key"})
  void aMissingFileIsReplacedWithItsPartner(String name) throws Exception {
    at(START);
    Files.delete(folder.resolve(name));

    assertTrue(at(START).changes().getFirst().contains("replaced, because"));
    assertEquals(List.of(), at(START).changes());
  }

  @Test
  void aKeyOfAnotherCertificateIsReplaced() throws Exception {
    at(START);
    Files.copy(
        folder.resolve("ca.key"), folder.resolve("tls.key"), StandardCopyOption.REPLACE_EXISTING);

    assertTrue(at(START).changes().getFirst().contains("is not the key"));
    assertEquals(List.of(), at(START).changes());
  }

  @Test
  void aFolderThatCannotBeMadeIsNamedWithTheRemedy() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");

    var refusal =
        assertThrows(
            UnusableCertificateException.class,
            () -> DevelopmentCertificate.in(file.resolve("certs"), Clock.systemUTC()));
    assertTrue(String.valueOf(refusal.getMessage()).contains(file.resolve("certs").toString()));
    assertTrue(String.valueOf(refusal.getMessage()).contains("--certs-dir"));
  }

  private DevelopmentCertificate at(Instant now) {
    return DevelopmentCertificate.in(folder, Clock.fixed(now, ZoneOffset.UTC));
  }
}
