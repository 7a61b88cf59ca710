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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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
            + " COMP_POINT=${#COMP_LINE}; _gapless gapless \"${!#}\" \"${COMP_WORDS[COMP_CWORD-1]}\";"
            + " printf '%s\\n' \"${COMPREPLY[@]}\"";
    var command = new ArrayList<>(List.of("bash", "-c", program, script().toString()));
    command.addAll(words);
    String out = run(command);
    var offered = new TreeSet<String>();
    out.lines().map(String::strip).filter(it -> !it.isEmpty()).forEach(offered::add);
    return offered;
  }

  private Path script() throws IOException {
    return Files.writeString(
        directory.resolve("gapless.bash"), Invocation.of(directory, "completion", "bash").out());
  }

  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aTabKeyInBashCompletesFilesAndWhatStandsBehindAnEqualsSign() throws Exception {
    for (String file : List.of("known.json", "policy.yaml", "my charts/web.yaml", "warn.yaml")) {
      Files.createDirectories(directory.resolve(file).getParent());
      Files.writeString(directory.resolve(file), "");
    }
    // Beside each line what the command is given when the return key is pressed behind it.
    Map<String, List<String>> lines = new LinkedHashMap<>();
    lines.put("check pol\t", List.of("check", "policy.yaml"));
    lines.put("ch\tmy\tw\tpol\t", List.of("check", "my charts/web.yaml", "policy.yaml"));
    lines.put("check ./pol\t", List.of("check", "./policy.yaml"));
    lines.put("check -- pol\t", List.of("check", "--", "policy.yaml"));
    lines.put("check --poli\tpol\t", List.of("check", "--policy", "policy.yaml"));
    lines.put("check --policy=pol\t", List.of("check", "--policy=policy.yaml"));
    lines.put("check --baseline kn\t.", List.of("check", "--baseline", "known.json", "."));
    lines.put("check -o json=kn\t", List.of("check", "-o", "json=known.json"));
    lines.put("check -o json=my\tw\t", List.of("check", "-o", "json=my charts/web.yaml"));
    lines.put("check --output=jun\t", List.of("check", "--output=junit"));
    lines.put("check --output=json=kn\t", List.of("check", "--output=json=known.json"));
    lines.put("check --color=al\t", List.of("check", "--color=always"));
    lines.put("check --color al\tpol\t", List.of("check", "--color", "always", "policy.yaml"));
    // What takes one of some words takes no file.
    lines.put("check --fail-on kn\t", List.of("check", "--fail-on", "kn"));
    lines.put("check --fail-on wa\t", List.of("check", "--fail-on", "warn"));
    lines.put("scan -n pol\t", List.of("scan", "-n", "pol"));
    lines.put("scan pol\t", List.of("scan", "pol"));
    lines.put(
        "scan --save kn\t--ag\tkn\t",
        List.of("scan", "--save", "known.json", "--against", "known.json"));
    lines.put("baseline pol\t-o kn\t", List.of("baseline", "policy.yaml", "-o", "known.json"));
    lines.put("why depl\tweb", List.of("why", "deployment/web"));
    lines.put("diff -f pol\t", List.of("diff", "-f", "policy.yaml"));
    lines.put("fix --wr\tpol\t", List.of("fix", "--write", "policy.yaml"));
    lines.put("explain readiness-probe-m\t", List.of("explain", "readiness-probe-missing"));
    var given = new LinkedHashMap<String, List<String>>();
    try (InteractiveBash bash = InteractiveBash.start(directory)) {
      bash.enter("source " + script());
      for (String line : lines.keySet()) {
        given.put(line, bash.argumentsOf("gapless", line));
      }
    }
    assertEquals(lines, given);
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
