package dev.gapless.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.IntNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every expectation here was read off kubectl 1.34.
class YamlReadingTest {
  // Long enough that a parser which copies what it has for every further piece would not end.
  private static final int LONG = 24 * 1024 * 1024;

  private static final JsonMapper JSON = new JsonMapper();

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          0644          | 420
          0o17          | 15
          0O17          | 15
          0x1F          | 31
          0X1f          | 31
          -0x1f         | -31
          0x_1F         | 31
          0b101         | 5
          0B11          | 3
          -0b11         | -3
          +0b1          | 1
          1_000         | 1000
          1__0          | 10
          0_7           | 7
          +5            | 5
          -5            | -5
          -0            | 0
          08            | 8
          09.5          | 9.5
          1e3           | 1000
          1.0           | 1
          1.5           | 1.5
          .5            | 0.5
          +.5           | 0.5
          -.5e3         | -500
          .1_0          | 0.1
          5.            | 5
          1_0.5         | 10.5
          9223372036854775807 | 9223372036854775807
          1E400         | "1E400"
          .e3           | ".e3"
          0x1p4         | "0x1p4"
          _1            | "_1"
          1:20          | "1:20"
          190:20:30     | "190:20:30"
          2001-01-01    | "2001-01-01"
          2001-01-01 1:2:3 | "2001-01-01 1:2:3"
          y             | true
          Y             | true
          yes           | true
          on            | true
          TRUE          | true
          Off           | false
          n             | false
          NO            | false
          tRue          | "tRue"
          ~             | null
          null          | null
          NULL          | null
          nULL          | "nULL"
          ""            | ""
          'yes'         | "yes"
          =             | "="
          <<            | "<<"
          25%           | "25%"
          !!str 5       | "5"
          !!int "5"     | 5
          !!float 5     | 5
          !!bool "yes"  | true
          !!binary aGk= | "hi"
          !foo bar      | "bar"
          ! 12          | "12"
          """)
  void words(String word, String json) throws JsonProcessingException {
    assertEquals(JSON.readTree(json), tree("v: " + word).path("v"), word);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          a:\\n\tb: 1         | 2:1  | a tab must not indent: use spaces
          a: @b              | 1:4  | a value must not begin with @ unless it is quoted
          a: b: c            | 1:5  | a colon must not stand here
          a: 1\\n b: 2        | 2:3  | a colon must not stand here
          a:b\\nc: 1          | 2:2  | a colon must not stand here
          a: 1\\nb\\nc: 1       | 2:1  | a colon and a space must follow this
          - a: 1\\nb: 1       | 2:1  | this must not stand here: indent it
          a: 'it's'          | 1:8  | this must not stand here: indent it
          a: "b\\nc: 1        | 1:4  | this quote must be closed
          a: "\\\\d"           | 1:6  | \\d must not stand within double quotes
          a: [b\\nc: 1        | 2:2  | a comma or ] must stand here
          a: {b: 1           | 1:4  | this must be closed by }
          {{- if x }}        | 1:3  | a value must stand here
          a: >b              | 1:5  | nothing but + or -
          a: 1\\n...\\nb: 1    | 3:1  | a further document must begin with ---
          <<<<<<< HEAD\\na: 1 | 2:2  | a conflict of a merge must be resolved
          # a\\n\\n%YAML 1.2   | 3:1  | kubectl reads no directive
          """)
  void mistakesAreSaidInTheAuthorsWords(String text, String position, String message) {
    String written = text.replace("\\n", "\n").replace("\\\\", "\\") + "\n";
    String problem = ManifestParser.parse("f", written).problems().getFirst().toString();
    assertTrue(problem.startsWith("f:" + position + ": " + message), problem);
  }

  @ParameterizedTest(name = "the key {0} is {1}")
  @CsvSource(
      quoteCharacter = '`',
      textBlock =
          """
          1,1
          0x10,16
          0644,420
          1.5,1.5
          1e10,1e+10
          1000000.0,1e+06
          0.00001,1e-05
          yes,true
          off,false
          2001-01-01,2001-01-01
          "yes",yes
          """)
  void keysThatAreNoStringsBecomeStrings(String key, String name) {
    assertEquals(name, tree(key + ": x").fieldNames().next());
  }

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {<<: *x, p: 9}      | {"p":9,"q":1}
          {p: 9, <<: *x}      | {"p":1,"q":1}
          {<<: [*x, *z]}      | {"p":1,"q":1,"r":2}
          {<<: *x, <<: *z}    | {"p":2,"q":1,"r":2}
          {<<: {p: 5}}        | {"p":5}
          {"<<": 5}           | {"<<":5}
          {a: 1, a: 2}        | {"a":2}
          [*x, *z]            | [{"p":1,"q":1},{"p":2,"r":2}]
          """)
  void mergeKeysAndDuplicates(String yaml, String json) throws JsonProcessingException {
    JsonNode root = tree("x: &x {p: 1, q: 1}\nz: &z {p: 2, r: 2}\nv: " + yaml + "\n");
    assertEquals(JSON.readTree(json), root.path("v"));
  }

  @Test
  void smallNumbersAreIntNodes() {
    assertInstanceOf(IntNode.class, tree("v: 10").path("v"));
    assertInstanceOf(IntNode.class, tree("{\"v\": 10}").path("v"));
    assertInstanceOf(IntNode.class, tree("{\"v\": 1.0}").path("v"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          a: .nan              | f:1:4: Kubernetes has no number .nan
          ~: 1                 | f:1:1: a key must not be null
          [1]: 1               | f:1:1: a key must be a word, not a list or a mapping
          a: !!int x           | f:1:4: "x" is no !!int
          <<: 5                | f:1:5: a merge key must have a mapping or a list of mappings
          a: &a {x: *a}        | f:1:11: anchor "a" holds itself
          a: *b                | f:1:4: there is no anchor "b"
          a: b: c              | f:1:5: a colon must not stand here: indent as the lines above, put a space behind their colons, or quote the value
          --- {a: b}           | f:1:1: a line that begins with --- separates documents and must hold nothing else
          """)
  void errorsNameThePlace(String yaml, String message) {
    assertEquals(message, ManifestParser.parse("f", yaml).problems().getFirst().toString());
  }

  @Test
  void aTabThatSeparatesIsASpace() {
    assertEquals(
        "{\"a\":1,\"b\":{\"c\":\"x\\ty\"}}", tree("a:\t1\t# x\nb:\t\n  c: \"x\ty\"\n").toString());
  }

  @Test
  void aTabThatIndentsIsAnErrorWithItsPlace() {
    ReadProblem problem = ManifestParser.parse("f", "a:\n\tb: 1\n").problems().getFirst();
    assertTrue(problem.toString().startsWith("f:2:1: "), problem.toString());
  }

  @Test
  void aControlCharacterIsAnErrorWithItsPlace() {
    ReadProblem problem = ManifestParser.parse("f", "a: 1\nb: \u0001\n").problems().getFirst();
    assertEquals("f:2:4: the character U+0001 is not allowed in YAML", problem.toString());
  }

  @Test
  void aBombOfAliasesIsAnError() {
    var bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 10; i++) {
      bomb.append("a%d: &a%d [".formatted(i, i))
          .append(("*a" + (i - 1) + ", ").repeat(10))
          .append("]\n");
    }
    assertTrue(
        ManifestParser.parse("f", bomb.toString())
            .problems()
            .getFirst()
            .message()
            .startsWith("aliases repeat more than"));
  }

  @Test
  void aBombOfMergeKeysIsAnError() {
    var bomb = new StringBuilder("a0: &a0 {}\n");
    for (int i = 1; i < 60; i++) {
      bomb.append("a%d: &a%d {<<: [*a%d, *a%d]}\n".formatted(i, i, i - 1, i - 1));
    }
    assertTrue(
        ManifestParser.parse("f", bomb.toString())
            .problems()
            .getFirst()
            .message()
            .startsWith("aliases repeat more than"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{a: ", "- "})
  void depthIsBounded(String opening) {
    String message =
        ManifestParser.parse("f", "v: 1\n---\n" + opening.repeat(100_000))
            .problems()
            .getFirst()
            .message();
    assertTrue(message.startsWith("is nested deeper than 200"), message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{\"a\":"})
  void depthOfJsonIsBounded(String opening) {
    String message =
        ManifestParser.parse("f.json", opening.repeat(100_000)).problems().getFirst().message();
    assertTrue(message.startsWith("is nested deeper than 200"), message);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"\"@\"", "'@'", "@", "|\n  @", ">\n  @", "# @"})
  void aLongLineIsRead(String form) {
    JsonNode value = tree("v: " + form.replace("@", "x".repeat(LONG)) + "\n").path("v");
    assertEquals(form.startsWith("#") ? 0 : LONG, value.asText("").strip().length());
  }

  @Test
  void charactersBeyondTheBasicPlaneMayStandAnywhere() {
    String clefs = "\uD834\uDD1E".repeat(5000);
    assertEquals(clefs, tree("v: " + clefs).path("v").textValue());
    assertEquals(clefs, tree("v:  " + clefs).path("v").textValue());
  }

  private static JsonNode tree(String yaml) {
    ManifestFile file = ManifestParser.parse("f", yaml);
    assertEquals("[]", file.problems().toString());
    return file.documents().getFirst().tree();
  }
}
