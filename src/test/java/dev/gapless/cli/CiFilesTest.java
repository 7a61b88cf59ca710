package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.manifest.ManifestFile;
import dev.gapless.manifest.ManifestParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the repository gives to CI systems, run as they would run it: every command line in it is
/// one that the program takes.
class CiFilesTest {
  /// Stands for the program: writes down its arguments, each behind a zero byte's end.
  private static final String RECORDER = "#!/bin/sh\nprintf '%s\\0' \"$@\" > \"$RECORD\"\n";

  @TempDir private Path directory;
  private Path recorder;
  private Path record;

  @BeforeEach
  void write() throws IOException {
    Files.writeString(directory.resolve("web.yaml"), CheckCommandTest.WEB);
    Files.createDirectories(directory.resolve("a b"));
    Files.writeString(
        directory.resolve("a b/bare.yaml"),
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: bare}\nspec: {template: {spec:"
            + " {containers: [{name: web}]}}}\n");
    recorder = directory.resolve("gapless");
    record = directory.resolve("record");
    Files.writeString(recorder, RECORDER);
    assertTrue(recorder.toFile().setExecutable(true));
  }

  @Test
  void preCommitsHooksJudgeWhatTheyAreGiven() throws IOException {
    JsonNode hooks = yaml(".pre-commit-hooks.yaml");
    assertEquals(2, hooks.size());
    for (JsonNode hook : hooks) {
      assertEquals("script", hook.path("language").asText());
      var arguments = new ArrayList<>(List.of(hook.path("entry").asText().split(" ", -1)));
      assertTrue(Files.isExecutable(Path.of(arguments.removeFirst())), hook.toString());
      hook.path("args").forEach(it -> arguments.add(it.asText()));
      if (hook.path("pass_filenames").asBoolean(true)) {
        arguments.add("a b/bare.yaml");
      }
      Invocation check = Invocation.of(directory, arguments.toArray(String[]::new));
      assertEquals(1, check.exitCode(), check.err());
      assertTrue(check.out().startsWith("a b/bare.yaml:"), check.out());
    }
  }

  @Test
  void theActionPassesItsInputsOn() throws Exception {
    JsonNode action = yaml("action.yml");
    assertEquals("composite", action.at("/runs/using").asText());
    JsonNode step = action.at("/runs/steps/1");
    // Text that an input puts into a script would be run.
    assertFalse(step.path("run").asText().contains("${{"), step.toString());
    Map<String, String> inputs =
        Map.of(
            "paths", "a b\r\n  web.yaml \n\n",
            "policy", "",
            "baseline", "known $(touch pwned).json",
            "fail-on", "any",
            "sarif", "out.sarif");
    var declared = new TreeSet<String>();
    action.path("inputs").fieldNames().forEachRemaining(declared::add);
    assertEquals(inputs.keySet(), declared);
    var environment = new HashMap<String, String>();
    for (var variable : step.path("env").properties()) {
      String input = variable.getValue().asText().replace("${{ inputs.", "").replace(" }}", "");
      environment.put(variable.getKey(), inputs.get(input));
    }
    assertFalse(environment.containsValue(null), environment.toString());
    environment.put("GITHUB_ACTION_PATH", Path.of("").toAbsolutePath().toString());
    environment.put("GAPLESS", recorder.toString());
    List<String> arguments = arguments(step.path("run").asText(), environment);
    assertFalse(Files.exists(directory.resolve("pwned")));
    int markdown = arguments.size() - 4;
    assertEquals(
        List.of(
            "check",
            "-o",
            "github",
            "--fail-on",
            "any",
            "--baseline",
            "known $(touch pwned).json",
            "-o",
            "sarif=out.sarif",
            "-o"),
        arguments.subList(0, markdown));
    assertTrue(arguments.get(markdown).startsWith("markdown=/"), arguments.toString());
    assertEquals(
        List.of("--", "a b", "web.yaml"), arguments.subList(markdown + 1, arguments.size()));
    Files.writeString(
        directory.resolve("known $(touch pwned).json"), "{\"version\": 1, \"findings\": []}");
    arguments.set(markdown, "markdown=summary.md");
    Invocation check = Invocation.of(directory, arguments.toArray(String[]::new));
    assertEquals(1, check.exitCode(), check.err());
    assertTrue(check.out().startsWith("::warning file=a b/bare.yaml,line="), check.out());
    assertTrue(Files.readString(directory.resolve("summary.md")).startsWith("### Gapless"));
  }

  @Test
  void theActionsSummaryAndExitCodeAreTheChecks() throws Exception {
    Files.writeString(
        recorder,
        """
        #!/bin/sh
        for argument; do
          case $argument in markdown=*) echo found > "${argument#markdown=}" ;; esac
        done
        exit 1
        """);
    Path summary = directory.resolve("summary");
    Files.writeString(summary, "before\n");
    Process process =
        process(
            Path.of("ci", "github-action").toAbsolutePath().toString(),
            Map.of("GAPLESS", recorder.toString(), "GITHUB_STEP_SUMMARY", summary.toString()));
    assertEquals(1, process.waitFor());
    assertEquals("before\nfound\n", Files.readString(summary));
  }

  @Test
  void gitlabsJobWritesTheReportsThatItDeclares() throws Exception {
    JsonNode job = yaml("ci/gitlab.yml").path("gapless");
    var environment = new HashMap<String, String>();
    for (var variable : job.path("variables").properties()) {
      environment.put(variable.getKey(), variable.getValue().asText());
    }
    assertEquals(
        Set.of("GAPLESS_REPOSITORY", "GAPLESS_REF", "GAPLESS_PATHS", "GAPLESS_OPTIONS"),
        environment.keySet());
    environment.put("GAPLESS_PATHS", "web.yaml");
    environment.put("GAPLESS_OPTIONS", "--fail-on any");
    environment.put("TMPDIR", directory.toString());
    String script =
        job.path("script").valueStream().map(JsonNode::asText).collect(Collectors.joining("\n"));
    Process unsaid = process(script, environment);
    String said = new String(unsaid.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertNotEquals(0, unsaid.waitFor());
    assertTrue(said.endsWith("GAPLESS_REPOSITORY: must say where to clone Gapless from\n"), said);
    Path repository = Files.createDirectories(directory.resolve("group/gapless"));
    Files.move(recorder, repository.resolve("gapless"));
    for (String git :
        List.of(
            "init --quiet --initial-branch=main",
            "add gapless",
            "-c user.name=a -c user.email=a@example.org commit --quiet --message=a")) {
      Process done = process("git -C group/gapless " + git, Map.of());
      assertEquals(0, done.waitFor(), () -> git);
    }
    environment.put("GAPLESS_REPOSITORY", "file://" + repository);
    List<String> arguments = arguments(script, environment);
    Invocation check = Invocation.of(directory, arguments.toArray(String[]::new));
    assertEquals(new Invocation(0, "1 object judged: no findings\n", ""), check);
    JsonNode reports = job.at("/artifacts/reports");
    assertEquals(2, reports.size());
    for (JsonNode report : reports) {
      assertTrue(Files.exists(directory.resolve(report.asText())), report.asText());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", " \r\n\t\n"})
  void theActionDoesNotTakeNothingForEverything(String paths) throws Exception {
    Process process =
        process(
            Path.of("ci", "github-action").toAbsolutePath().toString(),
            Map.of("GAPLESS", recorder.toString(), "GAPLESS_PATHS", paths));
    assertEquals(
        "::error title=gapless::the input paths must name files or folders, is empty\n",
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    assertEquals(2, process.waitFor());
    assertFalse(Files.exists(record));
  }

  private List<String> arguments(String script, Map<String, String> environment) throws Exception {
    Process process = process(script, environment);
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), out);
    return new ArrayList<>(Arrays.asList(Files.readString(record).split("\0")));
  }

  private Process process(String script, Map<String, String> environment) throws IOException {
    var builder =
        new ProcessBuilder("bash", "-eo", "pipefail", "-c", script)
            .directory(directory.toFile())
            .redirectErrorStream(true);
    builder.environment().remove("GITHUB_STEP_SUMMARY");
    builder.environment().putAll(environment);
    builder.environment().put("RECORD", record.toString());
    return builder.start();
  }

  private static JsonNode yaml(String file) throws IOException {
    ManifestFile parsed = ManifestParser.parse(file, Files.readString(Path.of(file)));
    assertEquals(List.of(), parsed.problems());
    return parsed.objects().getFirst().tree();
  }
}
