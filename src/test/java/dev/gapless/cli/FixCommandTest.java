package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FixCommandTest {
  private static final String BARE =
      """
      # Bare.
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: bare, labels: {team: shop}}
      spec:
        template:
          spec:
            containers:
            - name: web   # the web
              readinessProbe: {httpGet: {port: 80}}
      """;
  private static final String FIXED =
      """
      # Bare.
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: bare, labels: {team: shop}}
      spec:
        template:
          spec:
            containers:
            - name: web   # the web
              readinessProbe: {httpGet: {port: 80}}
              lifecycle:
                preStop:
                  sleep:
                    seconds: 10
        strategy:
          rollingUpdate:
            maxUnavailable: 0
      """;

  @TempDir private Path directory;

  @Test
  void printsTheFixedManifestWithAllThatWasThere() {
    assertEquals(new Invocation(0, FIXED, ""), Invocation.withInput(directory, BARE, "fix", "-"));
  }

  @Test
  void fixingTwiceChangesNothing() {
    assertEquals(new Invocation(0, FIXED, ""), Invocation.withInput(directory, FIXED, "fix", "-"));
    assertEquals(
        0, Invocation.withInput(directory, FIXED, "check", "--fail-on=any", "-").exitCode());
  }

  @Test
  void whatNeedsNoChangeIsPrintedAsItIs() {
    String other = "# x\nkind:   ConfigMap\n--- # next\n{a: b}\n---\nbroken: [\n";
    Invocation fix = Invocation.withInput(directory, other, "fix", "-");
    assertEquals(other, fix.out());
    assertEquals(2, fix.exitCode());
  }

  @Test
  void severalFilesBecomeOneStreamOfDocuments() throws IOException {
    Files.writeString(directory.resolve("a.yaml"), "a: 1");
    Files.writeString(directory.resolve("b.yaml"), "---\nb: 1\n");
    Files.writeString(directory.resolve("c.json"), "{\"c\": 1}\n");
    assertEquals("a: 1\n---\nb: 1\n---\n{\"c\": 1}\n", Invocation.of(directory, "fix", ".").out());
  }

  @Test
  void theDiffIsUnifiedAndNamesTheFiles() throws IOException {
    Files.createDirectories(directory.resolve("d"));
    Files.writeString(directory.resolve("d/bare.yaml"), BARE.stripTrailing());
    Files.writeString(directory.resolve("d/web.yaml"), CheckCommandTest.WEB);
    assertEquals(
        """
        --- a/d/bare.yaml
        +++ b/d/bare.yaml
        @@ -7,4 +7,11 @@
             spec:
               containers:
               - name: web   # the web
        -        readinessProbe: {httpGet: {port: 80}}
        \\ No newline at end of file
        +        readinessProbe: {httpGet: {port: 80}}
        +        lifecycle:
        +          preStop:
        +            sleep:
        +              seconds: 10
        +  strategy:
        +    rollingUpdate:
        +      maxUnavailable: 0
        \\ No newline at end of file
        """,
        Invocation.of(directory, "fix", "--diff", "d").out());
  }

  @Test
  void jsonStaysJson() {
    String json =
        """
        {
          "apiVersion": "apps/v1",
          "kind": "Deployment",
          "metadata": {
            "name": "a",
            "labels": {
              "team": "x"
            }
          },
          "spec": {
            "template": {}
          }
        }
        """;
    assertEquals(
        json.replace(
            "\"template\": {}",
            "\"template\": {},\n    \"strategy\": {\n      \"rollingUpdate\": {\n"
                + "        \"maxUnavailable\": 0\n      }\n    }"),
        Invocation.withInput(directory, json, "fix", "-").out());
  }

  @Test
  void inJsonNothingChangesThatWasNotAskedFor() {
    String json =
        """
        { "apiVersion":"apps/v1", "kind" : "Deployment",
          "metadata": {"name": "a", "labels": {"team": "\\u0078\\/y"},
                       "annotations": {}},
          "spec": {"a": [1.0, 1e3, -0.50, 12345678901234567890],
                   "template": {} }
        }
        """;
    assertEquals(
        json.replace(
            "\"template\": {} }",
            "\"template\": {},\n           \"strategy\": {\n             \"rollingUpdate\": {\n"
                + "               \"maxUnavailable\": 0\n             }\n           } }"),
        Invocation.withInput(directory, json, "fix", "-").out());
  }

  @Test
  void theDiffsHeadIsOneLine() throws IOException {
    Files.writeString(directory.resolve("a\u001b\nb.yaml"), BARE);
    String diff = Invocation.of(directory, "fix", "--diff", ".").out();
    assertEquals(
        List.of("--- a/a\\u001b\\u000ab.yaml", "+++ b/a\\u001b\\u000ab.yaml"),
        diff.lines().limit(2).toList());
  }

  @Test
  void itemsOfListsAreFixed() {
    String list =
        "apiVersion: apps/v1\nkind: DeploymentList\nitems:\n- metadata: {name: a, labels: {team: x}}\n  spec: {}\n";
    assertEquals(
        list.replace(
            "  spec: {}\n",
            "  spec:\n    strategy:\n      rollingUpdate:\n        maxUnavailable: 0\n"),
        Invocation.withInput(directory, list, "fix", "-").out());
  }

  @Test
  void whatIsLeftForTheAuthorIsSaid() {
    Invocation fix =
        Invocation.withInput(
            directory, BARE.replace("readinessProbe", "livenessProbe"), "fix", "-");
    assertEquals(0, fix.exitCode());
    assertEquals("1 finding is left for the author: gapless check shows it\n", fix.err());
    assertTrue(fix.out().contains("lifecycle:"));
  }
}
