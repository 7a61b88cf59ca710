package dev.gapless.kube;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Waits for a condition, and says what it waited for when that does not come.
public final class Await {
  private static final Duration PAUSE = Duration.ofMillis(20);

  private Await() {}

  /// Waits until the condition holds.
  ///
  /// @param what completes the sentence "waited … for …"
  public static void until(String what, Duration limit, BooleanSupplier condition) {
    until(() -> what, limit, condition);
  }

  /// Waits until the condition holds, and says at the end what was seen last.
  ///
  /// @param what completes the sentence "waited … for …"
  public static void until(Supplier<String> what, Duration limit, BooleanSupplier condition) {
    value(what, limit, () -> condition.getAsBoolean() ? Optional.of(true) : Optional.empty());
  }

  /// Waits until there is a value.
  ///
  /// @param what completes the sentence "waited … for …"
  public static <T> T value(String what, Duration limit, Supplier<Optional<T>> question) {
    return value(() -> what, limit, question);
  }

  private static <T> T value(
      Supplier<String> what, Duration limit, Supplier<Optional<T>> question) {
    Instant end = Instant.now().plus(limit);
    while (true) {
      Optional<T> answer = question.get();
      if (answer.isPresent()) {
        return answer.get();
      }
      if (Instant.now().isAfter(end)) {
        throw new IllegalStateException("waited " + limit.toSeconds() + " s for " + what.get());
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }
}
