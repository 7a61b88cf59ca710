package dev.gapless.kube;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gapless.manifest.ManifestFile;
import dev.gapless.manifest.ManifestParser;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The same text, read by kubectl and by us.
@NeedsApiServer
class YamlReadingIT {
  private static final String HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: read}\n";

  private final KubeApiServer server;

  YamlReadingIT(KubeApiServer server) {
    this.server = server;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x: {a: 0644, b: 0o644, c: 0x1F, d: 0b101, e: 1_000, f: -12, g: 08}",
        "x: [yes, Yes, no, on, Off, y, n, true, False, TRUE, oN]",
        "x: [~, null, Null, NULL, '', 'null', \"~\"]",
        "x: [1.5, 1e3, 1., .5, 1.5e+3, 1.0]",
        "x: [2026-11-21, 2026-11-21T12:00:00Z, 12:30:45, 1.30, 1.34.4]",
        "x: {a: 1, b: 2, a: 3}",
        "x: {1: one, true: two, 1.5: four}",
        "base: &base {a: 1, b: {c: 2}}\nx:\n  <<: *base\n  a: 9",
        "base: &base {a: 1}\nmore: &more {a: 2, d: 4}\nx:\n  <<: [*base, *more]\n  z: 0",
        "base: &base {a: 1}\nx:\n  a: 9\n  <<: *base",
        "base: &base [1, {a: 2}]\nx: *base",
        "x: |\n  two\n    lines\n\ny: 1",
        "x: >-\n  folded\n  line\n\n  next\n",
        "x: \"tab\\tand \\u00e9 and \\x41\"",
        "x: 'it''s'",
        "x:\r\n  a: 1\r\n  b: two\r\n",
        "x: # a comment\n  - a # and one\n  -   b\n",
        "x: !!str 12",
        "x: {a: b, \"c\": [d, e]}",
      })
  void kubectlReadsItAlike(String text) throws JsonProcessingException {
    String manifest = HEAD + text + "\n";
    String printed =
        server
            .kubectlWith(
                manifest, "create", "--dry-run=client", "--validate=false", "-o", "json", "-f", "-")
            .succeeded()
            .stdout();
    ManifestFile read = ManifestParser.parse("manifest.yaml", manifest);
    assertEquals(List.of(), read.problems());
    JsonNode ours = read.objects().getFirst().tree();
    assertEquals(new JsonMapper().readTree(printed).path("x"), ours.path("x"));
  }
}
