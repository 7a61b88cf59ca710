package dev.gapless.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreStopTest {

  @ParameterizedTest(name = "{0} waits {1}")
  @CsvSource({
    "sleep 10, 10",
    "/bin/sleep 10, 10",
    "sleep 10s, 10",
    "sleep 10;, ''",
    "sleep infinity, ''",
    "sleep inf, ''",
    "sleep 1m, 60",
    "sleep 1d, 86400",
    "sleep 0.5, 0",
    "sleep 1.5m, 90",
    "sh|-c|exec sleep 2h;, 7200",
    "sh|sleep 10, ''",
    "sh|-c|sleep 10, 10",
    "/bin/sh|-c|sleep 10, 10",
    "/bin/bash|-c|  sleep   10 ; , 10",
    "bash|-c|exec sleep 10, 10",
    "sh|-c|sleep 10 && nginx -s quit, ''",
    "sh|-c|nginx -s quit; sleep 10, ''",
    "nginx|-s|quit, ''",
    "sleep, ''",
    "sleep 99999999999999999999, ''",
  })
  void onlyAPlainSleepHasAKnownWait(String command, String seconds) {
    List<String> words =
        command.contains("|") ? List.of(command.split("\\|")) : List.of(command.split(" "));
    assertEquals(known(seconds), hook(words).waitSeconds());
  }

  @ParameterizedTest(name = "{0} sleeps {1}")
  @CsvSource(
      delimiter = '!',
      value = {
        "nginx -s quit; sleep 60 ! 60",
        "sleep 90 && nginx -s quit ! 90",
        "sleep 10 && sleep 5 && nginx -s quit; sleep 0.5m ! 45",
        "echo leaving && sleep 20 ! 20",
        "nginx -s quit || true; sleep 20 ! 20",
        "nginx -s quit > /dev/null 2>&1; sleep 20 ! 20",
        "echo 'a; sleep 99' | tee log; sleep 20 ! 20",
        "sleep 20; exit 0; sleep 20 ! 20",
        "leave && sleep 20 ! ''",
        "leave || sleep 20 ! ''",
        "leave | sleep 20 ! ''",
        "sleep $SECONDS; leave ! ''",
        "sleep 20 & ! ''",
        "sleep 20 & wait ! ''",
        "if busy; then sleep 20; fi ! ''",
        "while busy; do sleep 20; done ! ''",
        "drain() { sleep 20; }; drain ! ''",
        "sleep $(seconds); sleep 20 ! ''",
        "sleep `seconds`; sleep 20 ! ''",
        "timeout 5 sleep 20 ! ''",
        "trap 'exit 0' TERM; sleep 20 ! ''",
        "echo \"quit ! ''",
        "nginx -s quit 2>/dev/null; sleep 20 ! 20",
        "leave ! ''",
      })
  void whatASimpleScriptSleepsIsKnown(String script, String seconds) {
    assertEquals(known(seconds), hook(List.of("/bin/sh", "-c", script)).sleepsSeconds());
  }

  @Test
  void aScriptThatStopsOnErrorsMayNotComeToItsSleep() {
    assertEquals(Optional.empty(), hook(List.of("sh", "-ec", "leave; sleep 20")).sleepsSeconds());
    assertEquals(Optional.of(20L), hook(List.of("sh", "-ec", "sleep 20; leave")).sleepsSeconds());
    assertEquals(Optional.of(20L), hook(List.of("bash", "-lc", "leave; sleep 20")).sleepsSeconds());
  }

  @Test
  void aProgramThatIsNoShellSleepsNotThatWeKnow() {
    assertEquals(Optional.empty(), hook(List.of("python", "-c", "sleep 20")).sleepsSeconds());
    assertEquals(Optional.of(7_200L), hook(List.of("sleep", "2h")).sleepsSeconds());
  }

  @Test
  void aSleepOfInfinityNeverEnds() {
    Optional<Long> forEver = Optional.of(PreStop.FOR_EVER);
    assertEquals(forEver, hook(List.of("sleep", "infinity")).sleepsSeconds());
    assertEquals(forEver, hook(List.of("sh", "-c", "exec sleep inf")).sleepsSeconds());
    assertEquals(forEver, hook(List.of("sh", "-c", "leave; sleep infinity")).sleepsSeconds());
    assertEquals(
        Optional.empty(), hook(List.of("sh", "-c", "leave && sleep infinity")).sleepsSeconds());
  }

  @ParameterizedTest(name = "a million of {0}")
  @ValueSource(strings = {"1", " ", "'", "\"", ">", "&", ";", "\n", "sleep 1;", "/", "é"})
  void ofAVeryLongCommandNothingIsKnown(String repeated) {
    String text = repeated.repeat(1_000_000);
    for (String script : List.of("true; sleep 20; " + text, "sleep 10" + text + "x", text)) {
      PreStop shell = hook(List.of("sh", "-c", script));
      assertEquals(Optional.empty(), shell.waitSeconds());
      assertEquals(Optional.empty(), shell.sleepsSeconds());
      assertEquals(Optional.empty(), hook(List.of("sleep", script)).sleepsSeconds());
    }
  }

  @Test
  void aCommandIsLookedIntoUpToEightKib() {
    String script = "leave; sleep 20; echo ";
    int room = 8 * 1024 - "sh-c".length() - script.length();
    assertEquals(
        Optional.of(20L), hook(List.of("sh", "-c", script + "1".repeat(room))).sleepsSeconds());
    assertEquals(
        Optional.empty(), hook(List.of("sh", "-c", script + "1".repeat(room + 1))).sleepsSeconds());
  }

  private static PreStop hook(List<String> command) {
    return new PreStop(FieldPath.ROOT, Optional.empty(), Optional.of(command), false);
  }

  private static Optional<Long> known(String seconds) {
    return seconds.isEmpty() ? Optional.empty() : Optional.of(Long.valueOf(seconds));
  }
}
