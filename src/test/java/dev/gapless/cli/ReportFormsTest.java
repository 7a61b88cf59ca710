package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.gapless.rule.Rule;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.SchemaFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.SAXException;

/// Every form of output over one set of manifests that leads to everything there is to report.
class ReportFormsTest {
  private static final Path RESOURCES = Path.of("src", "test", "resources");
  private static final List<Rule> RULES =
      Stream.concat(TestRules.ALL.stream(), Stream.of(new TestRules.FaultyOn("faulty"))).toList();

  /// What breaks a form that does not escape: each one's marks, escapes for terminals, a turned
  /// direction, half a surrogate pair, what XML cannot say.
  private static final String NASTY =
      "<b>|`@all` #1 %0A::error::x,y ]]> & 'q' [l](http://x.example) \\\\ \\u001b[31m \\u202e \\ud800"
          + " \\uffff \\r\\n::stop";

  private static final String BARE =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: bare
        namespace: shop
        annotations:
          exempt.gapless.dev/no-prob: "<b>later</b>"
          "exempt.gapless.dev/@all|[l](x)": later
      spec:
        template:
          spec:
            containers:
            - name: web
            - name: proxy
      ---
      {apiVersion: apps/v1, kind: Deploymet, metadata: {name: typo}}
      ---
      {apiVersion: extensions/v1beta1, kind: Deployment, metadata: {name: old}}
      ---
      {apiVersion: v1, kind: ConfigMap, metadata: {name: other}}
      ---
      {apiVersion: argoproj.io/v1alpha1, kind: Rollout, metadata: {name: split}, spec: {workloadRef: {kind: Deployment, name: bare}}}
      ---
      {apiVersion: apps/v1, kind: Deployment, metadata: {name: gone, deletionTimestamp: "2026-11-21T00:00:00Z"}}
      ---
      {apiVersion: apps/v1, kind: Deployment, metadata: {name: odd}, spec: {template: {spec: {containers: web}}}}
      """;
  private static final Map<String, String> FILES =
      Map.of(
          "bare.yaml",
          BARE,
          "broken.yaml",
          "a: b: c\n---\n- *no\n",
          "clean.yaml",
          CheckCommandTest.WEB
              .replace("name: web\n  labels", "name: clean\n  labels")
              .replace("app: web", "app: clean"),
          "faulty.yaml",
          CheckCommandTest.WEB
              .replace("name: web\n  labels", "name: faulty\n  labels")
              .replace("app: web", "app: clean"),
          "odd, <name>%41:.json",
          """
          {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "%s"},
           "spec": {"template": {"spec": {"containers": [{"name": "%s", "lifecycle": {}}]}}}}
          """
              .formatted(NASTY, NASTY));
  private static final String STDIN =
      """
      ---
      # Source: shop/templates/service.yaml
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {selector: {app: web}}
      ---
      # Source: shop/templates/web.yaml
      """
          + CheckCommandTest.WEB
          + """
          ---
          apiVersion: apps/v1
          kind: StatefulSet
          metadata:
            name: base
            annotations:
              config.kubernetes.io/origin: |
                path: ../base/db.yaml
          spec:
            template:
              spec:
                containers:
                - {name: db, readinessProbe: {}, lifecycle: {}}
          """;

  @TempDir private Path directory;

  @BeforeEach
  void write() throws IOException {
    for (Map.Entry<String, String> file : FILES.entrySet()) {
      Files.writeString(directory.resolve(file.getKey()), file.getValue());
    }
  }

  @TestFactory
  Stream<DynamicTest> everyFormIsAsItWas() {
    return Arrays.stream(Output.Form.values())
        .map(form -> dynamicTest(form.toString(), () -> compare(form)));
  }

  private void compare(Output.Form form) throws IOException {
    Path file = RESOURCES.resolve(Path.of("reports", form.toString()));
    String printed = print(form).replace(BuildVersion.TEXT, "VERSION");
    if (Boolean.getBoolean("golden.rewrite")) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, printed);
    }
    assertEquals(
        Files.readString(file), printed, file + " differs: make golden writes it, read the diff");
  }

  @Test
  void everyConsequenceAndReasonIsAmongThem() throws IOException {
    JsonNode report = new JsonMapper().readTree(print(Output.Form.JSON));
    assertEquals(
        Set.of("denied", "warned", "patched", "recorded"),
        texts(report.path("findings"), "consequence"));
    assertEquals(
        Set.of(
            "mistyped-kind",
            "old-version",
            "other-kind",
            "unreadable",
            "being-deleted",
            "template-elsewhere"),
        texts(report.path("skipped"), "reason"));
    assertEquals(2, report.path("notes").size());
    assertEquals(3, report.path("errors").size());
  }

  @Test
  void jsonSatisfiesItsSchema() throws IOException {
    JsonSchema schema = schema(Path.of("docs", "check-output.schema.json"));
    var mapper = new JsonMapper();
    assertEquals(Set.of(), schema.validate(mapper.readTree(print(Output.Form.JSON))));
    Files.writeString(directory.resolve("baseline"), "{\"version\": 1, \"findings\": []}");
    assertEquals(
        Set.of(),
        schema.validate(mapper.readTree(print(Output.Form.JSON, "--baseline", "baseline"))));
    JsonNode explained = mapper.readTree(print(Output.Form.JSON, "--why"));
    assertEquals(Set.of(), schema.validate(explained));
    assertEquals(explained.at("/summary/judged").asInt(), explained.path("why").size());
    assertNotEquals(Set.of(), schema.validate(mapper.readTree("{\"version\": 1}")));
  }

  @Test
  void gitlabSatisfiesItsSchemaAndTellsAllApart() throws IOException {
    JsonSchema schema = schema(RESOURCES.resolve("gitlab-code-quality.schema.json"));
    JsonNode report = new JsonMapper().readTree(print(Output.Form.GITLAB));
    assertEquals(Set.of(), schema.validate(report));
    assertEquals(report.size(), texts(report, "fingerprint").size());
    assertNotEquals(Set.of(), schema.validate(new JsonMapper().readTree("[{}]")));
  }

  @Test
  void gitlabsFingerprintsStayWhenLinesMove() throws IOException {
    JsonNode before = new JsonMapper().readTree(print(Output.Form.GITLAB));
    Files.writeString(directory.resolve("bare.yaml"), "# one\n# more\n" + BARE);
    JsonNode after = new JsonMapper().readTree(print(Output.Form.GITLAB));
    assertNotEquals(before, after);
    assertEquals(texts(before, "fingerprint"), texts(after, "fingerprint"));
  }

  @Test
  void sarifSatisfiesItsSchema() throws IOException {
    JsonSchema schema =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
            .getSchema(Files.readString(RESOURCES.resolve("sarif-schema-2.1.0.json")));
    assertEquals(Set.of(), schema.validate(new JsonMapper().readTree(print(Output.Form.SARIF))));
  }

  @Test
  void junitSatisfiesItsSchema() throws IOException, SAXException {
    validate(print(Output.Form.JUNIT));
    assertThrows(SAXException.class, () -> validate("<testsuites><testsuite/></testsuites>"));
  }

  @Test
  void junitsFailuresAreWhatFailsTheCommand() throws IOException, SAXException {
    String deny = print(Output.Form.JUNIT);
    String any = print(Output.Form.JUNIT, "--fail-on=any");
    validate(any);
    assertTrue(deny.contains("<failure type=\"no-probe\""), deny);
    assertFalse(deny.contains("<failure type=\"no-team\""), deny);
    assertTrue(any.contains("<failure type=\"no-team\""), any);
    String told = any.lines().filter(it -> it.contains("<system-out>")).toList().toString();
    assertEquals(2, told.split("<system-out>bare.yaml:[0-9]+: note: ", -1).length - 1, told);
  }

  @Test
  void githubCommandsAreOneLineEach() throws IOException {
    Pattern command =
        Pattern.compile(
            "::(error|warning|notice) (file=[^:,]+(,line=[0-9]+,col=[0-9]+)?,)?title=[^:,]+::.*");
    List<String> lines = print(Output.Form.GITHUB).lines().toList();
    assertTrue(lines.size() > 10, lines.toString());
    assertEquals(List.of(), lines.stream().filter(it -> !command.matcher(it).matches()).toList());
    assertTrue(
        lines.stream().anyMatch(it -> it.contains("file=odd%2C <name>%2541%3A.json,line=1")),
        lines.toString());
  }

  @Test
  void markdownSaysNothingThatManifestsCouldHaveWritten() throws IOException {
    String markdown = print(Output.Form.MARKDOWN);
    for (String line : markdown.lines().toList()) {
      if (line.startsWith("| ")) {
        assertEquals(5, line.chars().filter(it -> it == '|').count(), line);
      }
    }
    String own =
        markdown.replaceAll("</?(details( open)?|summary|code)>|<!-- -->", "").replace("\n- ", "");
    assertEquals(List.of(), Pattern.compile("[<>`@\\[*_]").matcher(own).results().toList());
  }

  @Test
  void markdownIsBounded() throws IOException {
    var containers = new StringBuilder();
    for (int i = 0; i < 2000; i++) {
      containers.append("      - name: web-").append(i).append('\n');
    }
    Files.writeString(
        directory.resolve("bare.yaml"), BARE.replace("      - name: web\n", containers));
    String markdown = print(Output.Form.MARKDOWN);
    assertTrue(
        markdown.length() <= MarkdownReport.MAX_LENGTH && markdown.length() > 50_000,
        () -> String.valueOf(markdown.length()));
    assertTrue(markdown.matches("(?s).*… and [0-9]+ more, left out as there is no room.\n"));
    assertEquals(
        Pattern.compile("<details").matcher(markdown).results().count(),
        Pattern.compile("</details>").matcher(markdown).results().count());
  }

  @Test
  void formsGoIntoFilesBesideStandardOutput() throws IOException {
    Invocation check =
        Invocation.of(
            directory,
            "check",
            "-q",
            "-o",
            "text",
            "-o",
            "json=a.json",
            "-o=junit=b.xml",
            "clean.yaml",
            "bare.yaml");
    assertTrue(check.out().contains("[no-probe]"), check.out());
    assertEquals(
        1, new JsonMapper().readTree(directory.resolve("a.json").toFile()).at("/version").asInt());
    assertTrue(Files.readString(directory.resolve("b.xml")).startsWith("<?xml"));
    Invocation only = Invocation.of(directory, "check", "-o", "json=a.json", "clean.yaml");
    assertEquals(new Invocation(0, "", ""), only);
    assertEquals(
        1,
        new JsonMapper()
            .readTree(directory.resolve("a.json").toFile())
            .at("/summary/judged")
            .asInt());
    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(
          FILES.size() + 2, files.count(), "nothing half-written may be left in the folder");
    }
    assertEquals(
        new Invocation(2, "", "-o json=no/a.json: cannot be written: no such folder\n"),
        Invocation.of(directory, "check", "-o", "json=no/a.json", "clean.yaml"));
  }

  private String print(Output.Form form, String... more) {
    var arguments = new ArrayList<>(List.of("check", "-o", form.toString(), ".", "-"));
    arguments.addAll(List.of(more));
    return Invocation.of(directory, RULES, STDIN, Map.of(), false, arguments.toArray(String[]::new))
        .out();
  }

  private static Set<String> texts(JsonNode list, String member) {
    var texts = new HashSet<String>();
    list.forEach(it -> texts.add(it.path(member).asText()));
    return texts;
  }

  private static JsonSchema schema(Path file) throws IOException {
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
        .getSchema(Files.readString(file));
  }

  private static void validate(String xml) throws IOException, SAXException {
    SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI)
        .newSchema(RESOURCES.resolve("junit.xsd").toFile())
        .newValidator()
        .validate(new StreamSource(new StringReader(xml)));
  }
}
