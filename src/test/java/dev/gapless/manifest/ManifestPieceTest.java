package dev.gapless.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gapless.workload.FieldPath;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestPieceTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a: 1",
        "---",
        "---\n---\n",
        "\uFEFF---\na: 1\n",
        "\uFEFFa: 1\n---\nb: 1",
        "a: 1\r\n--- # next\r\nb: [\n---\n{\"c\": 1}{\"d\": 2}",
        "--- x\na: 1\n\n\n--- \n"
      })
  void oneAfterTheOtherTheyAreTheWhole(String text) throws IOException {
    Files.writeString(directory.resolve("whole"), text);
    List<ManifestPiece> pieces =
        new ManifestReader(directory, InputStream.nullInputStream())
            .find(List.of(Path.of("whole")))
            .getFirst()
            .pieces();
    ManifestFile whole = ManifestParser.parse("whole", text);
    assertEquals(text, pieces.stream().map(it -> it.read().text()).collect(Collectors.joining()));
    assertEquals(text, whole.text());
    assertEquals(
        whole.problems(), pieces.stream().flatMap(it -> it.read().problems().stream()).toList());
  }

  @Test
  void linesAreThoseOfTheWhole() {
    List<ManifestPiece> pieces = pieces("a: 1\n---\n\nkind: b\n---\n- *no\n");
    assertEquals(5, pieces.size());
    assertEquals(
        new Position(4, 1),
        pieces.get(2).read().objects().getFirst().position(FieldPath.of("kind")));
    assertEquals(
        "stdin:6:3: there is no anchor \"no\"",
        pieces.getLast().read().problems().getFirst().toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kind: Service",
        "{kind: 'Service'}",
        "{\"kind\": \"\\u0053ervice\"}",
        "kind: \"Serv\\x69ce\"",
        "kind: \"Ser\\\n  vice\"",
        "kind: !!binary U2VydmljZQ==",
        "x: &k Service\nkind: *k",
        "base: &b {kind: Service}\n<<: *b"
      })
  void aKindIsSeenHoweverItIsWritten(String text) {
    ManifestPiece piece = pieces(text).getFirst();
    assertEquals("Service", piece.read().objects().getFirst().kind());
    assertTrue(piece.mayHold(Set.of("Namespace", "Service")));
  }

  @Test
  void mostPiecesNeedNotBeReadForIt() {
    assertFalse(
        pieces("kind: Deployment\nspec: {serviceAccountName: x}")
            .getFirst()
            .mayHold(Set.of("Service")));
  }

  @Test
  @Timeout(60)
  void aPipeIsReadOnce() throws Exception {
    Path pipe = directory.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    ManifestReader.Source source =
        new ManifestReader(directory, InputStream.nullInputStream())
            .find(List.of(Path.of("pipe")))
            .get(0);
    var writer =
        CompletableFuture.runAsync(() -> {
          try {
            Files.writeString(pipe, "a: 1\n");
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    assertEquals("a: 1\n", source.get().text());
    assertEquals("a: 1\n", source.get().text());
    writer.join();
  }

  @Test
  void theCommentAboveADocumentNamesItsSource() {
    String text =
        """
        # Source: shop/templates/a.yaml
        kind: A
        ---
        # What it is.
        # Source: shop/templates/b c.yaml\s
        # Source: shop/templates/no.yaml
        kind: B
        ---
        kind: C
        # Source: shop/templates/no.yaml
        ---
        # Source:
        kind: D
        """;
    assertEquals(
        List.of("shop/templates/a.yaml", "shop/templates/b c.yaml", "", ""),
        ManifestParser.parse("stdin", text).objects().stream()
            .map(it -> it.source().orElse(""))
            .toList());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          path: ../base/web.yaml                              | ../base/web.yaml
          configuredIn: kustomization.yaml                    | kustomization.yaml
          path: a.yaml; repo: https://h/o/r; ref: v1          | https://h/o/r//a.yaml?ref=v1
          path: a.yaml; repo: https://h/o/r                   | https://h/o/r//a.yaml
          ref: v1                                             | none
          [broken                                             | none
          '*x'                                                | none
          """)
  void theOriginAnnotationNamesTheSource(String origin, String source) {
    String annotation = origin.replace("; ", "\\n").replace("'", "");
    String text = "metadata: {annotations: {config.kubernetes.io/origin: \"" + annotation + "\"}}";
    assertEquals(
        source, ManifestParser.parse("stdin", text).objects().getFirst().source().orElse("none"));
  }

  private List<ManifestPiece> pieces(String text) {
    var in = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    return new ManifestReader(directory, in)
        .find(List.of(ManifestReader.STDIN))
        .getFirst()
        .pieces();
  }
}
