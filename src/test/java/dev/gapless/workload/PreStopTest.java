package dev.gapless.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
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
    var hook = new PreStop(FieldPath.ROOT, Optional.empty(), Optional.of(words), false);
    assertEquals(
        seconds.isEmpty() ? Optional.empty() : Optional.of(Long.valueOf(seconds)),
        hook.waitSeconds());
  }
}
