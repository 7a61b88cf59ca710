package dev.gapless.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
    assertRewritten("s: null # x\nt: 1\n", set, "s: # x\n  a:\n    b: 1\nt: 1\n");
  }

  @Test
  void aValueIsReplacedInPlace() {
    String set = "[{'op': 'replace', 'path': '/s/a', 'value': 'on'}]";
    assertRewritten("s:\n  a: 5 # five\n  b: 1\n", set, "s:\n  a: \"on\" # five\n  b: 1\n");
    assertRewritten("s: {a: '5', b: 1}\n", set, "s: {a: 'on', b: 1}\n");
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
        "# head\n\nx: &x\n  a: 1\ns: # gone\n  a: 1\n  b: 2\n");
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
  void aMergeKeyBelowAMemberIsWhatCounts() {
    assertRewritten(
        "x: &x {p: [1, 2]}\ns:\n  p: [3]\n  <<: *x\n",
        "[{'op': 'replace', 'path': '/s/p/1', 'value': 4}]",
        "x: &x {p: [1, 2]}\ns:\n  p: [3]\n  <<: *x\n  p:\n  - 1\n  - 4\n");
  }

  @Test
  void theBlankLinesOfABlockScalarStayItsOwn() {
    String add = "[{'op': 'add', 'path': '/s/k', 'value': 1}]";
    assertRewritten(
        "s:\n  a: 1\n  b: |+\n    x\n\n", add, "s:\n  a: 1\n  k: 1\n  b: |+\n    x\n\n");
    assertRewritten("s:\n  a: 1\n  b: |\n    x", add, "s:\n  a: 1\n  k: 1\n  b: |\n    x");
    assertRewritten("s:\n  b: |-\n    x", add, "s:\n  b: |-\n    x\n  k: 1");
    assertRewritten("s:\n  b: >+\n    x\n\n", add, "s:\n  k: 1\n  b: >+\n    x\n\n");
    assertRewritten("s:\n  b: |+\n    x\nt: 1\n", add, "s:\n  b: |+\n    x\n  k: 1\nt: 1\n");
  }

  @Test
  void aCommentThatGoesOnBelowItsLineIsNotTornApart() {
    assertRewritten(
        "s:\n  a: 1  # one\n        # two\n# three\n",
        "[{'op': 'add', 'path': '/s/k', 'value': 1}]",
        "s:\n  a: 1  # one\n        # two\n  k: 1\n# three\n");
  }

  @Test
  void commentsStayUnderWhatTheyAreIndentedUnder() {
    assertRewritten(
        """
        s:
          a:
            b:
            - x
            # - y

            #   z
            # c: 1
          # d: 1
        # e: 1
        """,
        """
        [{'op': 'add', 'path': '/s/a/k', 'value': 1},
         {'op': 'add', 'path': '/s/k', 'value': {'l': {'m': 1}}},
         {'op': 'add', 'path': '/k', 'value': 1}]
        """,
        """
        s:
          a:
            b:
            - x
            # - y

            #   z
            # c: 1
            k: 1
          # d: 1
          k:
            l:
              m: 1
        # e: 1
        k: 1
        """);
  }

  @Test
  void whatOpensAtAnEmptyValueStandsBelowItsComments() {
    String set = "[{'op': 'replace', 'path': '/s', 'value': {'a': {'b': 1}}}]";
    assertRewritten(
        "s:  # why\n  # a: 2\n\n    # b: 2\n# t\nt: 1\n",
        set,
        "s:  # why\n  # a: 2\n\n    # b: 2\n  a:\n    b: 1\n# t\nt: 1\n");
    assertRewritten("s: {}\n # a\nt: 1\n", set, "s:\n # a\n  a:\n    b: 1\nt: 1\n");
    assertRewritten("s:\n    {}\nt: 1\n", set, "s:\n    a:\n      b: 1\nt: 1\n");
    assertRewritten("s:\n  {}  # x\nt: 1\n", set, "s:\n  {a: {b: 1}}  # x\nt: 1\n");
    assertRewritten("s:\n  {}\n  # x\nt: 1\n", set, "s:\n  {a: {b: 1}}\n  # x\nt: 1\n");
    assertRewritten("s:\n  null\nt: 1\n", set, "s:\n  a:\n    b: 1\nt: 1\n");
  }

  @Test
  void aLineMadeACommentAtTheLeftEdgeKeepsItsPart() {
    String add = "[{'op': 'add', 'path': '/s/0/k', 'value': 1}]";
    assertRewritten(
        "s:\n  - a:\n    - x\n#    - y\n#      z\n#  - b: 1\n  - b: 2\n",
        add,
        "s:\n  - a:\n    - x\n#    - y\n#      z\n    k: 1\n#  - b: 1\n  - b: 2\n");
    assertRewritten(
        "s:\n  - a: 1\n  # second:\n  #    b\n  - b: 2\n",
        add,
        "s:\n  - a: 1\n    k: 1\n  # second:\n  #    b\n  - b: 2\n");
  }

  @Test
  void whatStandsRightAboveAFieldStaysThere() {
    assertRewritten(
        "s:\n  a: 1\n    # a\n  # b\n  b: |+\n    x\n\n",
        "[{'op': 'add', 'path': '/s/k', 'value': 1}]",
        "s:\n  a: 1\n    # a\n  k: 1\n  # b\n  b: |+\n    x\n\n");
    assertRewritten(
        "s:\n  a: 1\n    # a\n  b:\n  - 2\n  # - 3\n  c: |+\n    x\n\n",
        "[{'op': 'add', 'path': '/s/k', 'value': 1}]",
        "s:\n  a: 1\n    # a\n  k: 1\n  b:\n  - 2\n  # - 3\n  c: |+\n    x\n\n");
  }

  @Test
  void theLastFieldMayGoWhereAnotherComes() {
    assertRewritten(
        "s:\n  a: 1\n  b: 2\nt: 1\n",
        "[{'op': 'remove', 'path': '/s/b'}, {'op': 'add', 'path': '/s/c', 'value': 3}]",
        "s:\n  a: 1\n  c: 3\nt: 1\n");
  }

  @Test
  void theOnlyFieldGivesItsPlaceToAnother() {
    String swap =
        "[{'op': 'remove', 'path': '/s/a'}, {'op': 'add', 'path': '/s/b', 'value': {'c': 1}}]";
    assertRewritten("s:  # s\n  a: 1  # a\n", swap, "s:  # s\n  b:\n    c: 1  # a\n");
    assertRewritten("s: {a: 1}  # s\n", swap, "s: {b: {c: 1}}  # s\n");
  }

  @Test
  void theCommentOfARemovedFieldStays() {
    assertRewritten(
        "s:\n  a: 1  # why\n  b: 2\n",
        "[{'op': 'remove', 'path': '/s/a'}]",
        "s:\n  # why\n  b: 2\n");
  }

  @Test
  void anAliasMayFollowWhatItStandsFor() {
    String both =
        "[{'op': 'add', 'path': '/x/b', 'value': 2}, {'op': 'add', 'path': '/s/b', 'value': 2}]";
    assertInPlace("x: &x\n  a: 1\ns: *x\n", both, "x: &x\n  a: 1\n  b: 2\ns: *x\n");
  }

  @Test
  void aMergeKeyMayFollowWhatItStandsFor() {
    String added =
        "[{'op': 'add', 'path': '/x/b', 'value': 2}, {'op': 'add', 'path': '/s/b', 'value': 2}]";
    String merging = "s:\n  <<: *x\n  c: 3\n";
    assertInPlace("x: &x\n  a: 1\n" + merging, added, "x: &x\n  a: 1\n  b: 2\n" + merging);
    assertInPlace(
        "x: &x\n  a: 1\n" + merging.replace("*x", "[*x]"),
        added,
        "x: &x\n  a: 1\n  b: 2\n" + merging.replace("*x", "[*x]"));
    String replaced = added.replace("add", "replace").replace("/b", "/a");
    assertInPlace("x: &x\n  a: 1\n" + merging, replaced, "x: &x\n  a: 2\n" + merging);
    String own = "s:\n  <<: *x\n  b: 3\n";
    assertInPlace(
        "x: &x\n  a: 1\n" + own,
        "[{'op': 'add', 'path': '/x/b', 'value': 2}]",
        "x: &x\n  a: 1\n  b: 2\n" + own);
  }

  @Test
  void anAliasMayFollowWhatWasEmpty() {
    String both =
        "[{'op': 'replace', 'path': '/x', 'value': {'a': {'b': 1}}},"
            + " {'op': 'replace', 'path': '/s', 'value': {'a': {'b': 1}}}]";
    String block = "  a:\n    b: 1\ns: *x\n";
    assertInPlace("x: &x {}\ns: *x\n", both, "x: &x\n" + block);
    assertInPlace("x: &x {}  # x\n  # y\ns: *x\n", both, "x: &x  # x\n  # y\n" + block);
    assertInPlace("x: &x\ns: *x\n", both, "x: &x\n" + block);
    assertInPlace("x:   &x   # x\ns: *x\n", both, "x:   &x   # x\n" + block);
    assertInPlace("x: &x ~\ns: *x\n", both, "x: &x\n" + block);
    assertInPlace("{x: &x {}, s: *x}\n", both, "{x: &x {a: {b: 1}}, s: *x}\n");
    assertInPlace("{x: &x , s: *x}\n", both, "{x: &x {a: {b: 1}} , s: *x}\n");
    assertInPlace("x: &x 1\ns: *x\n", both.replace("{'a': {'b': 1}}", "2"), "x: &x 2\ns: *x\n");
  }

  @Test
  void whatWouldBeWrittenTwiceOrLostIsLeftAlone() {
    String one = "[{'op': 'add', 'path': '/x/b', 'value': 2}]";
    assertImpossible("x: &x\n  a: 1\ns: *x\n", one, new Position(1, 4), "used again in line 3");
    String other = "[{'op': 'add', 'path': '/s/b', 'value': 2}]";
    assertImpossible("x: &x\n  a: 1\ns: *x\n", other, new Position(3, 4), "the value of line 1");
    assertImpossible("x: &x {}\ns: *x\n", one, new Position(1, 4), "used again in line 2");
    assertImpossible("x: &x {}\ns: *x\n", other, new Position(2, 4), "the value of line 1");
    assertImpossible(
        "x: &x {p: {q: 1}}\ns:\n  <<: *x\n",
        "[{'op': 'add', 'path': '/s/p/r', 'value': 2}]",
        new Position(3, 3),
        "p comes by this merge key");
    assertImpossible(
        "s:\n  a: {\n    # why\n  }\n",
        "[{'op': 'add', 'path': '/s/a/b', 'value': 2}]",
        new Position(3, 5),
        "a comment stands within");
    assertImpossible(
        "s:\n  a:\n    b: 1\n      # why\n  c: 1\n",
        "[{'op': 'remove', 'path': '/s/a'}]",
        new Position(4, 7),
        "a comment stands within");
    assertImpossible(
        "s:\n  a: !!str 5\n",
        "[{'op': 'replace', 'path': '/s/a', 'value': 2}]",
        new Position(2, 6),
        "tag");
  }

  @Test
  void aTemplateMayStandWhereNothingChanges() {
    String add = "[{'op': 'add', 'path': '/s/b', 'value': 2}]";
    String set = "[{'op': 'replace', 'path': '/s/a', 'value': 2}]";
    String before =
        """
        # {{ x }}
        "{{ y }}": '{{ if z }}'
        t: |
          {{- range }}

          {{- end }}
        s:
          a: 1
        """;
    assertInPlace(before, add, before + "  b: 2\n");
    assertInPlace("s:\n  a: x{{ y }}\n", add, "s:\n  a: x{{ y }}\n  b: 2\n");
    assertImpossible("s:\n  a: x{{ y }}\n", set, new Position(2, 7), "template");
    assertImpossible("s:\n  a: 1  #{{- if x }}\n", add, new Position(2, 10), "template");
    assertImpossible(
        "s:\n  a: 1\n#   {{ include \"x\" . }}\n", add, new Position(3, 5), "template");
  }

  private static void assertInPlace(String before, String operations, String after) {
    assertEquals(new TextEdit.Done(after), inPlace(before, operations));
  }

  private static void assertImpossible(
      String before, String operations, Position position, String why) {
    // Behind another document, whose lines count too.
    TextEdit edit = inPlace("kind: A\n---\n" + before, operations);
    var impossible = assertInstanceOf(TextEdit.Impossible.class, edit, before);
    assertEquals(new Position(position.line() + 2, position.column()), impossible.position());
    assertTrue(impossible.why().contains(why), impossible.why());
  }

  private static TextEdit inPlace(String text, String operations) {
    ManifestFile file = ManifestParser.parse("f", text);
    ManifestObject object = file.objects().getLast();
    try {
      return DocumentRewrite.inPlace(file, Map.of(object, patched(object, operations)));
    } catch (JsonProcessingException e) {
      throw new AssertionError(operations, e);
    }
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
