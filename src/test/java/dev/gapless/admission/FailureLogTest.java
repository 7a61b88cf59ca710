package dev.gapless.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FailureLogTest {
  private final IllegalStateException failure = new IllegalStateException("broken");

  private Instant now = Instant.parse("2026-03-02T12:00:00Z");
  private final FailureLog log = new FailureLog(() -> now);

  @Test
  void aKindOfFailureIsLoggedOnceAMinuteAndTheOthersAreCounted() {
    assertEquals(Optional.of(entry(0)), log.entry("review", failure));
    for (int i = 0; i < 1000; i++) {
      assertEquals(Optional.empty(), log.entry("review", failure));
    }
    now = now.plus(FailureLog.SILENCE).minusMillis(1);
    assertEquals(Optional.empty(), log.entry("review", failure));
    now = now.plusMillis(1);
    assertEquals(Optional.of(entry(1001)), log.entry("review", failure));
    assertEquals(Optional.empty(), log.entry("review", failure));
    now = now.plus(Duration.ofDays(1));
    assertEquals(Optional.of(entry(1)), log.entry("review", failure));
    now = now.plus(Duration.ofDays(1));
    assertEquals(Optional.of(entry(0)), log.entry("review", failure));
  }

  @Test
  void anotherKindIsLoggedAllTheSame() {
    log.entry("review", failure);

    assertEquals(Optional.of(entry(0)), log.entry("rule", failure));
    var other = new IllegalArgumentException("broken");
    assertEquals(
        Optional.of(
            new FailureLog.Entry(
                Optional.of(other), "java.lang.IllegalArgumentException: broken", 0)),
        log.entry("review", other));
  }

  static Stream<Throwable> overflows() {
    return Stream.of(
        new StackOverflowError(), new IllegalStateException("too deep", new StackOverflowError()));
  }

  @ParameterizedTest
  @MethodSource("overflows")
  void aStackOverflowIsLoggedWithoutItsStack(Throwable failure) {
    assertEquals(
        Optional.of(new FailureLog.Entry(Optional.empty(), failure.toString(), 0)),
        log.entry("review", failure));
  }

  @Test
  void theCauseIsOneLine() {
    var failure = new IllegalStateException("a\nb" + "c".repeat(1000));
    String cause = log.entry("review", failure).orElseThrow().cause();

    assertEquals(253, cause.length());
    assertEquals("java.lang.IllegalStateException: a bc", cause.substring(0, 37));
  }

  private FailureLog.Entry entry(long unlogged) {
    return new FailureLog.Entry(
        Optional.of(failure), "java.lang.IllegalStateException: broken", unlogged);
  }
}
