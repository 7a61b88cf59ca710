package dev.gapless.tls;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// A key and a certificate that somebody else issues, in PEM files: looked at again and again,
/// since whoever issues them also renews them.
///
/// Their texts are compared rather than their times, which a mounted Secret's links keep.
public final class PemFiles implements CertificateSource {
  private static final Logger LOG = Logger.getLogger(PemFiles.class);

  private final Path certificate;
  private final Path key;
  private final Duration interval;
  private final Clock clock;
  private final @Nullable CertificateMeters meters;
  private final List<Consumer<ServerKey>> listeners = new CopyOnWriteArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);

  private Texts taken;
  private @Nullable Texts refused;
  private boolean reported;
  private ServerKey served;

  private record Texts(String certificate, String key) {
    @Override
    public String toString() {
      return "(not shown)";
    }
  }

  private PemFiles(
      Path certificate,
      Path key,
      Duration interval,
      Clock clock,
      @Nullable CertificateMeters meters) {
    this.certificate = certificate;
    this.key = key;
    this.interval = interval;
    this.clock = clock;
    this.meters = meters;
    this.taken = texts();
    this.served = read(taken);
  }

  /// Reads both files, to see whether they can be used.
  ///
  /// @param certificate the server's certificate, then those between it and its CA
  /// @throws UnusableCertificateException when they cannot be read or do not belong together
  public static PemFiles of(Path certificate, Path key) {
    return new PemFiles(certificate, key, Duration.ZERO, Clock.systemUTC(), null);
  }

  /// Reads both files, and again in every interval once started.
  static PemFiles watched(
      Path certificate, Path key, Duration interval, Clock clock, CertificateMeters meters) {
    return new PemFiles(certificate, key, interval, clock, meters);
  }

  @Override
  public synchronized Optional<ServerKey> current() {
    return Optional.of(served);
  }

  @Override
  public synchronized String description() {
    return certificate + " (configured, valid until " + served.expires() + ")";
  }

  @Override
  public void onChange(Consumer<ServerKey> listener) {
    listeners.add(listener);
  }

  @Override
  public void start() {
    Thread.ofPlatform().daemon().name("certificate-files").start(this::run);
  }

  @Override
  public void close() {
    closed.countDown();
  }

  private void run() {
    try {
      while (!closed.await(interval.toMillis(), TimeUnit.MILLISECONDS)) {
        look();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Switches to what the files hold now, if that is new and can be used.
  synchronized void look() {
    Texts now;
    try {
      now = texts();
    } catch (UnusableCertificateException unreadable) {
      refuse(new Texts("", ""), String.valueOf(unreadable.getMessage()));
      return;
    }
    if (now.equals(taken)) {
      refused = null;
      return;
    }
    ServerKey found;
    try {
      found = read(now);
    } catch (UnusableCertificateException unusable) {
      refuse(now, String.valueOf(unusable.getMessage()));
      return;
    }
    if (!found.validAt(clock.instant()) && served.validAt(clock.instant())) {
      refuse(now, certificate + ": is not valid now; the one before still is");
      return;
    }
    taken = now;
    served = found;
    refused = null;
    LOG.infof("certificate switched file=%s expires=%s", certificate, found.expires());
    if (meters != null) {
      meters.switched();
    }
    listeners.forEach(listener -> listener.accept(found));
  }

  // Files that are being written fit at the next look; what is still wrong then is worth a line.
  private void refuse(Texts found, String why) {
    if (!found.equals(refused)) {
      refused = found;
      reported = false;
      return;
    }
    if (reported) {
      return;
    }
    reported = true;
    LOG.warnf("certificate files not taken, serving the one before cause=\"%s\"", why);
    if (meters != null) {
      meters.refused();
    }
  }

  private Texts texts() {
    return new Texts(Pem.content(certificate), Pem.content(key));
  }

  private ServerKey read(Texts texts) {
    return Pem.read(certificate.toString(), texts.certificate(), key.toString(), texts.key());
  }
}
