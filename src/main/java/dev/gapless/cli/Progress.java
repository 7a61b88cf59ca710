package dev.gapless.cli;

import java.time.Duration;
import java.time.Instant;

/// Tells somebody who waits at a terminal how far a command is.
final class Progress {
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Duration PERIOD = Duration.ofMillis(200);
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final Shell shell;
  private Instant next;
  private boolean shown;

  Progress(Shell shell) {
    this.shell = shell;
    this.next = shell.clock().instant().plus(PATIENCE);
  }

  void show(String done, int count, int total) {
    show(done + " " + count + " of " + total + " files");
  }

  void show(String done) {
    if (!shell.errIsTerminal() || shell.clock().instant().isBefore(next)) {
      return;
    }
    shell.err().print(CLEAR_LINE + done);
    shell.err().flush();
    next = shell.clock().instant().plus(PERIOD);
    shown = true;
  }

  void clear() {
    if (shown) {
      shell.err().print(CLEAR_LINE);
    }
  }
}
