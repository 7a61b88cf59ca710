package dev.gapless.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files that somebody else renews.
class PemFilesTest {
  private static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");
  private static final Duration LIFE = Duration.ofDays(90);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  private final TestClock clock = new TestClock(NOW);
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final List<ServerKey> switches = new ArrayList<>();
  private final Credential first = Credential.issue(Set.of("a"), NOW, LIFE);
  private final Credential second = Credential.issue(Set.of("a"), NOW, LIFE);

  @SuppressWarnings("NullAway.Init")
  private PemFiles files;

  // As the kubelet lays a Secret out: the files are links through a link that is switched.
  @BeforeEach
  void mount() throws IOException {
    version("..1", first);
    Files.createSymbolicLink(folder.resolve("..data"), Path.of("..1"));
    Files.createSymbolicLink(folder.resolve("tls.crt"), Path.of("..data/tls.crt"));
    Files.createSymbolicLink(folder.resolve("tls.key"), Path.of("..data/tls.key"));
    files =
        PemFiles.watched(
            folder.resolve("tls.crt"),
            folder.resolve("tls.key"),
            Duration.ofSeconds(1),
            clock,
            new CertificateMeters(registry));
    files.onChange(switches::add);
  }

  private void version(String name, Credential credential) throws IOException {
    Path version = Files.createDirectories(folder.resolve(name));
    Files.writeString(version.resolve("tls.crt"), Pem.text(credential.serverKey().chain()));
    Files.writeString(
        version.resolve("tls.key"),
        Pem.text("PRIVATE KEY", credential.serverKey().key().getEncoded()));
  }

  private void switchTo(String name) throws IOException {
    Path link = folder.resolve("..data_tmp");
    Files.createSymbolicLink(link, Path.of(name));
    Files.move(link, folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
  }

  private double count(String name) {
    return registry.find(name).counters().stream().mapToDouble(it -> it.count()).sum();
  }

  @Test
  void aMountedSecretIsFollowedWhenItsLinkIsSwitched() throws IOException {
    files.look();
    assertEquals(List.of(), switches);
    version("..2", second);
    switchTo("..2");
    files.look();
    files.look();
    assertEquals(List.of(second.serverKey()), switches);
    assertEquals(Optional.of(second.serverKey()), files.current());
    assertEquals(1, count("gapless.certificate.switches"));
  }

  @Test
  void halfOfAPairIsNotTakenUntilTheOtherHalfIsThere() throws IOException {
    Files.writeString(folder.resolve("..1/tls.crt"), Pem.text(second.serverKey().chain()));
    files.look();
    assertEquals(Optional.of(first.serverKey()), files.current());
    assertEquals(0, count("gapless.certificate.refusals"));
    version("..1", second);
    files.look();
    assertEquals(List.of(second.serverKey()), switches);
  }

  @Test
  void whatStaysUnusableIsReportedOnceAndNotServed() throws IOException {
    Files.writeString(folder.resolve("..1/tls.key"), "garbage");
    files.look();
    files.look();
    files.look();
    Files.delete(folder.resolve("..1/tls.key"));
    files.look();
    assertEquals(Optional.of(first.serverKey()), files.current());
    assertEquals(1, count("gapless.certificate.refusals"));
  }

  @Test
  void anEndedCertificateDoesNotReplaceAValidOne() throws IOException {
    version("..2", Credential.issue(Set.of("a"), NOW.minus(LIFE).minus(LIFE), LIFE));
    switchTo("..2");
    files.look();
    assertEquals(Optional.of(first.serverKey()), files.current());
    clock.advance(LIFE);
    files.look();
    assertEquals(1, switches.size());
  }

  @Test
  void filesThatDoNotFitAtTheStartAreNamed() throws IOException {
    Files.writeString(folder.resolve("..1/tls.crt"), Pem.text(second.serverKey().chain()));
    var unusable =
        assertThrows(
            UnusableCertificateException.class,
            () -> PemFiles.of(folder.resolve("tls.crt"), folder.resolve("tls.key")));
    assertEquals(
        folder.resolve("tls.key")
            + ": is not the key of the first certificate in "
            + folder.resolve("tls.crt")
            + "; give the two files that were issued together, the server's own certificate before"
            + " its CA's",
        unusable.getMessage());
  }
}
