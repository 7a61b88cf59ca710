package dev.gapless.patch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.IntNode;
import dev.gapless.workload.FieldPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonPatchTest {
  private static final JsonMapper JSON = new JsonMapper();

  @ParameterizedTest(name = "{0} set {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"a\":{}}         | a.b   | [{\"op\":\"add\",\"path\":\"/a/b\",\"value\":7}]",
        "{\"a\":{\"b\":1}}  | a.b   | [{\"op\":\"replace\",\"path\":\"/a/b\",\"value\":7}]",
        "{\"a\":{\"b\":7}}  | a.b   | []",
        "{}                 | a.b.c | [{\"op\":\"add\",\"path\":\"/a\",\"value\":{\"b\":{\"c\":7}}}]",
        "{\"a\":null}       | a.b   | [{\"op\":\"replace\",\"path\":\"/a\",\"value\":{\"b\":7}}]",
      })
  void setMakesWhatIsMissingOnTheWay(String object, String path, String operations)
      throws JsonProcessingException {
    JsonNode given = JSON.readTree(object);
    JsonPatch patch = new JsonPatch(given);
    patch.apply(new Edit.Set(FieldPath.of(path.split("\\.")), IntNode.valueOf(7)));
    assertEquals(JSON.readTree(operations), patch.operations());
    assertEquals(patch.object(), io.fabric8.zjsonpatch.JsonPatch.apply(patch.operations(), given));
    assertEquals(JSON.readTree(object), given, "the given tree was changed");
  }

  @Test
  void removeOfWhatIsNotThereDoesNothing() throws JsonProcessingException {
    JsonPatch patch = new JsonPatch(JSON.readTree("{\"a\":{\"b\":1}}"));
    patch.apply(new Edit.Remove(FieldPath.of("a", "c")));
    patch.apply(new Edit.Remove(FieldPath.of("x", "y")));
    assertEquals("[]", patch.operations().toString());
    patch.apply(new Edit.Remove(FieldPath.of("a", "b")));
    assertEquals("{\"a\":{}}", patch.object().toString());
  }

  @Test
  void whatLeadsIntoAValueLeavesItAndTheOperationThatSetItAlone() throws JsonProcessingException {
    JsonNode given = JSON.readTree("{}");
    JsonNode value = JSON.readTree("{\"b\":{\"c\":1}}");
    JsonPatch patch = new JsonPatch(given);
    patch.apply(new Edit.Set(FieldPath.of("a"), value));
    patch.apply(new Edit.Set(FieldPath.of("x"), value));
    patch.apply(new Edit.Set(FieldPath.of("a", "b", "c"), IntNode.valueOf(2)));
    patch.apply(new Edit.Remove(FieldPath.of("x", "b")));
    assertEquals("{\"b\":{\"c\":1}}", value.toString());
    assertEquals("{\"a\":{\"b\":{\"c\":2}},\"x\":{}}", patch.object().toString());
    assertEquals(
        JSON.readTree(
            """
            [{"op":"add","path":"/a","value":{"b":{"c":1}}},
             {"op":"add","path":"/x","value":{"b":{"c":1}}},
             {"op":"replace","path":"/a/b/c","value":2},
             {"op":"remove","path":"/x/b"}]
            """),
        patch.operations());
  }

  @Test
  void pointersEscapeWhatRfc6901Reserves() throws JsonProcessingException {
    JsonPatch patch = new JsonPatch(JSON.readTree("{\"metadata\":{\"annotations\":{}}}"));
    patch.apply(new Edit.Set(FieldPath.of("metadata", "annotations", "a~b/c"), IntNode.valueOf(1)));
    assertEquals(
        "[{\"op\":\"add\",\"path\":\"/metadata/annotations/a~0b~1c\",\"value\":1}]",
        patch.operations().toString());
  }

  @Test
  void anEditThroughAScalarIsRefused() throws JsonProcessingException {
    JsonPatch patch = new JsonPatch(JSON.readTree("{\"a\":1}"));
    assertThrows(
        IllegalArgumentException.class,
        () -> patch.apply(new Edit.Set(FieldPath.of("a", "b"), IntNode.valueOf(1))));
  }
}
