package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgressTest {
  @Test
  void isShownOnATerminalAfterASecondAndTakenAway() {
    assertEquals("\r\u001b[Kread 2 of 3 files\r\u001b[K", shown(true));
  }

  @Test
  void isNotShownElsewhere() {
    assertEquals("", shown(false));
  }

  private static String shown(boolean terminal) {
    var times = new ArrayDeque<>(List.of(0L, 900L, 1000L, 1100L));
    var err = new ByteArrayOutputStream();
    var shell =
        new Shell(
            InputStream.nullInputStream(),
            new PrintStream(PrintStream.nullOutputStream(), false, StandardCharsets.UTF_8),
            new PrintStream(err, false, StandardCharsets.UTF_8),
            Path.of(""),
            Map.of(),
            false,
            false,
            terminal,
            () -> Instant.ofEpochMilli(times.isEmpty() ? 1100L : times.pop()));
    var progress = new Progress(shell);
    progress.show("read", 1, 3);
    progress.show("read", 2, 3);
    progress.show("read", 3, 3);
    progress.clear();
    shell.flush();
    return err.toString(StandardCharsets.UTF_8);
  }
}
