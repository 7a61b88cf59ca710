package dev.gapless.cli;

import dev.gapless.cluster.UnansweredException;
import dev.gapless.policy.Names;
import dev.gapless.rule.Rule;
import dev.gapless.rules.Catalog;
import dev.gapless.workload.KubernetesVersion;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/// The command line's root.
@Command(
    name = "gapless",
    mixinStandardHelpOptions = true,
    description = {"Makes Kubernetes rollouts drop no request.", ""},
    commandListHeading = "%nCommands:%n")
public final class GaplessCommand implements Callable<Integer> {
  // It speaks of all others.
  private static final String COMPLETION = "completion";

  @Spec private CommandSpec spec = CommandSpec.create();

  private GaplessCommand() {}

  /// Runs one command in this process.
  ///
  /// @return the process's exit code
  public static int run(String... arguments) {
    return run(Shell.ofProcess(), Catalog.RULES, arguments);
  }

  /// Runs one command.
  ///
  /// @return the exit code
  public static int run(Shell shell, List<Rule> rules, String... arguments) {
    try {
      return commandLine(shell, rules, List.of(arguments)).execute(arguments);
    } catch (RuntimeException | Error e) {
      return internalError(shell, e);
    } finally {
      shell.flush();
    }
  }

  private static CommandLine commandLine(Shell shell, List<Rule> rules, List<String> arguments) {
    var line = new CommandLine(new GaplessCommand());
    Map<String, Supplier<Object>> commands = commands(shell, rules);
    String first = arguments.isEmpty() ? "" : arguments.getFirst();
    // Reading a command's annotations costs more than most commands do.
    boolean alone = commands.containsKey(first) && !first.equals(COMPLETION);
    commands.forEach((name, command) -> {
      if (!alone || name.equals(first)) {
        line.addSubcommand(name, command.get());
      }
    });
    line.setOut(writer(shell.out()))
        .setErr(writer(shell.err()))
        .setUsageHelpAutoWidth(true)
        .registerConverter(Path.class, PathArgument::parse)
        .registerConverter(Output.class, Output::parse)
        .registerConverter(FailOn.class, words(FailOn.class))
        .registerConverter(ReportOptions.Colour.class, words(ReportOptions.Colour.class))
        .registerConverter(WhyCommand.Output.class, words(WhyCommand.Output.class))
        .registerConverter(DiffCommand.Output.class, words(DiffCommand.Output.class))
        .registerConverter(
            CompletionCommand.Language.class, words(CompletionCommand.Language.class))
        .registerConverter(KubernetesVersion.class, GaplessCommand::version)
        .setParameterExceptionHandler((e, _) -> usageError(shell, e))
        .setExecutionExceptionHandler((e, _, _) -> failure(shell, e));
    line.getCommandSpec().version(VersionCommand.text());
    line.getSubcommands()
        .values()
        .forEach(command -> command.getCommandSpec().version(VersionCommand.text()));
    return line;
  }

  private static Map<String, Supplier<Object>> commands(Shell shell, List<Rule> rules) {
    var commands = new LinkedHashMap<String, Supplier<Object>>();
    commands.put("serve", ServeCommand::new);
    commands.put("check", () -> new CheckCommand(shell, rules));
    commands.put("fix", () -> new FixCommand(shell, rules));
    commands.put("scan", () -> new ScanCommand(shell, rules));
    commands.put("diff", () -> new DiffCommand(shell, rules));
    commands.put("why", () -> new WhyCommand(shell, rules));
    commands.put("baseline", () -> new BaselineCommand(shell, rules));
    commands.put("explain", () -> new ExplainCommand(shell, rules));
    commands.put(COMPLETION, () -> new CompletionCommand(shell));
    commands.put("version", () -> new VersionCommand(shell));
    return commands;
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, StandardCharsets.UTF_8);
  }

  private static KubernetesVersion version(String text) {
    return KubernetesVersion.parse(text)
        .orElseThrow(() ->
            new TypeConversionException("\"" + text + "\" is no Kubernetes version such as 1.34"));
  }

  /// An enum's constants by the words they print as.
  private static <T extends Enum<T>> ITypeConverter<T> words(Class<T> type) {
    return word -> {
      List<T> values = List.of(type.getEnumConstants());
      List<String> known = values.stream().map(T::toString).toList();
      int index = known.indexOf(word);
      if (index < 0) {
        throw new TypeConversionException(
            "must be one of "
                + String.join(", ", known)
                + ", is \""
                + word
                + "\""
                + Names.suggestion(word, known));
      }
      return values.get(index);
    };
  }

  private static int usageError(Shell shell, ParameterException e) {
    CommandSpec command = e.getCommandLine().getCommandSpec();
    shell.err().println(e.getMessage() + suggestion(e, command));
    shell.err().println("see: " + command.qualifiedName() + " --help");
    return ExitCode.FAILED;
  }

  private static String suggestion(ParameterException e, CommandSpec command) {
    if (!(e instanceof UnmatchedArgumentException unmatched)) {
      return "";
    }
    String word = unmatched.getUnmatched().getFirst();
    return Names.suggestion(
        word,
        word.startsWith("-") ? command.optionsMap().keySet() : command.subcommands().keySet());
  }

  private static int failure(Shell shell, Exception e) {
    if (e instanceof UsageException || e instanceof UnansweredException) {
      shell
          .err()
          .println(
              String.valueOf(e.getMessage())
                  .lines()
                  .map(Printable::of)
                  .collect(Collectors.joining("\n")));
      return ExitCode.FAILED;
    }
    return internalError(shell, e);
  }

  private static int internalError(Shell shell, Throwable e) {
    shell
        .err()
        .println(
            e instanceof OutOfMemoryError
                ? "the memory is used up: give more, such as JAVA_TOOL_OPTIONS=-Xmx2g, or name fewer"
                    + " files at once"
                : "internal error: "
                    + Printable.of(e.toString())
                    + "; please report it, with what GAPLESS_DEBUG=1 prints");
    if (!shell.environment().getOrDefault("GAPLESS_DEBUG", "").isEmpty()) {
      e.printStackTrace(shell.err());
    }
    return ExitCode.FAILED;
  }

  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "a command must be given");
  }
}
