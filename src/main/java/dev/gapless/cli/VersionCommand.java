package dev.gapless.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// `gapless version`.
@Command(
    name = "version",
    mixinStandardHelpOptions = true,
    description = {"Prints the version of this build.", ""})
final class VersionCommand implements Callable<Integer> {
  private final Shell shell;

  VersionCommand(Shell shell) {
    this.shell = shell;
  }

  static String text() {
    return "gapless " + BuildVersion.TEXT;
  }

  @Override
  public Integer call() {
    shell.out().println(text());
    return ExitCode.CLEAN;
  }
}
