package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SarifReportTest {
  private static final String BARE =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: bare
      spec:
        template:
          spec:
            containers:
            - name: web
      """;

  @TempDir private Path directory;

  @Test
  void reportsSatisfyTheOfficialSchema() throws IOException {
    Files.writeString(directory.resolve("a b%.yaml"), BARE);
    Files.writeString(directory.resolve("broken.yaml"), "a: b: c\n");
    JsonNode report = report(".", "none.yaml", directory.resolve("a b%.yaml").toString());
    assertEquals(Set.of(), schema().validate(report));
    JsonNode result = report.at("/runs/0/results/2");
    assertEquals("no-probe", result.path("ruleId").asText());
    assertEquals(0, result.path("ruleIndex").asInt());
    assertEquals("error", result.path("level").asText());
    assertEquals(
        new JsonMapper()
            .readTree(
                """
                {"physicalLocation": {
                   "artifactLocation": {"uri": "a%20b%25.yaml"},
                   "region": {"startLine": 9, "startColumn": 9}},
                 "logicalLocations": [{"name": "bare",
                   "fullyQualifiedName": "apps/v1/Deployment/bare", "kind": "resource"}]}
                """),
        result.at("/locations/0"));
    assertEquals("warning", report.at("/runs/0/results/0/level").asText());
    assertEquals("note", report.at("/runs/0/results/1/level").asText());
    assertEquals(false, report.at("/runs/0/invocations/0/executionSuccessful").booleanValue());
  }

  @Test
  void theSchemaRefusesWhatIsWrong() throws IOException {
    assertNotEquals(
        Set.of(), schema().validate(new JsonMapper().readTree("{\"version\": \"2.1.0\"}")));
  }

  @Test
  void fingerprintsStayWhenLinesMove() throws IOException {
    Files.writeString(directory.resolve("bare.yaml"), BARE);
    JsonNode before = report("bare.yaml");
    Files.writeString(directory.resolve("bare.yaml"), "# one\n# more\n" + BARE);
    JsonNode after = report("bare.yaml");
    String fingerprint = "/runs/0/results/2/partialFingerprints";
    String line = "/runs/0/results/2/locations/0/physicalLocation/region/startLine";
    assertEquals(64, before.at(fingerprint).path("gapless/v1").asText().length());
    assertEquals(before.at(fingerprint), after.at(fingerprint));
    assertEquals(before.at(line).asInt() + 2, after.at(line).asInt());
    assertNotEquals(before.at(fingerprint), before.at("/runs/0/results/3/partialFingerprints"));
  }

  private JsonNode report(String... paths) throws IOException {
    String[] arguments = new String[paths.length + 3];
    arguments[0] = "check";
    arguments[1] = "-o";
    arguments[2] = "sarif";
    System.arraycopy(paths, 0, arguments, 3, paths.length);
    return new JsonMapper().readTree(Invocation.of(directory, arguments).out());
  }

  private static JsonSchema schema() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            SarifReportTest.class.getResourceAsStream("/sarif-schema-2.1.0.json"))) {
      return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema(in);
    }
  }
}
