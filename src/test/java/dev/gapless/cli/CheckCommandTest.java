package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckCommandTest {
  static final String WEB =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: web
        labels: {team: shop}
      spec:
        strategy: {rollingUpdate: {maxUnavailable: 0}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers:
            - name: web
              lifecycle: {preStop: {sleep: {seconds: 5}}}
              readinessProbe: {httpGet: {port: 80}}
      """;
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

  @BeforeEach
  void write() throws IOException {
    Files.writeString(directory.resolve("web.yaml"), WEB);
    Files.writeString(directory.resolve("bare.yaml"), BARE);
  }

  @Test
  void cleanManifestsEndWithZero() {
    assertEquals(
        new Invocation(0, "1 object judged: no findings\n", ""),
        Invocation.of(directory, "check", "web.yaml"));
  }

  @Test
  void everyFindingIsALineWithItsConsequence() {
    assertEquals(
        new Invocation(
            1,
            """
            bare.yaml:3: metadata.labels: must have "team" [no-team] (warning)
            bare.yaml:5: spec.strategy.rollingUpdate.maxUnavailable: must be 0; would set it [no-max-unavailable] (fixed at admission)
            bare.yaml:9: spec.template.spec.containers[0].readinessProbe: must be set, is missing [no-probe]
            bare.yaml:9: spec.template.spec.containers[0].lifecycle: must be set, is missing; would set a sleep of 10 s [no-sleep] (fixed at admission)
            2 objects judged: 1 denied, 1 warning, 2 fixed at admission
            """,
            ""),
        Invocation.of(directory, "check", "."));
  }

  @Test
  void quietPrintsFindingsOnly() {
    assertEquals(new Invocation(0, "", ""), Invocation.of(directory, "check", "-q", "web.yaml"));
  }

  @Test
  void whatIsSkippedIsCountedByReasonAndOldVersionsAreNamed() {
    String input =
        """
        a: 1
        ---
        apiVersion: v1
        kind: ConfigMap
        ---

        apiVersion: extensions/v1beta1
        kind: Deployment
        metadata: {name: old}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: odd}
        spec:
          template:
            spec:
              containers: web
        ---
        apiVersion: argoproj.io/v1alpha1
        kind: Rollout
        metadata: {name: new}
        spec:
          workloadRef: {apiVersion: apps/v1, kind: Deployment, name: web}
        """;
    assertEquals(
        new Invocation(
            2,
            "0 objects judged, 5 skipped (1 not a Kubernetes object, 1 of another kind,"
                + " 1 of an old API version, 1 unreadable, 1 with the pod template of another"
                + " object): no findings\n",
            """
            stdin:7: extensions/v1beta1 Deployment "old" skipped: must be apps/v1, is extensions/v1beta1, which Kubernetes 1.16 removed
            stdin:17: apps/v1 Deployment "odd" skipped: spec.template.spec.containers: must be a list, is string
            stdin:19: argoproj.io/v1alpha1 Rollout "new" skipped: its pod template is that of Deployment "web" (spec.workloadRef)
            """),
        Invocation.withInput(directory, input, "check", "-"));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          apps/v1 Deploymnt       | apps/v1 has no kind "Deploymnt" (did you mean "Deployment"?)
          apps/v1 deployment      | apps/v1 has no kind "deployment" (did you mean "Deployment"?)
          apps/v1 StatefullSet    | apps/v1 has no kind "StatefullSet" (did you mean "StatefulSet"?)
          app/v1 Deployment       | must be apps/v1, is app/v1
          v1 DaemonSet            | must be apps/v1, is v1
          apps/v1 ReplicaSet      |
          apps/v1 Gadget          |
          shop.example/v1 Deployment |
          argoproj.io/v1alpha1 Rolout | argoproj.io/v1alpha1 has no kind "Rolout" (did you mean "Rollout"?)
          argoproj.io/v1 Rollout  | must be argoproj.io/v1alpha1, is argoproj.io/v1
          apps/v1 Rollout         | must be argoproj.io/v1alpha1, is apps/v1
          argoproj.io/v1alpha1 Workflow |
          rollouts.kruise.io/v1beta1 Rollout |
          v1 Servce               | v1 has no kind "Servce" (did you mean "Service"?)
          v1 service              | v1 has no kind "service" (did you mean "Service"?)
          v1 Namspace             | v1 has no kind "Namspace" (did you mean "Namespace"?)
          v1 ServiceAccount       |
          v1 Secret               |
          v1 Node                 |
          autoscaling/v2 HorizontalPodAutoScalers | autoscaling/v2 has no kind "HorizontalPodAutoScalers" (did you mean "HorizontalPodAutoscaler"?)
          autoscaling/v1 HorizontalPodAutoscaller | autoscaling/v1 has no kind "HorizontalPodAutoscaller" (did you mean "HorizontalPodAutoscaler"?)
          policy/v1 PodDistruptionBudget | policy/v1 has no kind "PodDistruptionBudget" (did you mean "PodDisruptionBudget"?)
          policy/v1 Eviction      |
          """)
  void aMistypedKindIsToldWithTheOneThatWasMeant(String what, String why) {
    String[] words = what.split(" ", -1);
    Invocation check =
        Invocation.withInput(
            directory, "apiVersion: %s\nkind: %s\n".formatted(words[0], words[1]), "check", "-");
    assertEquals(0, check.exitCode());
    String told = check.err().isEmpty() ? "" : check.err().split("skipped: ", -1)[1].strip();
    assertEquals(why == null ? "" : why, told);
  }

  @Test
  void aServiceCountsForTheWorkloadsOfAllFiles() throws IOException {
    for (int i = 0; i < 2 * Workers.WORTH_IT; i++) {
      Files.writeString(
          directory.resolve("%03d.yaml".formatted(i)),
          i % 2 == 0
              ? WEB.replace("app: web", "app: web-" + i + ", all: same")
              : """
              kind: "Serv\\x69ce"
              apiVersion: v1
              metadata: {name: service-%d}
              spec: {selector: {all: same, app: web-%d}}
              """
                  .formatted(i, i - 1));
    }
    Invocation check = Invocation.of(directory, "check", "-q", ".");
    assertEquals(
        IntStream.range(0, Workers.WORTH_IT)
            .mapToObj(i ->
                "%03d.yaml:6: spec: is behind [service-%d] [selected] (recorded)"
                    .formatted(2 * i, 2 * i + 1))
            .toList(),
        check.out().lines().filter(it -> it.contains("[selected]")).toList());
  }

  @ParameterizedTest(name = "--fail-on {0} with {1} ends with {2}")
  @CsvSource({
    "deny, Enforce, 1",
    "deny, Warn, 0",
    "warn, Enforce, 1",
    "warn, Warn, 1",
    "warn, Audit, 0",
    "any, Audit, 1",
    "any, Disabled, 0"
  })
  void failOnDecidesWhatFails(String failOn, String mode, int exitCode) throws IOException {
    Files.writeString(directory.resolve("policy"), policy("p", mode));
    Invocation check =
        Invocation.of(directory, "check", "--policy", "policy", "--fail-on", failOn, "bare.yaml");
    assertEquals(exitCode, check.exitCode(), check.toString());
  }

  @Test
  void anUnreadableFileDoesNotStopTheOthers() throws IOException {
    Files.writeString(directory.resolve("broken.yaml"), "a: b: c\n");
    Invocation check = Invocation.of(directory, "check", ".", "none.yaml");
    assertEquals(2, check.exitCode());
    assertEquals(
        """
        broken.yaml:1:5: a colon must not stand here: indent as the lines above, put a space behind their colons, or quote the value
            a: b: c
                ^
        none.yaml: cannot be read: no such file or folder
        """,
        check.err());
    assertTrue(check.out().contains("[no-probe]"));
    assertTrue(
        check
            .out()
            .endsWith(
                "2 objects judged, 2 unreadable: 1 denied, 1 warning, 2 fixed at admission\n"));
  }

  @Test
  void servicesAmongTheManifestsAreKnown() {
    String services =
        """
        apiVersion: v1
        kind: Service
        metadata: {name: match, namespace: default}
        spec: {selector: {app: web}}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: elsewhere, namespace: other}
        spec: {selector: {app: web}}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: headless}
        spec: {}
        ---
        """;
    assertEquals(
        "stdin:21: spec: is behind [match] [selected] (recorded)\n",
        Invocation.withInput(directory, services + WEB, "check", "-q", "-").out());
  }

  @Test
  void namespacesAmongTheManifestsGiveTheirLabelsAndExemptions() throws IOException {
    Files.writeString(
        directory.resolve("policy"),
        policy("p", "Enforce")
            .replace("spec:", "spec:\n  match: {namespaceSelector: {matchLabels: {team: a}}}"));
    String namespace =
        """
        apiVersion: v1
        kind: Namespace
        metadata:
          name: shop
          labels: {team: a}
          annotations: {exempt.gapless.dev/no-probe: legacy}
        ---
        """;
    String bare = BARE.replace("name: bare", "name: bare\n  namespace: shop");
    assertEquals(
        0,
        Invocation.withInput(directory, namespace + bare, "check", "--policy=policy", "-")
            .exitCode());
    assertEquals(
        1,
        Invocation.withInput(
                directory, bare, "check", "--policy=policy", "--namespace-labels=team=a,x=y", "-")
            .exitCode());
    assertEquals(
        0, Invocation.withInput(directory, bare, "check", "--policy=policy", "-").exitCode());
  }

  @Test
  void whatNamesNoNamespaceLivesInTheDefaultOne() throws IOException {
    String namespace =
        """
        apiVersion: v1
        kind: Namespace
        metadata: {name: default, labels: {team: shop}}
        ---
        """;
    for (String label : List.of("team: shop", "kubernetes.io/metadata.name: default")) {
      Files.writeString(
          directory.resolve("policy"),
          policy("p", "Enforce")
              .replace(
                  "spec:", "spec:\n  match: {namespaceSelector: {matchLabels: {" + label + "}}}"));
      assertEquals(
          1,
          Invocation.withInput(directory, namespace + BARE, "check", "--policy=policy", "-")
              .exitCode(),
          label);
    }
  }

  @Test
  void aFolderWithoutManifestsIsAMistake() throws IOException {
    Files.createDirectories(directory.resolve("empty/.hidden"));
    Files.writeString(directory.resolve("empty/.hidden/a.yaml"), BARE);
    Files.writeString(directory.resolve("empty/notes.txt"), "no manifest");
    assertEquals(
        new Invocation(
            2,
            "0 objects judged, 1 unreadable: no findings\n",
            "empty: holds no .yaml, .yml or .json file\n"),
        Invocation.of(directory, "check", "empty"));
    Files.writeString(directory.resolve("empty/a.yaml"), "");
    assertEquals(
        new Invocation(0, "0 objects judged: no findings\n", ""),
        Invocation.of(directory, "check", "empty"));
  }

  @Test
  void aFolderWhoseFilesWereReadAlreadyIsNone() throws IOException {
    Files.createDirectories(directory.resolve("sub"));
    Files.writeString(directory.resolve("sub/web.yaml"), WEB);
    assertEquals("", Invocation.of(directory, "check", ".", "sub", "sub/web.yaml").err());
  }

  @Test
  void whatManifestsSayCannotForgeALineOrReachTheTerminal() throws IOException {
    Files.writeString(
        directory.resolve("a\u001b[2J\nb.yaml"),
        """
        apiVersion: extensions/v1beta1
        kind: Deployment
        metadata: {name: "w\\e[2J\\nfake.yaml:1: ok\\u0085\\u202e"}
        ---
        - *no
        """);
    Files.writeString(directory.resolve("bare.yaml"), BARE);
    Invocation check = Invocation.of(directory, "check", "--color=always", ".");
    assertEquals(
        """
        a\\u001b[2J\\u000ab.yaml:1: extensions/v1beta1 Deployment "w\\u001b[2J\\u000afake.yaml:1: ok\\u0085\\u202e" skipped: must be apps/v1, is extensions/v1beta1, which Kubernetes 1.16 removed
        a\\u001b[2J\\u000ab.yaml:5:3: there is no anchor "no"
            - *no
              ^
        """,
        check.err());
    String service =
        """
        apiVersion: v1
        kind: Service
        metadata: {name: "w\\e[2J\\nfake.yaml:1: ok"}
        spec: {selector: {app: web}}
        ---
        """;
    assertEquals(
        "stdin:11: spec: is behind [w\\u001b[2J\\u000afake.yaml:1: ok] [selected] (recorded)\n",
        Invocation.withInput(directory, service + WEB, "check", "-q", "-").out());
    assertEquals(
        "stdin:1: internal error: rule faulty failed on apps/v1 Deployment \"w\\u000aeb\", please"
            + " report: java.lang.IllegalStateException: out of order\n",
        Invocation.of(
                directory,
                List.of(new TestRules.Faulty()),
                WEB.replace("name: web\n  labels", "name: \"w\\neb\"\n  labels"),
                Map.of(),
                false,
                "check",
                "-")
            .err());
  }

  @Test
  void aRuleThatFailsIsOurFaultAndNotAFinding() {
    Invocation check =
        Invocation.of(
            directory, List.of(new TestRules.Faulty()), "", Map.of(), false, "check", "web.yaml");
    assertEquals(2, check.exitCode());
    assertEquals("1 object judged: no findings\n", check.out());
    assertEquals(
        "web.yaml:1: internal error: rule faulty failed on apps/v1 Deployment \"web\", please"
            + " report: java.lang.IllegalStateException: out of order\n",
        check.err());
  }

  @Test
  void coloursAreForTerminals() {
    String red = "\u001b[31m";
    assertTrue(coloured(true, Map.of(), "auto").contains(red));
    assertFalse(coloured(true, Map.of("NO_COLOR", "1"), "auto").contains(red));
    assertFalse(coloured(true, Map.of(), "never").contains(red));
    assertFalse(coloured(false, Map.of(), "auto").contains(red));
    assertTrue(coloured(false, Map.of("NO_COLOR", "1"), "always").contains(red));
  }

  private String coloured(boolean terminal, Map<String, String> environment, String when) {
    return Invocation.of(
            directory, TestRules.ALL, "", environment, terminal, "check", "--color", when, ".")
        .out();
  }

  @Test
  void anExemptionThatCountsIsSaid() throws JsonProcessingException {
    String exempt =
        BARE.replace(
            "name: bare\n",
            "name: bare\n  annotations:\n    exempt.gapless.dev/no-probe: legacy balancer\n");
    Invocation text = Invocation.withInput(directory, exempt, "check", "-");
    assertTrue(
        text.out()
            .contains(
                "stdin:6: apps/v1 Deployment \"bare\": legacy balancer [no-probe] (exempt)\n"),
        text.out());
    assertTrue(text.out().endsWith(", 1 exempt\n"), text.out());
    JsonNode report =
        new JsonMapper()
            .readTree(Invocation.withInput(directory, exempt, "check", "-o", "json", "-").out());
    assertEquals(1, report.at("/summary/exempt").intValue());
    assertEquals(
        new JsonMapper()
            .readTree(
                """
                [{"file":"stdin","line":6,"column":5,
                  "object":{"apiVersion":"apps/v1","kind":"Deployment","namespace":"","name":"bare"},
                  "rule":"no-probe","reason":"legacy balancer"}]
                """),
        report.path("exempt"));
  }

  @Test
  void aCountOutOfItsRangeIsNamed() {
    Invocation check =
        Invocation.withInput(
            directory,
            BARE.replace("spec:\n  temp", "spec:\n  replicas: -3\n  temp"),
            "check",
            "-");
    assertEquals(
        "stdin:6: apps/v1 Deployment \"bare\" skipped: spec.replicas: must be between 0 and 2147483647, is -3\n",
        check.err());
  }

  @Test
  void jsonHasAStableShape() throws JsonProcessingException {
    Invocation check =
        Invocation.withInput(
            directory, "kind: Pod\n---\n[\n", "check", "-o", "json", "bare.yaml", "-");
    JsonNode report = new JsonMapper().readTree(check.out());
    assertEquals(
        new JsonMapper()
            .readTree(
                """
                {"judged":1,"skipped":1,"errors":1,"denied":1,"warned":1,"patched":2,"recorded":0,"exempt":0}
                """),
        report.path("summary"));
    assertEquals(1, report.path("version").intValue());
    assertEquals(
        new JsonMapper()
            .readTree(
                """
                {"file":"bare.yaml","line":9,"column":9,
                 "object":{"apiVersion":"apps/v1","kind":"Deployment","namespace":"","name":"bare"},
                 "path":"spec.template.spec.containers[0].lifecycle",
                 "message":"must be set, is missing; would set a sleep of 10 s",
                 "rule":"no-sleep","consequence":"patched","mode":"Fix"}
                """),
        report.path("findings").path(3));
    assertEquals(
        new JsonMapper()
            .readTree(
                """
                [{"file":"stdin","line":1,"column":1,
                  "object":{"apiVersion":"","kind":"Pod","namespace":"","name":""},
                  "reason":"not-kubernetes","message":"names no apiVersion and kind"}]
                """),
        report.path("skipped"));
    assertEquals("stdin", report.path("errors").path(0).path("file").asText());
    assertEquals(3, report.path("errors").path(0).path("line").asInt());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n \n",
        "# nothing\n",
        "---\n",
        "---\n# Source: shop/templates/a.yaml\n---\n\n",
        "null\n",
        "\uFEFF"
      })
  void aStreamWithoutADocumentIsNoSuccess(String nothing) {
    String refusal =
        "stdin: holds no document: the command that it comes from has probably failed, or printed"
            + " nothing\n";
    assertEquals(
        new Invocation(2, "0 objects judged, 1 unreadable: no findings\n", refusal),
        Invocation.withInput(directory, nothing, "check", "-"));
    for (String command : List.of("fix -", "baseline -", "why -f -", "diff -f -")) {
      assertEquals(
          new Invocation(2, "", refusal),
          Invocation.withInput(directory, nothing, command.split(" ", -1)),
          command);
    }
  }

  @Test
  void aFileWithoutADocumentIsASuccess() throws IOException {
    Files.writeString(directory.resolve("nothing.yaml"), "# nothing\n");
    assertEquals(
        new Invocation(0, "0 objects judged: no findings\n", ""),
        Invocation.of(directory, "check", "nothing.yaml"));
    assertEquals(
        new Invocation(0, "0 objects judged: no findings\n", ""),
        Invocation.withInput(directory, "{apiVersion: v1, kind: List, items: []}\n", "check", "-"));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          kind: [\\n          | 6:8: a value must stand here | kind: [ | 8
          kind: [\\n\\n  \\n | 6:8: a value must stand here | kind: [ | 8
          kind: [             | 6:8: a value must stand here | kind: [ | 8
          kind: {a: b\\n     | 6:7: this must be closed by } | kind: {a: b | 7
          a: b: c\\n         | 6:5: a colon must not stand here: indent as the lines above, put a space behind their colons, or quote the value | a: b: c | 5
          a: b\\nc\\n       | 7:1: a colon and a space must follow this | c | 1
          {"a": 1,\\n        | 6:9: a value must stand here | {"a": 1, | 9
          """)
  void whatIsNoYamlIsShownWithItsTemplate(String text, String message, String line, int caret)
      throws IOException {
    String broken =
        "---\na: b\n---\n# Source: shop/templates/web.yaml\n\n" + text.replace("\\n", "\n");
    String excerpt = "    " + line + "\n" + " ".repeat(3 + caret) + "^\n";
    assertEquals(
        "shop/templates/web.yaml (stdin:" + message.replaceFirst(": ", "): ") + "\n" + excerpt,
        Invocation.withInput(directory, broken, "check", "-").err());
    Files.writeString(directory.resolve("all.yaml"), broken);
    assertEquals(
        "all.yaml:" + message + "\n" + excerpt,
        Invocation.of(directory, "check", "all.yaml").err());
  }

  @Test
  void everyFormNamesTheTemplateOfWhatIsNoYaml() throws JsonProcessingException {
    String broken = "# Source: shop/templates/web.yaml\nkind: [\n";
    assertEquals(
        new JsonMapper()
            .readTree(
                """
                [{"file":"stdin","line":2,"column":8,"source":"shop/templates/web.yaml",
                  "message":"a value must stand here"}]
                """),
        new JsonMapper()
            .readTree(Invocation.withInput(directory, broken, "check", "-o", "json", "-").out())
            .path("errors"));
    JsonNode gitlab =
        new JsonMapper()
            .readTree(Invocation.withInput(directory, broken, "check", "-o", "gitlab", "-").out())
            .path(0);
    assertEquals("shop/templates/web.yaml", gitlab.at("/location/path").asText());
    assertTrue(gitlab.path("description").asText().endsWith(" (stdin:2)"), gitlab.toString());
    for (String form : List.of("sarif", "github", "junit", "markdown")) {
      Invocation check = Invocation.withInput(directory, broken, "check", "-o", form, "-");
      assertTrue(check.out().contains("shop/templates/web.yaml"), check.out());
    }
  }

  @Test
  void theKubernetesVersionIsPassedOnAndChecked() {
    assertEquals(
        0,
        Invocation.of(directory, "check", "--kubernetes-version", "v1.29.3", "web.yaml")
            .exitCode());
    assertEquals(
        new Invocation(
            0,
            "1 object judged: no findings\n",
            "--kubernetes-version: is 1.99, the newest that this build knows is 1.36: judged as that\n"),
        Invocation.of(directory, "check", "--kubernetes-version", "1.99", "web.yaml"));
    assertEquals(
        """
        Invalid value for option '--kubernetes-version': "new" is no Kubernetes version such as 1.34
        see: gapless check --help
        """,
        Invocation.of(directory, "check", "--kubernetes-version", "new", "web.yaml").err());
  }

  static String policy(String name, String mode) {
    return """
    apiVersion: gapless.dev/v1alpha1
    kind: RolloutPolicy
    metadata:
      name: %s
    spec:
      mode: %s
    """
        .formatted(name, mode);
  }
}
