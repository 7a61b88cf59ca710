package dev.gapless.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A place in a raw tree, with typed access that names the field when it is not what Kubernetes has
/// there.
///
/// Most places are looked at once and never named: a place's path is made when somebody asks.
public final class Cursor {
  private static final JsonNode NOTHING = MissingNode.getInstance();

  // Never null's node: to Kubernetes that is the same as nothing.
  private final JsonNode node;
  private final @Nullable Cursor above;
  private final String name;
  private @Nullable FieldPath path;

  private Cursor(JsonNode node, @Nullable Cursor above, String name, @Nullable FieldPath path) {
    this.node = node;
    this.above = above;
    this.name = name;
    this.path = path;
  }

  /// The place of a whole object.
  public static Cursor of(JsonNode object) {
    return new Cursor(something(object), null, "", FieldPath.ROOT);
  }

  private static JsonNode something(@Nullable JsonNode node) {
    return node == null || node instanceof NullNode ? NOTHING : node;
  }

  /// The value that stands here; missing where there is none or null.
  public JsonNode node() {
    return node;
  }

  // Copied to each place in a reader that calls it, the loop behind a map's get() would multiply
  // what the compiler has to do: the server's options keep it from that, by this method's name
  // (docs/decisions/0025).
  public Cursor field(String name) {
    if (node instanceof ObjectNode object) {
      return new Cursor(something(object.get(name)), this, name, null);
    }
    if (present()) {
      throw unreadable("an object");
    }
    return new Cursor(NOTHING, this, name, null);
  }

  public FieldPath path() {
    FieldPath known = path;
    if (known == null) {
      known = above == null ? FieldPath.ROOT : above.path().child(name);
      path = known;
    }
    return known;
  }

  /// The place that a path of member names leads to.
  public Cursor at(FieldPath path) {
    Cursor place = this;
    for (FieldPath.Segment segment : path.segments()) {
      if (segment instanceof FieldPath.Field(String name)) {
        place = place.field(name);
      }
    }
    return place;
  }

  public boolean present() {
    return !(node instanceof MissingNode);
  }

  public Optional<Cursor> optional() {
    if (!present()) {
      return Optional.empty();
    }
    if (node instanceof ObjectNode) {
      return Optional.of(this);
    }
    throw unreadable("an object");
  }

  public Optional<String> text() {
    if (!present()) {
      return Optional.empty();
    }
    String text = node.textValue();
    if (text == null) {
      throw unreadable("a string");
    }
    return Optional.of(text);
  }

  public Optional<Long> integer() {
    return present() ? Optional.of(number()) : Optional.empty();
  }

  private long number() {
    if (node instanceof IntNode number) {
      return number.intValue();
    }
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw unreadable("an integer");
    }
    return node.longValue();
  }

  /// A number of 0 or more that fits 32 bits.
  public Optional<Integer> count() {
    return present() ? Optional.of(count(0)) : Optional.empty();
  }

  /// A number of 0 or more that fits 32 bits.
  ///
  /// @param byDefault what is meant where none is written
  public int count(int byDefault) {
    if (!present()) {
      return byDefault;
    }
    long number = number();
    if (number < 0 || number > Integer.MAX_VALUE) {
      throw new UnreadableObjectException(
          path(), "must be between 0 and " + Integer.MAX_VALUE + ", is " + number);
    }
    return (int) number;
  }

  public boolean isTrue() {
    if (present() && !node.isBoolean()) {
      throw unreadable("true or false");
    }
    return node.booleanValue();
  }

  public Optional<IntOrString> intOrString() {
    if (!present()) {
      return Optional.empty();
    }
    if (node instanceof IntNode number) {
      return Optional.of(new IntOrString.Int(number.intValue()));
    }
    if (node.isTextual()) {
      return Optional.of(new IntOrString.Text(node.textValue()));
    }
    if (node.isIntegralNumber() && node.canConvertToInt()) {
      return Optional.of(new IntOrString.Int(node.intValue()));
    }
    throw unreadable("an integer or a string");
  }

  public List<Cursor> elements() {
    if (!present()) {
      return List.of();
    }
    if (!(node instanceof ArrayNode list)) {
      throw unreadable("a list");
    }
    var elements = new ArrayList<Cursor>(list.size());
    for (int i = 0; i < list.size(); i++) {
      JsonNode element = list.path(i);
      if (element.isNull()) {
        // An API server never stores one, and no edit can lead through it.
        throw new UnreadableObjectException(path().element(i), "must be anything else, is null");
      }
      JsonNode name = element.path("name");
      FieldPath place = name.isTextual() ? path().element(i, name.textValue()) : path().element(i);
      elements.add(new Cursor(element, null, "", place));
    }
    return elements;
  }

  public Map<String, String> strings() {
    if (!present()) {
      return Map.of();
    }
    if (!(node instanceof ObjectNode object)) {
      throw unreadable("an object");
    }
    var strings = new LinkedHashMap<String, String>();
    for (var entry : object.properties()) {
      var value = new Cursor(something(entry.getValue()), this, entry.getKey(), null);
      value.text().ifPresent(it -> strings.put(entry.getKey(), it));
    }
    return strings;
  }

  public UnreadableObjectException unreadable(String expected) {
    return new UnreadableObjectException(path(), "must be " + expected + ", is " + found());
  }

  private String found() {
    boolean isNull = !present() && above != null && above.node.has(name);
    return (isNull ? JsonNodeType.NULL : node.getNodeType()).name().toLowerCase(Locale.ROOT);
  }
}
