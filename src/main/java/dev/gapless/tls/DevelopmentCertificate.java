package dev.gapless.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A CA and a certificate for `localhost`, made on first start and kept in a folder, so that a
/// trial needs no certificate authority.
public final class DevelopmentCertificate implements CertificateSource {
  /// The CA's file in the folder: what clients must trust.
  public static final String CA_CERTIFICATE = "ca.crt";

  private static final String CA_KEY = "ca.key";
  private static final String CERTIFICATE = "tls.crt";
  private static final String KEY = "tls.key";

  // Clients such as Safari take no server certificate beyond 398 days.
  private static final Duration CERTIFICATE_LIFE = Duration.ofDays(365);
  private static final Duration CA_LIFE = Duration.ofDays(3650);

  private final Path folder;
  private final ServerKey key;
  private final List<String> changes;

  private DevelopmentCertificate(Path folder, ServerKey key, List<String> changes) {
    this.folder = folder;
    this.key = key;
    this.changes = List.copyOf(changes);
  }

  /// Takes what the folder holds, and makes what is missing, damaged or has less than a third of
  /// its life left.
  ///
  /// @throws UnusableCertificateException when the folder cannot be read or written
  public static DevelopmentCertificate in(Path folder, Clock clock) {
    var changes = new ArrayList<String>();
    Instant now = clock.instant();
    try {
      Files.createDirectories(folder);
      Pair ca =
          kept(folder, CA_CERTIFICATE, CA_KEY, now, Optional.empty(), changes)
              .orElseGet(() -> issueCa(now));
      if (ca.fresh()) {
        write(folder, CA_CERTIFICATE, CA_KEY, ca);
      }
      Pair leaf =
          kept(folder, CERTIFICATE, KEY, now, Optional.of(ca), changes)
              .orElseGet(() -> issueLeaf(ca, now));
      if (leaf.fresh()) {
        write(folder, CERTIFICATE, KEY, leaf);
      }
      return new DevelopmentCertificate(
          folder, new ServerKey(leaf.key(), List.of(leaf.certificate())), changes);
    } catch (IOException failed) {
      throw new UnusableCertificateException(
          folder
              + ": cannot keep the development certificate there ("
              + failed
              + "); make the folder writable, name another one with --certs-dir, or give"
              + " --certificate and --key",
          failed);
    }
  }

  /// What was made and why, one sentence each; empty when all was taken as it lay there.
  public List<String> changes() {
    return changes;
  }

  /// The file with the CA that clients must trust.
  public Path ca() {
    return folder.resolve(CA_CERTIFICATE);
  }

  @Override
  public Optional<ServerKey> current() {
    return Optional.of(key);
  }

  @Override
  public String description() {
    return folder.resolve(CERTIFICATE)
        + " (development, trust "
        + ca()
        + ", valid until "
        + key.certificate().getNotAfter().toInstant()
        + ")";
  }

  private record Pair(PrivateKey key, X509Certificate certificate, boolean fresh) {}

  private static Optional<Pair> kept(
      Path folder,
      String certificateName,
      String keyName,
      Instant now,
      Optional<Pair> issuer,
      List<String> changes) {
    Path certificateFile = folder.resolve(certificateName);
    Path keyFile = folder.resolve(keyName);
    if (Files.notExists(certificateFile) && Files.notExists(keyFile)) {
      changes.add(certificateFile + " and " + keyName + ": made");
      return Optional.empty();
    }
    try {
      ServerKey found = Pem.read(certificateFile, keyFile);
      Optional<String> unfit = unfit(found.certificate(), issuer, now);
      if (unfit.isEmpty()) {
        return Optional.of(new Pair(found.key(), found.certificate(), false));
      }
      changes.add(certificateFile + " and " + keyName + ": replaced, because " + unfit.get());
    } catch (UnusableCertificateException unusable) {
      changes.add(
          certificateFile
              + " and "
              + keyName
              + ": replaced, because they could not be used: "
              + unusable.getMessage());
    }
    return Optional.empty();
  }

  private static Optional<String> unfit(
      X509Certificate certificate, Optional<Pair> issuer, Instant now) {
    Instant start = certificate.getNotBefore().toInstant();
    Instant end = certificate.getNotAfter().toInstant();
    if (!now.isBefore(end)) {
      return Optional.of("the certificate ended on " + end);
    }
    if (now.isBefore(start)) {
      return Optional.of("the certificate begins only on " + start);
    }
    // In whole seconds: the JDK divides a Duration by way of BigDecimal, whose tables a start would
    // then pay for.
    if (3 * Duration.between(now, end).toSeconds() < Duration.between(start, end).toSeconds()) {
      return Optional.of("less than a third of the certificate's life is left");
    }
    boolean mayIssue = certificate.getBasicConstraints() >= 0;
    if (issuer.isEmpty()) {
      return mayIssue ? Optional.empty() : Optional.of("the certificate is no CA's");
    }
    try {
      certificate.verify(issuer.get().certificate().getPublicKey());
      return Optional.empty();
    } catch (GeneralSecurityException _) {
      return Optional.of("the certificate was issued by another CA");
    }
  }

  private static Pair issueCa(Instant now) {
    Issuance ca = Issuance.ca("Gapless development CA", now, CA_LIFE);
    return new Pair(ca.key(), ca.certificate(), true);
  }

  private static Pair issueLeaf(Pair ca, Instant now) {
    Issuance leaf =
        new Issuance(ca.key(), ca.certificate())
            .server("localhost", List.of("localhost", "127.0.0.1", "::1"), now, CERTIFICATE_LIFE);
    return new Pair(leaf.key(), leaf.certificate(), true);
  }

  // The key first: a crash in between leaves a pair that does not fit and is replaced.
  private static void write(Path folder, String certificateName, String keyName, Pair pair)
      throws IOException {
    try {
      write(folder.resolve(keyName), Pem.text("PRIVATE KEY", pair.key().getEncoded()), "rw-------");
      write(
          folder.resolve(certificateName),
          Pem.text("CERTIFICATE", pair.certificate().getEncoded()),
          "rw-r--r--");
    } catch (CertificateException impossible) {
      throw new IllegalStateException("cannot encode a certificate just made", impossible);
    }
  }

  // Created with its final permissions, never readable by others even for a moment.
  private static void write(Path file, String text, String permissions) throws IOException {
    boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] attributes =
        posix
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
            }
            : new FileAttribute<?>[0];
    Path parent = file.toAbsolutePath().getParent();
    Path unfinished = Files.createTempFile(parent, "." + file.getFileName(), ".new", attributes);
    try {
      Files.writeString(unfinished, text, StandardCharsets.US_ASCII);
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }
}
