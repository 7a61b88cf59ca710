package dev.gapless.cli;

import dev.gapless.rule.Rule;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/// One run of the command line and what came of it.
record Invocation(int exitCode, String out, String err) {

  static Invocation of(Path directory, String... arguments) {
    return of(directory, TestRules.ALL, "", Map.of(), false, arguments);
  }

  static Invocation withInput(Path directory, String input, String... arguments) {
    return of(directory, TestRules.ALL, input, Map.of(), false, arguments);
  }

  static Invocation of(
      Path directory,
      List<Rule> rules,
      String input,
      Map<String, String> environment,
      boolean terminal,
      String... arguments) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    var shell =
        new Shell(
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(out, false, StandardCharsets.UTF_8),
            new PrintStream(err, false, StandardCharsets.UTF_8),
            directory,
            environment,
            terminal,
            terminal,
            terminal,
            InstantSource.fixed(Instant.parse("2026-11-21T12:00:00Z")));
    int exitCode = GaplessCommand.run(shell, rules, arguments);
    return new Invocation(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
