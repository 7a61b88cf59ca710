package dev.gapless.cli;

import dev.gapless.manifest.ManifestReader;
import dev.gapless.policy.Policies;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// A file of policies that somebody may change while it is in use: looked at again and again, and
/// what it holds counts only when all of it can be used.
///
/// Its text is compared rather than its time, which a mounted ConfigMap's links keep. A new text
/// counts when two looks find the same: a file that is being written may well be a valid half.
final class WatchedPolicyFile {
  private static final Logger LOG = Logger.getLogger(WatchedPolicyFile.class);
  private static final byte[] UNREADABLE = {};

  private final Path file;
  private final Function<byte[], Policies> reader;
  private final Duration interval;
  private final Counter taken;
  private final Counter refused;
  private final CountDownLatch closed = new CountDownLatch(1);

  private byte[] looked;
  private byte @Nullable [] settling;
  private volatile Policies inForce;
  private volatile Optional<String> mistake = Optional.empty();

  /// Reads the file; once started, again in every interval.
  ///
  /// @throws UsageException when it cannot be used
  WatchedPolicyFile(Path file, Duration interval, MeterRegistry registry) {
    this(
        file,
        content -> PolicyFile.of(ManifestReader.parse(file.toString(), content)),
        interval,
        registry);
  }

  /// @param reader of what the file holds
  WatchedPolicyFile(
      Path file, Function<byte[], Policies> reader, Duration interval, MeterRegistry registry) {
    this.file = file;
    this.reader = reader;
    this.interval = interval;
    this.taken = counter(registry, "taken");
    this.refused = counter(registry, "refused");
    this.looked = content();
    this.inForce = policies(looked);
  }

  private static Counter counter(MeterRegistry registry, String result) {
    return Counter.builder("gapless.policy.reloads")
        .description("Changes of the policy file; after a refused one the last good one holds")
        .tag("result", result)
        .register(registry);
  }

  /// What the file held when it was last of use.
  Policies inForce() {
    return inForce;
  }

  /// Why the file as it stands is not in force; empty where it is.
  Optional<String> mistake() {
    return mistake;
  }

  void start() {
    Thread.ofPlatform().daemon().name("policy-file").start(this::run);
  }

  void close() {
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

  /// Takes what the file holds now, if that is new and can be used.
  synchronized void look() {
    byte[] now = content();
    if (same(now, looked)) {
      settling = null;
      return;
    }
    if (!same(now, settling)) {
      settling = now;
      return;
    }
    settling = null;
    looked = now;
    try {
      inForce = policies(now);
      mistake = Optional.empty();
      taken.increment();
      LOG.infof("policies switched file=%s policies=%d", file, inForce.size());
    } catch (UsageException unusable) {
      refuse(String.valueOf(unusable.getMessage()));
    } catch (RuntimeException | StackOverflowError failed) {
      // A mistake of ours; whoever corrects the file must be seen nevertheless.
      refuse(file + ": internal error, please report: " + failed);
    }
  }

  // A file that cannot be read is another thing than an empty one.
  private static boolean same(byte[] one, byte @Nullable [] other) {
    return one == other || (one != UNREADABLE && other != UNREADABLE && Arrays.equals(one, other));
  }

  private void refuse(String mistakes) {
    String first = mistakes.lines().findFirst().orElse("");
    long others = mistakes.lines().count() - 1;
    String cause = others == 0 ? first : first + " (and " + others + " more)";
    mistake = Optional.of(cause);
    refused.increment();
    LOG.warnf(
        "policy file not taken, the last good one holds until it is corrected cause=\"%s\"",
        cause.replace('"', '\''));
  }

  private byte[] content() {
    try {
      return Files.readAllBytes(file);
    } catch (IOException _) {
      return UNREADABLE;
    }
  }

  private Policies policies(byte[] content) {
    // Read once more, because the failure says what is wrong.
    return content == UNREADABLE ? PolicyFile.read(file) : reader.apply(content);
  }
}
