package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A bash on a terminal of its own, at which a test presses keys.
final class InteractiveBash implements AutoCloseable {
  // Not to be found in what is typed: bash puts it together.
  private static final String PROMPT = "<ready:1>";

  private final Process process;
  private final Path record;

  private InteractiveBash(Process process, Path record) {
    this.process = process;
    this.record = record;
  }

  /// Starts it in a folder.
  ///
  /// Without bash and the `script` of util-linux the test is skipped, and says so where people
  /// look; in CI it fails.
  static InteractiveBash start(Path folder) throws IOException {
    boolean possible =
        installed("bash") && installed("script") && Files.exists(Path.of("/proc/self"));
    if (!possible) {
      assertNotEquals("true", System.getenv("CI"), "no bash on a terminal");
      System.err.println("!!! NO BASH ON A TERMINAL: what the tab key does is not tested");
    }
    assumeTrue(possible, "no bash, or no script of util-linux");
    Path settings =
        Files.writeString(
            folder.resolve(".bashrc"), "PS1='<ready:$((0+1))>' PROMPT_COMMAND= HISTFILE=\n");
    var builder =
        new ProcessBuilder(
                "script", "-qec", "bash --noprofile --rcfile '" + settings + "' -i", "/dev/null")
            .directory(folder.toFile())
            .redirectErrorStream(true);
    builder.environment().putAll(Map.of("TERM", "dumb", "INPUTRC", "/dev/null"));
    var bash = new InteractiveBash(builder.start(), folder.resolve("arguments"));
    bash.awaitPrompt();
    return bash;
  }

  private static boolean installed(String program) {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
        .anyMatch(path -> Files.isExecutable(Path.of(path, program)));
  }

  /// Presses keys and the return key, and waits for what they start.
  void enter(String keys) throws IOException {
    OutputStream keyboard = process.getOutputStream();
    keyboard.write((keys + "\r").getBytes(StandardCharsets.UTF_8));
    keyboard.flush();
    awaitPrompt();
  }

  /// What a command is given when keys are pressed behind its name.
  List<String> argumentsOf(String command, String keys) throws IOException {
    Files.deleteIfExists(record);
    enter(command + "() { printf '%s\\n' \"$@\" > '" + record + "'; }");
    enter(command + " " + keys);
    return Files.readAllLines(record);
  }

  private void awaitPrompt() throws IOException {
    InputStream screen = process.getInputStream();
    var seen = new StringBuilder();
    while (seen.indexOf(PROMPT) < 0) {
      int next = screen.read();
      assertFalse(next < 0, () -> "bash has ended: " + seen);
      seen.append((char) next);
    }
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
