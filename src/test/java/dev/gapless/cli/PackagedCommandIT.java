package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gapless.golden.GoldenCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The packaged command line, asked all golden cases that need no more than their manifest at once.
class PackagedCommandIT {
  private static final Path JAR = Path.of("target", "quarkus-app", "quarkus-run.jar");

  @TempDir Path folder;

  @Test
  void findsWhatTheEngineFindsAndPrintsNothingElse() throws Exception {
    List<GoldenCase> cases = GoldenCase.all().stream().filter(GoldenCase::isPlain).toList();
    assertTrue(cases.size() > 60, "only " + cases.size() + " cases need no more than a manifest");
    Map<String, Integer> expected = new TreeMap<>();
    var arguments = new ArrayList<>(List.of("check", "-o", "json"));
    for (GoldenCase golden : cases) {
      String file = golden.file("input.yaml").toString();
      arguments.add(file);
      for (JsonNode finding : golden.expected().orElseThrow().path("findings")) {
        expected.merge(
            file + " " + finding.path("path").asText() + " " + finding.path("consequence").asText(),
            1,
            Integer::sum);
      }
    }
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Process process =
        new ProcessBuilder(command(arguments))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    // One of the cases is a workload that cannot be read.
    assertEquals(2, process.waitFor(), Files.readString(err));
    Map<String, Integer> found = new TreeMap<>();
    for (JsonNode finding : new JsonMapper().readTree(out.toFile()).path("findings")) {
      found.merge(
          finding.path("file").asText()
              + " "
              + finding.path("path").asText()
              + " "
              + finding.path("consequence").asText(),
          1,
          Integer::sum);
    }
    assertEquals(expected, found);
  }

  private static List<String> command(List<String> arguments) throws IOException {
    assertTrue(Files.exists(JAR), JAR + " is missing: run this test by `make test`");
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-jar", JAR.toString()));
    command.addAll(arguments);
    return command;
  }
}
