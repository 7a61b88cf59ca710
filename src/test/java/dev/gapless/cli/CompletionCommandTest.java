package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompletionCommandTest {
  @TempDir private Path directory;

  @ParameterizedTest(name = "gapless {0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          che                  | check
          ba                   | baseline
          completion           | bash fish zsh
          check --fail         | --fail-on
          check --fail-on      | any deny warn
          check -o             | github gitlab json junit markdown sarif text
          check -o ju          | junit
          check --color n      | never
          explain readiness-probe-m | readiness-probe-missing
          """)
  void bashCompletes(String typed, String offered) throws Exception {
    assertEquals(offered, String.join(" ", completed(typed)));
  }

  @Test
  void bashOffersEveryCommandAndOption() throws Exception {
    assertTrue(
        completed("").containsAll(Set.of("baseline", "check", "completion", "fix", "serve")));
    assertTrue(
        completed("check --")
            .containsAll(Set.of("--baseline", "--output", "--policy", "--namespace-labels")));
  }

  /// What bash offers once the script is sourced, as it would when somebody presses the tab key.
  private Set<String> completed(String typed) throws Exception {
    Path script = directory.resolve("gapless.bash");
    Files.writeString(script, Invocation.of(directory, "completion", "bash").out());
    var words = new ArrayList<>(List.of("gapless"));
    boolean open =
        typed.isEmpty() || Set.of("completion", "check --fail-on", "check -o").contains(typed);
    words.addAll(Arrays.asList(typed.isEmpty() ? new String[0] : typed.split(" ", -1)));
    if (open) {
      words.add("");
    }
    String program =
        // Only bash itself may call the builtin, while it completes.
        "compopt() { :; }; source \"$0\"; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMP_LINE=\"$*\";"
            + " COMP_POINT=${#COMP_LINE}; _complete_gapless; printf '%s\\n' \"${COMPREPLY[@]}\"";
    var command = new ArrayList<>(List.of("bash", "-c", program, script.toString()));
    command.addAll(words);
    String out = run(command);
    var offered = new TreeSet<String>();
    out.lines().map(String::strip).filter(it -> !it.isEmpty()).forEach(offered::add);
    return offered;
  }

  @Test
  void zshGetsTheSameScript() throws Exception {
    String script = Invocation.of(directory, "completion", "zsh").out();
    assertEquals(Invocation.of(directory, "completion", "bash").out(), script);
    assertTrue(script.contains("bashcompinit"), "zsh needs it for scripts of bash");
    assumeTrue(installed("zsh"), "no zsh");
    Files.writeString(directory.resolve("gapless.zsh"), script);
    run(List.of("zsh", "-n", directory.resolve("gapless.zsh").toString()));
  }

  @Test
  void fishHasALineForEveryCommandAndOption() throws Exception {
    String script = Invocation.of(directory, "completion", "fish").out();
    for (String line :
        List.of(
            "complete -c gapless -n '__fish_use_subcommand' -f -a 'check' -d 'Judges manifests as"
                + " the webhook would judge them.'",
            "complete -c gapless -n '__fish_seen_subcommand_from check' -s q -l quiet -d 'Print"
                + " findings only: no summary, no word on what was skipped.'",
            "complete -c gapless -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh"
                + " fish'")) {
      assertTrue(script.lines().anyMatch(line::equals), line + "\nis not in\n" + script);
    }
    assertTrue(
        script.contains("-s o -l output -x -a 'text json sarif junit github gitlab markdown'"),
        script);
    assertTrue(script.contains("-l baseline -r -F"), script);
    assertTrue(script.contains("-l namespace-labels -x"), script);
    // Every line is one command whose quotes are closed, so that no description ends it.
    for (String line : script.lines().skip(1).toList()) {
      assertTrue(line.startsWith("complete -c gapless"), line);
      long quotes =
          line.replace("\\\\", "").replace("\\'", "").chars().filter(c -> c == '\'').count();
      assertEquals(0, quotes % 2, line);
    }
    assertFalse(script.contains("%n"), script);
    assumeTrue(installed("fish"), "no fish");
    Files.writeString(directory.resolve("gapless.fish"), script);
    run(List.of("fish", "--no-execute", directory.resolve("gapless.fish").toString()));
    assertEquals(
        "check",
        run(List.of(
                "fish",
                "--no-config",
                "-c",
                "source $argv[1]; complete -C 'gapless che'",
                directory.resolve("gapless.fish").toString()))
            .split("\t", -1)[0]);
  }

  private static boolean installed(String program) {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), out);
    return out;
  }
}
