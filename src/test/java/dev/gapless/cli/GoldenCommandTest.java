package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gapless.golden.GoldenCase;
import dev.gapless.rules.Catalog;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Every golden case that is about files, asked of `check` and `fix`.
class GoldenCommandTest {
  private static final JsonMapper JSON = new JsonMapper();

  @TestFactory
  Stream<DynamicTest> checkFindsWhatTheEngineFinds() {
    List<GoldenCase> cases = casesAboutFiles();
    return cases.stream().map(it -> dynamicTest(it.name(), () -> check(it)));
  }

  @TestFactory
  Stream<DynamicTest> whatFixPrintsHasNothingLeftToFix() {
    return casesAboutFiles().stream().map(it -> dynamicTest(it.name(), () -> fix(it)));
  }

  private static List<GoldenCase> casesAboutFiles() {
    List<GoldenCase> cases = GoldenCase.all().stream().filter(GoldenCase::isAboutFiles).toList();
    assertTrue(cases.size() > 80, "only " + cases.size() + " cases are about files");
    return cases;
  }

  private static void check(GoldenCase golden) throws JsonProcessingException {
    JsonNode expected = golden.expected().orElseThrow();
    Invocation check = run(golden, "", "check", golden.file("input.yaml").toString());
    List<String> findings =
        findings(check)
            .filter(it -> it.path("file").asText().endsWith("input.yaml"))
            .map(
                it -> line(it, it.path("message").asText() + " [" + it.path("rule").asText() + "]"))
            .toList();
    assertEquals(
        elements(expected.path("findings"))
            .map(it -> line(it, it.path("message").asText()))
            .sorted()
            .toList(),
        findings.stream().sorted().toList());
    boolean denied = expected.path("verdict").asText().equals("Deny");
    if (!Files.exists(golden.file("around.yaml"))) {
      int clean = expected.has("unreadable") ? 2 : 0;
      assertEquals(denied ? 1 : clean, check.exitCode(), check.err());
    }
  }

  private static void fix(GoldenCase golden) throws JsonProcessingException {
    Invocation fix = run(golden, "", "fix", golden.file("input.yaml").toString());
    boolean unreadable = golden.expected().orElseThrow().has("unreadable");
    assertEquals(unreadable ? 2 : 0, fix.exitCode(), fix.err());
    Invocation check = run(golden, fix.out(), "check", "-");
    assertEquals(
        List.of(),
        findings(check)
            .filter(it -> it.path("file").asText().equals("stdin"))
            .filter(it -> it.path("consequence").asText().equals("patched"))
            .map(JsonNode::toString)
            .toList());
  }

  private static Invocation run(GoldenCase golden, String input, String command, String path) {
    var arguments = new ArrayList<>(List.of(command, path));
    if (command.equals("check")) {
      arguments.addAll(List.of("-o", "json"));
    }
    // The neighbours belong to the question; what is found in them does not. What fix prints has
    // them in it.
    if (!path.equals("-") && Files.exists(golden.file("around.yaml"))) {
      arguments.add(golden.file("around.yaml").toString());
    }
    if (Files.exists(golden.file("policy.yaml"))) {
      arguments.addAll(List.of("--policy", golden.file("policy.yaml").toString()));
    }
    arguments.addAll(List.of("--kubernetes-version", golden.kubernetes().toString()));
    golden
        .namespace()
        .labels()
        .forEach(
            (key, value) -> arguments.addAll(List.of("--namespace-labels", key + "=" + value)));
    return Invocation.of(
        Path.of(""), Catalog.RULES, input, Map.of(), false, arguments.toArray(String[]::new));
  }

  private static Stream<JsonNode> findings(Invocation check) throws JsonProcessingException {
    return elements(JSON.readTree(check.out()).path("findings"));
  }

  private static Stream<JsonNode> elements(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false);
  }

  private static String line(JsonNode finding, String message) {
    return finding.path("path").asText()
        + ": "
        + message
        + " "
        + finding.path("consequence").asText();
  }
}
