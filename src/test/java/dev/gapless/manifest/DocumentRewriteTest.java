package dev.gapless.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.zjsonpatch.JsonPatch;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DocumentRewriteTest {
  private static final String ADD =
      "[{'op': 'add', 'path': '/s/new', 'value': {'p': {'q': [1, 'x y']}}}]";

  @Test
  void aMemberIsAddedWhereItsObjectEndsAndNothingElseChanges() {
    assertRewritten(
        """
        # head
        s:   # the s
            a: "1"   # one

            # two
            b:
              - x   # last

        # tail
        t: 'yes'
        """,
        ADD,
        """
        # head
        s:   # the s
            a: "1"   # one

            # two
            b:
              - x   # last
            new:
              p:
                q:
                - 1
                - x y

        # tail
        t: 'yes'
        """);
  }

  @Test
  void innerAdditionsStandBeforeOuterOnes() {
    assertRewritten(
        "s:\n  a:\n  - b: 1",
        "[{'op': 'add', 'path': '/t', 'value': 1},"
            + "{'op': 'add', 'path': '/s/a/0/c', 'value': 2},"
            + "{'op': 'add', 'path': '/s/d', 'value': 3}]",
        "s:\n  a:\n  - b: 1\n    c: 2\n  d: 3\nt: 1");
  }

  @Test
  void aFlowMappingStaysOne() {
    assertRewritten("s: {a: 1}  # x\n", ADD, "s: {a: 1, new: {p: {q: [1, \"x y\"]}}}  # x\n");
  }

  @Test
  void emptyAndNullValuesBecomeBlocks() {
    String set = "[{'op': 'replace', 'path': '/s', 'value': {'a': {'b': 1}}}]";
    assertRewritten("s: {}\nt: 1\n", set, "s:\n  a:\n    b: 1\nt: 1\n");
    assertRewritten("s:\nt: 1\n", set, "s:\n  a:\n    b: 1\nt: 1\n");
    assertRewritten("s: null # x\nt: 1\n", set, "s:\n  a:\n    b: 1 # x\nt: 1\n");
  }

  @Test
  void aValueIsReplacedInPlace() {
    String set = "[{'op': 'replace', 'path': '/s/a', 'value': 'on'}]";
    assertRewritten("s:\n  a: 5 # five\n  b: 1\n", set, "s:\n  a: \"on\" # five\n  b: 1\n");
    assertRewritten("s: {a: '5', b: 1}\n", set, "s: {a: \"on\", b: 1}\n");
    assertRewritten("s:\n  a:\n  b: 1\n", set, "s:\n  a: \"on\"\n  b: 1\n");
  }

  @Test
  void aMemberIsRemovedWithItsLines() {
    String remove = "[{'op': 'remove', 'path': '/s/a'}]";
    assertRewritten("s:\n  # x\n  a:\n    b: 1\n  c: 2\n", remove, "s:\n  # x\n  c: 2\n");
    assertRewritten("s:\n- a: 1\n  b: 2\n", "[{'op': 'remove', 'path': '/s/0/a'}]", "s:\n- b: 2\n");
  }

  @Test
  void literalBlocksKeepTheirText() {
    assertRewritten(
        "s:\n  a: |\n    x\n\n    y\n\nt: 1\n",
        "[{'op': 'add', 'path': '/s/b', 'value': 1}]",
        "s:\n  a: |\n    x\n\n    y\n  b: 1\n\nt: 1\n");
  }

  @Test
  void windowsLineEndsStay() {
    assertRewritten(
        "s:\r\n  a: 1\r\nt: 1\r\n",
        "[{'op': 'add', 'path': '/s/b', 'value': {'c': 1}}]",
        "s:\r\n  a: 1\r\n  b:\r\n    c: 1\r\nt: 1\r\n");
  }

  @Test
  void whatAnAliasWouldCarryElsewhereIsWrittenAnew() {
    assertRewritten(
        "# head\n\nx: &x\n  a: 1\ns: *x # gone\n",
        "[{'op': 'add', 'path': '/s/b', 'value': 2}]",
        "# head\n\nx: &x\n  a: 1\ns:\n  a: 1\n  b: 2 # gone\n");
    assertRewritten(
        "# head\n\nx: &x\n  a: 1\ns: *x # gone\n",
        "[{'op': 'add', 'path': '/x/b', 'value': 2}]",
        "# head\n\nx:\n  a: 1\n  b: 2\ns:\n  a: 1\n");
  }

  @Test
  void aMergedMemberIsWrittenOut() {
    assertRewritten(
        "x: &x {p: {q: 1}}\ns:\n  <<: *x\n  a: 1\n",
        "[{'op': 'add', 'path': '/s/p/r', 'value': 2}]",
        "x: &x {p: {q: 1}}\ns:\n  <<: *x\n  a: 1\n  p:\n    q: 1\n    r: 2\n");
  }

  @Test
  void jsonStaysJsonWithItsIndentation() {
    assertRewritten(
        "{\n\t\"s\": {\n\t\t\"a\": []\n\t}\n}\n",
        "[{'op': 'add', 'path': '/s/b', 'value': {'c': 1}}]",
        "{\n\t\"s\": {\n\t\t\"a\": [],\n\t\t\"b\": {\n\t\t\t\"c\": 1\n\t\t}\n\t}\n}\n");
    assertRewritten(
        "{\"s\":{}}", "[{'op': 'add', 'path': '/s/b', 'value': 1}]", "{\"s\":{\"b\":1}}");
  }

  @Test
  void itemsOfAListAreEdited() throws JsonProcessingException {
    String yaml = "kind: List\nitems:\n- kind: A\n  s: {}\n# second\n- kind: B\n  s: {}\n";
    ManifestPart.Document document = ManifestParser.parse("f", yaml).documents().getFirst();
    ManifestObject last = document.objects().getLast();
    assertEquals(
        "kind: List\nitems:\n- kind: A\n  s: {}\n# second\n- kind: B\n  s: {}\n  t: 1\n",
        DocumentRewrite.apply(
            document, Map.of(last, patched(last, "[{'op': 'add', 'path': '/t', 'value': 1}]"))));
  }

  @Test
  void itemsOfATypedListStayWithoutAKind() throws JsonProcessingException {
    String yaml = "apiVersion: v1\nkind: AList\nitems:\n- s: 1 # s\n- s: 2\n  apiVersion: v2\n";
    ManifestPart.Document document = ManifestParser.parse("f", yaml).documents().getFirst();
    ManifestObject first = document.objects().getFirst();
    ManifestObject last = document.objects().getLast();
    String operations = "[{'op': 'replace', 'path': '/s', 'value': 3}]";
    assertEquals(
        "apiVersion: v1\nkind: AList\nitems:\n- s: 3 # s\n- s: 3\n  apiVersion: v2\n",
        DocumentRewrite.apply(
            document, Map.of(first, patched(first, operations), last, patched(last, operations))));
  }

  private static JsonNode patched(ManifestObject object, String operations)
      throws JsonProcessingException {
    return JsonPatch.apply(new JsonMapper().readTree(operations.replace('\'', '"')), object.tree());
  }

  private static void assertRewritten(String before, String operations, String after) {
    try {
      ManifestPart.Document document = ManifestParser.parse("f", before).documents().getFirst();
      ManifestObject object = document.objects().getFirst();
      assertEquals(
          after, DocumentRewrite.apply(document, Map.of(object, patched(object, operations))));
    } catch (JsonProcessingException e) {
      throw new AssertionError(operations, e);
    }
  }
}
