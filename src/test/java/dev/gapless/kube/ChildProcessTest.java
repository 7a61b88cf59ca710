package dev.gapless.kube;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A child process must never outlive the tests.
class ChildProcessTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  /// A JVM that starts a child and would run for ever.
  static final class Parent {
    private Parent() {}

    static void main(String[] arguments) throws InterruptedException {
      sleeper(Path.of(arguments[0]));
      Thread.currentThread().join();
    }
  }

  @Test
  void aChildEndsWhenItIsClosed() {
    ChildProcess child = sleeper(folder);
    ProcessHandle program = program(folder);
    child.close();
    assertFalse(child.runs());
    Await.until("the program to end", LIMIT, () -> !program.isAlive());
  }

  @Test
  void aChildEndsWhenTheJvmIsKilled() throws IOException {
    Process jvm =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                "target/test-classes",
                Parent.class.getName(),
                folder.toString())
            .inheritIO()
            .start();
    ProcessHandle program = program(folder);
    assertTrue(program.isAlive());
    jvm.destroyForcibly();
    Await.until("the program to end", LIMIT, () -> !program.isAlive());
  }

  @Test
  void aChildThatEndsByItselfSaysWhy() {
    ChildProcess child =
        ChildProcess.start("brief", folder, List.of("/bin/sh", "-c", "echo oh dear; exit 7"));
    Await.until("the program to end", LIMIT, () -> !child.runs());
    var ended = assertThrows(IllegalStateException.class, child::demandThatItRuns);
    assertEquals("brief ended with exit code 7:\noh dear", ended.getMessage());
    child.close();
  }

  private static ChildProcess sleeper(Path folder) {
    return ChildProcess.start(
        "sleeper",
        folder,
        List.of("/bin/sh", "-c", "echo $$ > pid.new; mv pid.new pid; exec sleep 600"));
  }

  private static ProcessHandle program(Path folder) {
    Path pid = folder.resolve("pid");
    return Await.value(
        "the program to start",
        LIMIT,
        () -> {
          try {
            return Files.exists(pid)
                ? ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
                : Optional.empty();
          } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + pid, e);
          }
        });
  }
}
