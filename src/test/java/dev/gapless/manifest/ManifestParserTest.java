package dev.gapless.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gapless.workload.FieldPath;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestParserTest {
  private static final String POD =
      """
      # a comment
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: a
      spec:
        containers:
          - image: x
            name: one
          -
            name: two
            env: &env
              - {name: A, value: b}
          - name: three
            env: *env
      """;

  @ParameterizedTest(name = "{0} is at {1}:{2}")
  @CsvSource({
    "/metadata/name, 6, 3",
    "/metadata/labels, 5, 1",
    "/spec/containers/0, 9, 7",
    "/spec/containers/0/name, 10, 7",
    "/spec/containers/0/lifecycle/preStop, 9, 7",
    "/spec/containers/1/ports, 12, 7",
    "/spec/containers/1/env/0/value, 14, 21",
    "/spec/containers/2/env, 16, 7",
    "/spec/containers/2/env/0/value, 14, 21",
    "/spec/containers/9, 8, 3",
    "/status, 3, 1",
  })
  void everyFieldHasAPlaceAndAnAbsentOneThatOfItsNearestAncestor(
      String pointer, int line, int column) {
    ManifestObject pod = ManifestParser.parse("f", POD).objects().getFirst();
    assertEquals(new Position(line, column), pod.position(path(pointer)));
  }

  @Test
  void jsonHasPlacesToo() {
    String json = "\n{\n\t\"kind\": \"Pod\",\n\t\"spec\": {\"a\": [1,\n {\"b\": null}]}}\n";
    ManifestObject pod = ManifestParser.parse("f", json).objects().getFirst();
    assertEquals(new Position(2, 1), pod.position(FieldPath.ROOT));
    assertEquals(new Position(3, 2), pod.position(path("/kind")));
    assertEquals(new Position(5, 3), pod.position(path("/spec/a/1/b")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n\n",
        "# nothing\n",
        "---\n---\n# x\n---",
        "a: 1\n---\nb: 2",
        "\uFEFFa: 1\r\n--- # next\r\nb: 2\r\n",
        "{\"a\": 1}\n{\"b\": 2} {\"c\": 3}\n",
        "{\"a\": 1}\n---\nb: 2\n",
        "a: [\n---\nb: 2\n---x\n"
      })
  void thePartsOfAFileAreItsWholeText(String text) {
    assertEquals(text, ManifestParser.parse("f", text).text());
  }

  @Test
  void aBrokenDocumentDoesNotHideTheOthers() {
    ManifestFile file = ManifestParser.parse("f", "a: 1\n---\nb: [\n---\nc: 3\n");
    assertEquals(
        List.of("{\"a\":1}", "{\"c\":3}"),
        file.documents().stream().map(it -> it.tree().toString()).toList());
    assertEquals(1, file.problems().size());
    assertTrue(file.problems().getFirst().toString().startsWith("f:3:5: "));
  }

  @Test
  void listsAreTakenApart() {
    ManifestFile file =
        ManifestParser.parse(
            "f",
            """
            apiVersion: v1
            kind: List
            items:
            - apiVersion: v1
              kind: Pod
              metadata: {name: a}
            - apiVersion: apps/v1
              kind: DeploymentList
              items:
              - metadata: {name: b}
            """);
    assertEquals(
        List.of("v1 Pod a items[0] 4", "apps/v1 Deployment b items[1].items[0] 10"),
        file.objects().stream()
            .map(it ->
                "%s %s %s %s %d"
                    .formatted(
                        it.apiVersion(),
                        it.kind(),
                        it.name(),
                        it.path(),
                        it.position(FieldPath.ROOT).line()))
            .toList());
  }

  @Test
  void emptyAndNullDocumentsAreNoObjects() {
    assertEquals(List.of(), ManifestParser.parse("f", "---\nnull\n---\n~\n# x\n").objects());
  }

  @Test
  void windowsLineEndsAndAByteOrderMarkDoNotShiftLines() {
    String text = "\uFEFFapiVersion: v1\r\nkind: Pod\r\n---\r\nkind: Job\r\nspec:\r\n  a: 1\r\n";
    ManifestObject job = ManifestParser.parse("f", text).objects().getLast();
    assertEquals(new Position(6, 3), job.position(path("/spec/a")));
    assertEquals("Job", job.kind());
  }

  @Test
  void whatBeginsLikeJsonMayBeYaml() {
    assertEquals(
        "{\"a\":\"b\"}",
        ManifestParser.parse("f.yaml", "{a: b}").documents().getFirst().tree().toString());
  }

  @Test
  void aJsonFileIsReadAsJsonAlone() {
    assertTrue(
        ManifestParser.parse("f.json", "{a: b}")
            .problems()
            .getFirst()
            .toString()
            .startsWith("f.json:1:"));
  }

  @Test
  void aSecondDocumentMustBeginWithASeparator() {
    ReadProblem problem = ManifestParser.parse("f", "a: 1\n...\nb: 2\n").problems().getFirst();
    assertTrue(problem.toString().startsWith("f:3:1: "), problem.toString());
  }

  @Test
  void aNumberBeyondAllBoundsIsAnError() {
    assertEquals(
        "f.json:1:7: Kubernetes has no number 1e999999999",
        ManifestParser.parse("f.json", "{\"a\": 1e999999999}").problems().getFirst().toString());
  }

  @Test
  void aTemplateIsRecognised() {
    assertTrue(
        ManifestParser.parse("f", "a: {{ .Values.x }}\n")
            .problems()
            .getFirst()
            .message()
            .contains("render it first"));
  }

  private static FieldPath path(String pointer) {
    FieldPath path = FieldPath.ROOT;
    for (String step : pointer.substring(1).split("/", -1)) {
      path = step.matches("[0-9]+") ? path.element(Integer.parseInt(step)) : path.child(step);
    }
    return path;
  }
}
