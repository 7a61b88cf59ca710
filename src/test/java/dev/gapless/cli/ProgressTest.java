package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
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

  @Test
  void ctrlCTakesItAway() throws Exception {
    var command =
        new ProcessBuilder(
            "env",
            // A shell in the background ignores the signal, and so would all that it starts.
            "--default-signal=INT",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Waiting.class.getName());
    Process process = command.start();
    String line = "\r\u001b[Kread 1 of 3 files";
    InputStream err = process.getErrorStream();
    assertEquals(
        line, new String(err.readNBytes(line.length()), StandardCharsets.UTF_8), "its progress");
    assertEquals(
        0, new ProcessBuilder("kill", "-INT", String.valueOf(process.pid())).start().waitFor());
    assertEquals("\r\u001b[K", new String(err.readAllBytes(), StandardCharsets.UTF_8));
    assertEquals(130, process.waitFor());
  }

  /// Shows that it has begun, and never ends by itself.
  static final class Waiting {
    private Waiting() {}

    public static void main(String[] arguments) throws IOException {
      var times = new ArrayDeque<>(List.of(0L, 2000L));
      var shell =
          new Shell(
              System.in,
              System.out,
              System.err,
              Path.of(""),
              Map.of(),
              false,
              true,
              true,
              () -> Instant.ofEpochMilli(times.isEmpty() ? 3000L : times.pop()));
      try (var progress = new Progress(shell)) {
        progress.show("read", 1, 3);
        System.in.read();
        progress.show("read", 2, 3);
      }
    }
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
    progress.close();
    shell.flush();
    return err.toString(StandardCharsets.UTF_8);
  }
}
