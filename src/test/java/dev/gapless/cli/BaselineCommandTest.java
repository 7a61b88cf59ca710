package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BaselineCommandTest {
  private static final String BARE =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: bare, namespace: shop, labels: {team: shop}}
      spec:
        strategy: {rollingUpdate: {maxUnavailable: 0}}
        template:
          spec:
            containers:
            - {name: web, lifecycle: {}}
            - {name: proxy, lifecycle: {}}
      """;
  private static final String BASELINE =
      """
      {
        "version": 1,
        "findings": [
          {"group":"apps","kind":"Deployment","namespace":"shop","name":"bare","rule":"no-probe","path":"spec.template.spec.containers[name=proxy].readinessProbe","count":1},
          {"group":"apps","kind":"Deployment","namespace":"shop","name":"bare","rule":"no-probe","path":"spec.template.spec.containers[name=web].readinessProbe","count":1}
        ]
      }
      """;

  @TempDir private Path directory;

  @BeforeEach
  void write() throws IOException {
    Files.writeString(directory.resolve("bare.yaml"), BARE);
  }

  @Test
  void whatIsFoundIsWrittenOneALineInAnOrderOfItsOwn() throws IOException {
    assertEquals(
        new Invocation(0, BASELINE, ""), Invocation.of(directory, "baseline", "bare.yaml"));
    assertEquals(
        new Invocation(0, "", "2 findings written to known.json\n"),
        Invocation.of(directory, "baseline", "bare.yaml", "-o", "known.json"));
    assertEquals(BASELINE, Files.readString(directory.resolve("known.json")));
    Files.writeString(
        directory.resolve("bare.yaml"),
        BARE.replace(
            "- {name: web, lifecycle: {}}\n      - {name: proxy,",
            "- {name: proxy, lifecycle: {}}\n      - {name: web,"));
    assertEquals(BASELINE, Invocation.of(directory, "baseline", "bare.yaml").out());
  }

  @Test
  void nothingFoundIsABaselineToo() throws IOException {
    Files.writeString(directory.resolve("bare.yaml"), CheckCommandTest.WEB);
    assertEquals(
        "{\n  \"version\": 1,\n  \"findings\": []\n}\n",
        Invocation.of(directory, "baseline", ".").out());
    known();
    assertEquals(
        new Invocation(0, "1 object judged: no findings, 0 known from the baseline\n", ""),
        check("bare.yaml"));
  }

  @Test
  void whatIsKnownIsCountedAndFailsNoMore() {
    known();
    assertEquals(
        new Invocation(0, "1 object judged: no findings, 2 known from the baseline\n", ""),
        check("bare.yaml", "--fail-on=any"));
  }

  @Test
  void linesFilesAndTheOrderOfContainersMayChange() throws IOException {
    known();
    Files.delete(directory.resolve("bare.yaml"));
    Files.createDirectories(directory.resolve("sub"));
    Files.writeString(
        directory.resolve("sub/renamed.yaml"),
        "# moved\n# down\n"
            + BARE.replace(
                "    - {name: web, lifecycle: {}}\n",
                "    - {name: new, lifecycle: {}, readinessProbe: {}}\n      - {name: web, lifecycle: {}}\n"));
    assertEquals(
        new Invocation(0, "1 object judged: no findings, 2 known from the baseline\n", ""),
        check("sub"));
  }

  @Test
  void onlyWhatIsNewIsShownAndFails() throws IOException {
    known();
    Files.writeString(
        directory.resolve("bare.yaml"), BARE + "      - {name: third, lifecycle: {}}\n");
    assertEquals(
        new Invocation(
            1,
            """
            bare.yaml:11: spec.template.spec.containers[2].readinessProbe: must be set, is missing [no-probe]
            1 object judged: 1 denied, 2 known from the baseline
            """,
            ""),
        check("bare.yaml"));
    JsonNode json = json("bare.yaml");
    assertEquals(1, json.path("findings").size());
    assertEquals(2, json.at("/baseline/known").asInt());
  }

  @Test
  void theSameFindingOnAnotherObjectIsNew() throws IOException {
    known();
    for (List<String> change :
        List.of(
            List.of("name: bare", "name: other"),
            List.of("namespace: shop", "namespace: other"),
            List.of("kind: Deployment", "kind: StatefulSet"))) {
      Files.writeString(
          directory.resolve("bare.yaml"), BARE.replace(change.getFirst(), change.getLast()));
      assertEquals(1, check("bare.yaml").exitCode(), change.toString());
    }
  }

  @Test
  void whatCannotBeToldApartIsCounted() throws IOException {
    String twins = BARE + "---\n" + BARE;
    Files.writeString(directory.resolve("bare.yaml"), twins);
    known();
    assertTrue(Files.readString(directory.resolve("known.json")).contains("\"count\":2"));
    Files.writeString(directory.resolve("bare.yaml"), twins + "---\n" + BARE);
    Invocation check = check("bare.yaml");
    assertEquals(1, check.exitCode());
    assertEquals(
        List.of("bare.yaml:31", "bare.yaml:32"),
        check.out().lines().limit(2).map(it -> it.substring(0, it.indexOf(": "))).toList());
    assertTrue(check.out().contains("2 denied, 4 known"), check.out());
    Files.writeString(directory.resolve("bare.yaml"), BARE);
    assertEquals(
        """
        known.json:4: is stale: Deployment shop/bare: spec.template.spec.containers[name=proxy].readinessProbe [no-probe] is no longer found
        known.json:5: is stale: Deployment shop/bare: spec.template.spec.containers[name=web].readinessProbe [no-probe] is no longer found
        """,
        check("bare.yaml").err());
  }

  @Test
  void staleEntriesAreReportedAndThoseOfOtherFilesAreNot() throws IOException {
    known();
    Files.writeString(
        directory.resolve("bare.yaml"),
        BARE.replace("{name: web, ", "{name: web, readinessProbe: {}, "));
    assertEquals(
        new Invocation(
            0,
            "1 object judged: no findings, 1 known from the baseline\n",
            "known.json:5: is stale: Deployment shop/bare:"
                + " spec.template.spec.containers[name=web].readinessProbe [no-probe] is no longer"
                + " found\n"),
        check("bare.yaml"));
    assertEquals("", check("bare.yaml", "-q").err());
    assertEquals(1, json("bare.yaml").at("/baseline/stale").size());
    // As pre-commit does, which names the changed files only.
    Files.writeString(directory.resolve("web.yaml"), CheckCommandTest.WEB);
    assertEquals("", check("web.yaml").err());
    assertEquals(2, json("web.yaml").at("/baseline/unseen").asInt());
  }

  @Test
  void whatCannotBeReadLeavesTheOldBaselineAlone() throws IOException {
    known();
    Files.writeString(directory.resolve("broken.yaml"), "a: b: c\n");
    Invocation baseline = Invocation.of(directory, "baseline", ".", "-o", "known.json");
    assertEquals(2, baseline.exitCode());
    assertTrue(baseline.err().startsWith("broken.yaml:1:5: "), baseline.err());
    assertEquals(BASELINE, Files.readString(directory.resolve("known.json")));
  }

  @Test
  void aDeviceIsWrittenToAndNotReplaced() {
    assertEquals(
        0, Invocation.of(directory, "baseline", "bare.yaml", "-o", "/dev/null").exitCode());
    assertFalse(Files.isRegularFile(Path.of("/dev/null")));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"findings": []}                    | known.json:1:1: version: must be 1, is missing: gapless baseline writes such a file
          {"version": 2, "findings": []}      | known.json:1:2: version: must be 1, is 2: gapless baseline writes such a file
          {"version": 1}                      | known.json:1:1: findings: must be a list
          {"version": 1, "findigs": []}       | known.json:1:16: findigs: is unknown (did you mean "findings"?)
          {"version": 1, "findings": [1]}     | known.json:1:29: findings[0]: must be an object
          {"version": 1, "findings": [{}]}    | known.json:1:29: findings[0].group: must be set
          {"version": 1, "findings": [{"x": 1}]} | known.json:1:30: findings[0].x: is unknown
          {"version": 1, "findings": [{"group": 1}]} | known.json:1:30: findings[0].group: must be a string, is 1
          {"version": 1, "findings": [        | known.json:1:29: Unexpected end-of-input: expected close marker for Array
          a: b: c                             | known.json:1:5: a colon must not stand here: indent as the lines above, put a space behind their colons, or quote the value
          {}{}                                | known.json: must hold one baseline, holds 2
          """)
  void aMistakeIsNamedWithItsPlace(String content, String message) throws IOException {
    Files.writeString(directory.resolve("known.json"), content);
    Invocation check = check("bare.yaml");
    assertEquals(2, check.exitCode());
    assertEquals("", check.out());
    assertTrue(check.err().startsWith(message), check.err());
  }

  @Test
  void anotherFileIsNamedInOneLine() throws IOException {
    Files.writeString(directory.resolve("known.json"), BARE);
    assertEquals(
        new Invocation(
            2,
            "",
            "known.json: must be a baseline, is a Deployment: gapless baseline writes such a file\n"),
        check("bare.yaml"));
    Invocation.of(directory, "check", "-o", "json=known.json", "bare.yaml");
    assertEquals(
        new Invocation(
            2,
            "",
            "known.json: must be a baseline, is a report of -o json: gapless baseline writes such a"
                + " file\n"),
        check("bare.yaml"));
    Files.writeString(
        directory.resolve("known.json"), "{\"kind\": \"GaplessScan\", \"version\": 1}");
    assertEquals(
        new Invocation(
            2,
            "",
            "known.json: must be a baseline, is a saved scan (for --against): gapless baseline"
                + " writes such a file\n"),
        check("bare.yaml"));
  }

  @Test
  void manyMistakesAreCounted() throws IOException {
    Files.writeString(
        directory.resolve("known.json"),
        "{\"version\": 1, \"findings\": [" + "1,".repeat(29) + "1]}");
    Invocation check = check("bare.yaml");
    assertEquals(2, check.exitCode());
    assertEquals(11, check.err().lines().count());
    assertTrue(check.err().endsWith("\nknown.json: and 20 mistakes more\n"), check.err());
  }

  @Test
  void aBaselineThatIsNotThereIsAMistake() {
    assertEquals(
        new Invocation(2, "", "known.json: cannot be read: no such file or folder\n"),
        check("bare.yaml"));
  }

  private void known() {
    Invocation baseline = Invocation.of(directory, "baseline", ".", "-o", "known.json");
    assertEquals(0, baseline.exitCode(), baseline.err());
  }

  private Invocation check(String path, String... more) {
    return Invocation.of(directory, arguments(path, more));
  }

  private JsonNode json(String path) throws IOException {
    return new JsonMapper().readTree(check(path, "-o", "json").out());
  }

  private static String[] arguments(String path, String... more) {
    String[] arguments = new String[more.length + 4];
    arguments[0] = "check";
    arguments[1] = "--baseline";
    arguments[2] = "known.json";
    arguments[3] = path;
    System.arraycopy(more, 0, arguments, 4, more.length);
    return arguments;
  }
}
