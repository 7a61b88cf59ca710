package dev.gapless.golden;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gapless.cli.GaplessCommand;
import dev.gapless.cli.Shell;
import dev.gapless.engine.JudgedKinds;
import dev.gapless.golden.WellConfigured.Accepted;
import dev.gapless.rules.Catalog;
import dev.gapless.workload.WorkloadReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// False alarms are defects: what `check` finds in well-configured manifests, in any mode, is
/// exactly what stands beside each with a reason.
class WellConfiguredTest {
  private static final boolean REWRITE = Boolean.getBoolean("golden.rewrite");
  private static final JsonMapper JSON = new JsonMapper();

  /// Written for a finding that nobody has thought about yet.
  private static final String NO_REASON = "TODO";

  /// A sentence; where users would be told, one that argues.
  private static final int LEAST_REASON = 30;

  private static final int LEAST_ARGUMENT = 80;

  private final List<WellConfigured> all = WellConfigured.all();

  @TestFactory
  Stream<DynamicTest> nothingIsFoundThatIsNotAccepted() {
    return all.stream().map(it -> dynamicTest(it.name(), () -> compare(it)));
  }

  private static void compare(WellConfigured manifest) throws JsonProcessingException {
    List<Accepted> found = found(check("", manifest.manifest().toString()), manifest.accepted());
    if (REWRITE) {
      manifest.writeAccepted(found);
    }
    assertEquals(
        lines(manifest.accepted()),
        lines(found),
        "a false alarm is a defect of its rule; what is right is accepted by `make golden` and a"
            + " reason");
  }

  @TestFactory
  Stream<DynamicTest> whatIsAcceptedHasAReason() {
    return all.stream().map(it -> dynamicTest(it.name(), () -> demandReasons(it)));
  }

  private static void demandReasons(WellConfigured manifest) {
    assertAll(
        manifest.accepted().stream()
            .map(it ->
                () -> {
                  int least = it.consequence().equals("recorded") ? LEAST_REASON : LEAST_ARGUMENT;
                  assertTrue(
                      it.reason().length() >= least && !it.reason().contains(NO_REASON),
                      () ->
                          it.finding()
                              + " needs a reason of at least "
                              + least
                              + " characters why it is right to report it, has: "
                              + it.reason());
                }));
  }

  @TestFactory
  Stream<DynamicTest> everyObjectOfAJudgedKindIsJudged() {
    return all.stream()
        .map(it ->
            dynamicTest(
                it.name(),
                () -> {
                  JsonNode report = check("", it.manifest().toString());
                  assertEquals("[]", report.path("errors").toString());
                  assertEquals(judged(it), report.at("/summary/judged").asLong());
                }));
  }

  @Test
  void thereAreManyOfManyShapes() {
    assertTrue(
        all.stream().filter(it -> judged(it) > 0).count() >= 40, () -> all.size() + " folders");
    List<String> kinds =
        all.stream()
            .flatMap(it -> it.objects().stream())
            .map(it -> it.path("kind").asText())
            .toList();
    WorkloadReader.KINDS.forEach(
        kind -> assertTrue(kinds.contains(kind), "no " + kind + " is well configured"));
  }

  /// That nothing is found proves something only where something would be found.
  @Test
  void withoutTheirReadinessProbesNearlyAllWouldBeDenied() throws IOException {
    int denied = 0;
    for (WellConfigured it : all) {
      String text = Files.readString(it.manifest());
      String without = text.replace("readinessProbe:", "readinessProbeOfYesterday:");
      if (check(without, "-").at("/summary/denied").asInt() > 0) {
        denied++;
      }
    }
    assertTrue(denied >= 38, "only " + denied + " of " + all.size());
  }

  private static long judged(WellConfigured manifest) {
    return manifest.objects().stream().filter(it -> JudgedKinds.read(it).isPresent()).count();
  }

  private static List<Accepted> found(JsonNode report, List<Accepted> known) {
    var found = new ArrayList<Accepted>();
    for (JsonNode it : report.path("findings")) {
      JsonNode object = it.path("object");
      var finding =
          new Accepted(
              it.path("rule").asText(),
              object.path("kind").asText() + "/" + object.path("name").asText(),
              it.path("path").asText(),
              it.path("consequence").asText(),
              NO_REASON);
      found.add(
          known.stream()
              .filter(before -> before.finding().equals(finding.finding()))
              .findFirst()
              .orElse(finding));
    }
    return found;
  }

  private static String lines(List<Accepted> findings) {
    return String.join("\n", findings.stream().map(Accepted::finding).sorted().toList());
  }

  private static JsonNode check(String input, String path) throws JsonProcessingException {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    var shell =
        new Shell(
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(out, false, StandardCharsets.UTF_8),
            new PrintStream(err, false, StandardCharsets.UTF_8),
            Path.of(""),
            Map.of(),
            false,
            false,
            false,
            InstantSource.fixed(Instant.parse("2026-11-21T12:00:00Z")));
    GaplessCommand.run(shell, Catalog.RULES, "check", "-o", "json", path);
    return JSON.readTree(out.toString(StandardCharsets.UTF_8));
  }
}
