package dev.gapless.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class YamlWriterTest {
  @Test
  void writesAsManifestsAreWritten() throws JsonProcessingException {
    JsonNode tree =
        new JsonMapper()
            .readTree(
                """
                {"b": {"c": [{"d": 1, "e": ["x", "y z"]}, []], "f": {}}, "a": "l1\\nl2\\n",
                 "yes": "no", "z": null, "t": true, "x": 1.5, "m": "0644", "s": "25%", "e": ""}
                """);
    assertEquals(
        """
        b:
          c:
          - d: 1
            e:
            - x
            - y z
          - []
          f: {}
        a: |
          l1
          l2
        "yes": "no"
        z: null
        t: true
        x: 1.5
        m: "0644"
        s: 25%
        e: ""
        """,
        YamlWriter.write(tree));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "yes",
        "on",
        "N",
        "0644",
        "1e3",
        "0x1F",
        "1_000",
        "2001-01-01",
        "1:20",
        "~",
        "null",
        "",
        ".5",
        ".inf",
        "=",
        "<<",
        "a: b",
        "a #b",
        "- a",
        "? a",
        "*a",
        "&a",
        "!a",
        "%a",
        "@a",
        "`a",
        "{a",
        "[a",
        "'a'",
        "\"a\"",
        "a\nb",
        "a\n\n b\n",
        "\n a\n",
        " lead",
        "trail ",
        "a\tb",
        "tab\n\tx\n",
        "x \ny\n",
        "\u00e4\u4e2d\ud83d\ude00",
        "\u0007",
        "---",
        "...",
        "--- a",
        "a:",
        ":a",
        "-",
        "#a",
        "a\r\nb",
        "\u2028",
        "|",
        ">"
      })
  void everyStringIsReadBackAsItWas(String text) {
    JsonNode tree = JsonNodeFactory.instance.objectNode().put("v", text).put("w", 1);
    String yaml = YamlWriter.write(tree);
    ManifestFile file = ManifestParser.parse("f", yaml);
    assertEquals(tree, file.documents().getFirst().tree(), yaml);
    JsonNode keyed = JsonNodeFactory.instance.objectNode().put(text, 1);
    assertEquals(
        keyed, ManifestParser.parse("f", YamlWriter.write(keyed)).documents().getFirst().tree());
  }
}
