package dev.gapless.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What is written as null counts as not written, and whatever else is not of a field's type is
/// named with its path.
class CursorTest {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final ObjectNode object = NODES.objectNode();
  private final Cursor root = Cursor.of(object);

  @Test
  void nullIsNothing() {
    object.putNull("a");
    for (String name : List.of("a", "b")) {
      Cursor field = root.field(name);
      assertFalse(field.present());
      assertFalse(field.isTrue());
      assertEquals(Optional.empty(), field.optional());
      assertEquals(Optional.empty(), field.text());
      assertEquals(Optional.empty(), field.integer());
      assertEquals(Optional.empty(), field.count());
      assertEquals(7, field.count(7));
      assertEquals(Optional.empty(), field.intOrString());
      assertEquals(List.of(), field.elements());
      assertEquals(Map.of(), field.strings());
      assertFalse(field.field("c").present());
    }
    assertFalse(Cursor.of(NODES.nullNode()).field("a").present());
  }

  @Test
  void nullAmongTextsIsLeftOut() {
    object.putObject("a").put("b", "c").putNull("d");
    assertEquals(Map.of("b", "c"), root.field("a").strings());
  }

  @Test
  void integersOfAnySizeAreRead() {
    object.put("int", 1).put("long", 2L).put("big", BigInteger.TEN);
    assertEquals(Optional.of(1L), root.field("int").integer());
    assertEquals(Optional.of(2L), root.field("long").integer());
    assertEquals(Optional.of(10), root.field("big").count());
    assertEquals(Optional.of(new IntOrString.Int(2)), root.field("long").intOrString());
  }

  @ParameterizedTest
  @MethodSource
  void mistakesAreNamed(String message, Executable mistake) {
    var thrown = assertThrows(UnreadableObjectException.class, mistake);
    assertEquals(message, thrown.getMessage());
  }

  static Stream<Arguments> mistakesAreNamed() {
    ObjectNode object = NODES.objectNode();
    object.put("text", "x").put("number", 1).put("negative", -1).put("half", new BigDecimal("0.5"));
    object.put("large", BigInteger.TWO.pow(64)).putNull("null");
    object.putArray("list").addObject().put("name", "web");
    object.withArray("list").addNull();
    Cursor root = Cursor.of(object);
    return Stream.of(
        mistake("text: must be an object, is string", () -> root.field("text").field("a")),
        mistake("text: must be an object, is string", () -> root.field("text").optional()),
        mistake("text: must be an object, is string", () -> root.field("text").strings()),
        mistake("text: must be a list, is string", () -> root.field("text").elements()),
        mistake("text: must be true or false, is string", () -> root.field("text").isTrue()),
        mistake("text: must be an integer, is string", () -> root.field("text").integer()),
        mistake("half: must be an integer, is number", () -> root.field("half").count(0)),
        mistake("large: must be an integer, is number", () -> root.field("large").integer()),
        mistake(
            "negative: must be between 0 and 2147483647, is -1",
            () -> root.field("negative").count()),
        mistake("number: must be a string, is number", () -> root.field("number").text()),
        mistake(
            "half: must be an integer or a string, is number",
            () -> root.field("half").intOrString()),
        mistake("list[1]: must be anything else, is null", () -> root.field("list").elements()),
        mistake("null: must be a name, is null", () -> reject(root.field("null"))),
        mistake("absent: must be a name, is missing", () -> reject(root.field("absent"))));
  }

  private static void reject(Cursor cursor) {
    throw cursor.unreadable("a name");
  }

  private static Arguments mistake(String message, Executable mistake) {
    return Arguments.of(message, mistake);
  }
}
