package dev.gapless.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreStopTest {

  @ParameterizedTest(name = "{0} waits {1}")
  @CsvSource({
    "sleep 10, 10",
    "/bin/sleep 10, 10",
    "sleep 10s, 10",
    "sleep 10;, ''",
    "sleep infinity, ''",
    "sleep 1m, ''",
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
    assertEquals(Optional.empty(), hook(List.of("sleep", "infinity")).sleepsSeconds());
  }

  private static PreStop hook(List<String> command) {
    return new PreStop(FieldPath.ROOT, Optional.empty(), Optional.of(command), false);
  }

  private static Optional<Long> known(String seconds) {
    return seconds.isEmpty() ? Optional.empty() : Optional.of(Long.valueOf(seconds));
  }
}
