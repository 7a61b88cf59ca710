package dev.gapless.kube;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A program beside the tests that ends with them, however they end.
///
/// A shell stands between: it kills the program when its own standard input ends. That is a pipe
/// from this JVM, which the operating system closes also when the JVM is killed.
public final class ChildProcess implements AutoCloseable {
  // The watcher reads by a builtin: a process of its own would outlive the program.
  private static final String UNTIL_INPUT_ENDS =
      """
      exec 3<&0 </dev/null
      "$@" 3<&- &
      program=$!
      { while read -r _ <&3; do :; done; kill -KILL "$program"; } >/dev/null 2>&1 &
      watcher=$!
      wait "$program"
      status=$?
      kill -KILL "$watcher" 2>/dev/null
      exit "$status"
      """;
  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);
  private static final int SHOWN_LINES = 30;

  private final String name;
  private final Process shell;
  private final Path log;

  private ChildProcess(String name, Process shell, Path log) {
    this.name = name;
    this.shell = shell;
    this.log = log;
  }

  /// Starts a program in a folder; what it prints goes to `<name>.log` there.
  public static ChildProcess start(String name, Path folder, List<String> command) {
    var arguments = new ArrayList<>(List.of("/bin/sh", "-c", UNTIL_INPUT_ENDS, name));
    arguments.addAll(command);
    Path log = folder.resolve(name + ".log");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(arguments)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile());
      // What is tested here talks over loopback only; a proxy could not reach that.
      builder.environment().keySet().removeIf(it -> it.toLowerCase(Locale.ROOT).endsWith("_proxy"));
      return new ChildProcess(name, builder.start(), log);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + command.getFirst(), e);
    }
  }

  /// Whether it still runs.
  public boolean runs() {
    return shell.isAlive();
  }

  /// Asks it to end, as a kubelet does: SIGTERM.
  public void terminate() {
    program().ifPresent(ProcessHandle::destroy);
  }

  /// Ends it without a word: SIGKILL.
  public void kill() {
    program().ifPresent(ProcessHandle::destroyForcibly);
  }

  /// Its process; empty when it has ended.
  public Optional<ProcessHandle> program() {
    Optional<String> shells = shell.info().command();
    return shell.children().filter(it -> !it.info().command().equals(shells)).findFirst();
  }

  /// The code with which it ended.
  ///
  /// @throws IllegalStateException when it still runs after that time
  public int awaitEnd(Duration limit) {
    try {
      if (shell.waitFor(limit)) {
        return shell.exitValue();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new IllegalStateException(name + " still ran after " + limit.toSeconds() + " s");
  }

  /// All that it has printed.
  public String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + log, e);
    }
  }

  /// Fails with the end of its log when it runs no more.
  public void demandThatItRuns() {
    if (!runs()) {
      List<String> lines = log().lines().toList();
      throw new IllegalStateException(
          name
              + " ended with exit code "
              + shell.exitValue()
              + ":\n"
              + String.join(
                  "\n", lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size())));
    }
  }

  /// Ends it and waits until it has ended.
  @Override
  public void close() {
    try {
      shell.getOutputStream().close();
      if (!shell.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        shell.descendants().forEach(ProcessHandle::destroyForcibly);
        shell.destroyForcibly();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot end " + name, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
