package dev.gapless.cli;

import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// A completion script for fish, which picocli has none for.
///
/// See https://fishshell.com/docs/current/completions.html.
final class FishCompletion {
  private static final String NO_COMMAND = "__fish_use_subcommand";

  private final String program;
  private final StringBuilder script = new StringBuilder();

  private FishCompletion(String program) {
    this.program = program;
  }

  static String of(CommandSpec root) {
    var completion = new FishCompletion(root.name());
    completion.script.append("# fish completion for ").append(root.name()).append('\n');
    completion.script.append("complete -c ").append(root.name()).append(" -e\n");
    completion.options(NO_COMMAND, root);
    for (CommandLine command : root.subcommands().values()) {
      completion.command(command.getCommandSpec());
    }
    return completion.script.toString();
  }

  private void command(CommandSpec command) {
    line(
        NO_COMMAND, "-f -a " + quoted(command.name()), first(command.usageMessage().description()));
    String given = "__fish_seen_subcommand_from " + command.name();
    options(given, command);
    for (PositionalParamSpec parameter : command.positionalParameters()) {
      if (Completions.of(parameter) instanceof Completions.Words(var words, _)) {
        line(given, "-f -a " + quoted(String.join(" ", words)), "");
      }
    }
    if (command.positionalParameters().isEmpty()) {
      line(given, "-f", "");
    }
  }

  private void options(String condition, CommandSpec command) {
    for (OptionSpec option : command.options()) {
      if (!option.hidden()) {
        String names =
            List.of(option.names()).stream()
                .map(FishCompletion::name)
                .collect(Collectors.joining(" "));
        line(condition, names + value(option), first(option.description()));
      }
    }
  }

  private static String name(String name) {
    return name.startsWith("--") ? "-l " + name.substring(2) : "-s " + name.substring(1);
  }

  private static String value(OptionSpec option) {
    if (option.arity().max() == 0) {
      return "";
    }
    return switch (Completions.of(option)) {
      case Completions.Words(var words, _) -> " -x -a " + quoted(String.join(" ", words));
      case Completions.Files _ -> " -r -F";
      case Completions.Anything _ -> " -x";
    };
  }

  private static String first(String[] description) {
    return description.length == 0 ? "" : description[0];
  }

  private void line(String condition, String what, String description) {
    script
        .append("complete -c ")
        .append(program)
        .append(" -n ")
        .append(quoted(condition))
        .append(' ')
        .append(what)
        .append(description.isEmpty() ? "" : " -d " + quoted(description))
        .append('\n');
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
