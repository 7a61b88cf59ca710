package dev.gapless.cli;

import java.time.Duration;
import java.time.Instant;

/// Tells somebody who waits at a terminal how far a command is, and leaves no trace when it ends,
/// be it by Ctrl-C.
final class Progress implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Duration PERIOD = Duration.ofMillis(200);
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final Shell shell;
  private final Thread atExit = new Thread(this::end, "progress");
  private Instant next;
  private boolean shown;
  private boolean ended;

  Progress(Shell shell) {
    this.shell = shell;
    this.next = shell.clock().instant().plus(PATIENCE);
  }

  void show(String done, int count, int total) {
    show(done + " " + count + " of " + total + " files");
  }

  synchronized void show(String done) {
    if (ended || !shell.errIsTerminal() || shell.clock().instant().isBefore(next)) {
      return;
    }
    if (!shown && !register()) {
      return;
    }
    shell.err().print(CLEAR_LINE + done);
    shell.err().flush();
    next = shell.clock().instant().plus(PERIOD);
  }

  private boolean register() {
    try {
      Runtime.getRuntime().addShutdownHook(atExit);
      shown = true;
    } catch (IllegalStateException _) {
      // The process is ending already: too late to show anything.
      ended = true;
    }
    return shown;
  }

  /// Takes it away; afterwards nothing is shown any more.
  private synchronized void end() {
    if (shown && !ended) {
      shell.err().print(CLEAR_LINE);
      shell.err().flush();
    }
    ended = true;
  }

  @Override
  public void close() {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException _) {
      // The process is ending: the hook has run, or finds nothing to do.
    }
  }
}
