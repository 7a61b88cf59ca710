package dev.gapless.admission;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Decides which of our failures are logged, so that whoever can provoke one cannot fill the disk
/// with it. All are counted, see [Meters].
final class FailureLog {
  /// How long a kind of failure is silent after it was logged.
  static final Duration SILENCE = Duration.ofMinutes(1);

  private static final int MAX_CAUSE = 253;

  private final InstantSource clock;
  private final Map<Kind, Latest> logged = new ConcurrentHashMap<>();

  FailureLog(InstantSource clock) {
    this.clock = clock;
  }

  // Bounded by the code that can fail: no part of it comes from a request.
  private record Kind(String where, Class<?> type) {}

  // The last time of logging, and how many have been passed over since.
  private record Latest(Instant at, long passedOver, boolean due) {}

  /// What is to be logged.
  ///
  /// @param stack the failure where its stack is worth its room: that of a stack overflow is about
  ///   a thousand lines, all alike
  /// @param cause one line
  /// @param unlogged how many of this kind have been passed over since the last one that was logged
  record Entry(Optional<Throwable> stack, String cause, long unlogged) {}

  /// The entry for a failure; empty while its kind is silent.
  ///
  /// @param where what failed, one of a few
  Optional<Entry> entry(String where, Throwable failure) {
    Instant now = clock.instant();
    Latest latest =
        logged.merge(
            new Kind(where, failure.getClass()),
            new Latest(now, 0, true),
            (before, _) -> after(before, now));
    if (!latest.due()) {
      return Optional.empty();
    }
    return Optional.of(
        new Entry(
            overflow(failure) ? Optional.empty() : Optional.of(failure),
            Texts.shortened(failure.toString(), MAX_CAUSE),
            latest.passedOver()));
  }

  private static Latest after(Latest before, Instant now) {
    long unlogged = before.due() ? 0 : before.passedOver();
    return now.isBefore(before.at().plus(SILENCE))
        ? new Latest(before.at(), unlogged + 1, false)
        : new Latest(now, unlogged, true);
  }

  private static boolean overflow(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof StackOverflowError) {
        return true;
      }
    }
    return false;
  }
}
