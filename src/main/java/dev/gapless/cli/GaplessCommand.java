package dev.gapless.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The command line's root.
@Command(
    name = "gapless",
    description = "Makes Kubernetes rollouts drop no request.",
    mixinStandardHelpOptions = true,
    subcommands = {ServeCommand.class})
public final class GaplessCommand {

  /// Runs one command.
  ///
  /// @return the process's exit code
  public static int run(String... arguments) {
    return new CommandLine(new GaplessCommand()).execute(arguments);
  }
}
