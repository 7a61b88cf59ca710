package dev.gapless.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What lies in the Secret, and what of it is served.
class KeptCertificatesTest {
  private static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");
  private static final Duration LIFE = Duration.ofDays(90);

  private static Credential credential() {
    return Credential.issue(Set.of("gapless.gapless-system.svc", "::1"), NOW, LIFE);
  }

  private static KeptCertificates kept(Slot current, Slot next) {
    return new KeptCertificates(current, next, List.of(), Optional.empty());
  }

  @Test
  void whatIsWrittenIsRead() {
    var kept =
        new KeptCertificates(
            new Slot.Usable(credential()),
            new Slot.Usable(credential()),
            List.of(credential().ca(), credential().ca()),
            Optional.of(NOW));
    assertEquals(kept, KeptCertificates.read(kept.data()));
    assertTrue(KeptCertificates.KEYS.containsAll(kept.data().keySet()));
    assertEquals(KeptCertificates.NONE, KeptCertificates.read(Map.of("other", "garbage")));
  }

  @Test
  void aCertificateIsEcdsaOnP256AndGoodForItsNames() {
    Credential made = credential();
    assertEquals("SHA256withECDSA", made.serverKey().certificate().getSigAlgName());
    assertTrue(
        made.serverKey().certificate().getPublicKey().toString().contains("secp256r1"),
        () -> made.serverKey().certificate().getPublicKey().toString());
    assertTrue(made.fits());
    assertTrue(made.covers(Set.of("GAPLESS.gapless-system.svc", "::1")));
    assertEquals(false, made.covers(Set.of("gapless.other.svc")));
    assertEquals(NOW.plus(60, ChronoUnit.DAYS), made.due().plus(Duration.ofMinutes(5)));
  }

  @Test
  void aShortLifeIsNotOverAtItsBeginning() {
    Credential made = Credential.issue(Set.of(), NOW, Duration.ofSeconds(60));
    assertTrue(made.validAt(NOW));
    assertEquals(NOW.plusSeconds(37), made.due());
  }

  @Test
  void eachThingThatCannotBeServedIsNamed() {
    Map<String, String> data = kept(new Slot.Usable(credential()), new Slot.Absent()).data();
    Map<String, String> other = kept(new Slot.Usable(credential()), new Slot.Absent()).data();
    assertEquals(
        "tls.crt: holds no certificate; it must contain a block BEGIN CERTIFICATE (PEM)",
        broken(data, "tls.crt", "garbage").reason());
    assertTrue(
        broken(data, "tls.key", "garbage").reason().startsWith("tls.key: holds no private key"));
    assertTrue(
        broken(data, "tls.key", other.getOrDefault("tls.key", ""))
            .reason()
            .startsWith("tls.key: is not the key of the first certificate in tls.crt"));
    assertEquals("ca.crt: holds no certificate", broken(data, "ca.crt", "").reason());
    assertEquals(
        "ca.crt: has not signed tls.crt",
        broken(data, "ca.crt", other.getOrDefault("ca.crt", "")).reason());
    assertEquals(
        Optional.of("the certificate ended on 2027-02-18T23:55:00Z"),
        KeptCertificates.read(data).current().unfit(NOW.plus(LIFE)));
  }

  private static Slot.Broken broken(Map<String, String> data, String key, String value) {
    var changed = new HashMap<>(data);
    changed.put(key, value);
    return assertInstanceOf(Slot.Broken.class, KeptCertificates.read(changed).current());
  }

  @Test
  void anOlderValidCertificateIsServedRatherThanABrokenOrEndedOne() {
    Optional<ServerKey> atHand = Optional.of(credential().serverKey());
    Slot broken = new Slot.Broken("garbage", Optional.empty());
    Slot next = new Slot.Usable(credential());
    Slot ended = new Slot.Usable(Credential.issue(Set.of(), NOW.minus(LIFE).minus(LIFE), LIFE));
    assertEquals(atHand, kept(broken, next).served(atHand, NOW));
    assertEquals(atHand, kept(ended, next).served(atHand, NOW));
    assertEquals(atHand, KeptCertificates.NONE.served(atHand, NOW));
    assertEquals(atHand, KeptCertificates.NONE.served(atHand, NOW.plus(LIFE)));
    assertEquals(Optional.empty(), kept(broken, ended).served(Optional.empty(), NOW));
  }

  @Test
  void aReplicaWithoutAnyTakesTheNextOne() {
    Credential next = credential();
    assertEquals(
        Optional.of(next.serverKey()),
        kept(new Slot.Absent(), new Slot.Usable(next)).served(Optional.empty(), NOW));
  }
}
