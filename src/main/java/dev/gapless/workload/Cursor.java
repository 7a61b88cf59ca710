package dev.gapless.workload;

import com.fasterxml.jackson.databind.JsonNode;
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
    return new Cursor(object, null, "", FieldPath.ROOT);
  }

  private static Cursor element(JsonNode node, FieldPath path) {
    return new Cursor(node, null, "", path);
  }

  /// The value that stands here; missing where there is none.
  public JsonNode node() {
    return node;
  }

  public Cursor field(String name) {
    if (present() && !node.isObject()) {
      throw unreadable("an object");
    }
    return new Cursor(node.path(name), this, name, null);
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
    return !node.isMissingNode() && !node.isNull();
  }

  public Optional<Cursor> optional() {
    if (!present()) {
      return Optional.empty();
    }
    if (!node.isObject()) {
      throw unreadable("an object");
    }
    return Optional.of(this);
  }

  public Optional<String> text() {
    if (!present()) {
      return Optional.empty();
    }
    if (!node.isTextual()) {
      throw unreadable("a string");
    }
    return Optional.of(node.textValue());
  }

  public Optional<Long> integer() {
    if (!present()) {
      return Optional.empty();
    }
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw unreadable("an integer");
    }
    return Optional.of(node.longValue());
  }

  /// A number of 0 or more that fits 32 bits.
  public Optional<Integer> count() {
    Optional<Long> value = integer();
    if (value.isEmpty()) {
      return Optional.empty();
    }
    long number = value.get();
    if (number < 0 || number > Integer.MAX_VALUE) {
      throw new UnreadableObjectException(
          path(), "must be between 0 and " + Integer.MAX_VALUE + ", is " + number);
    }
    return Optional.of((int) number);
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
    if (!node.isArray()) {
      throw unreadable("a list");
    }
    var elements = new ArrayList<Cursor>(node.size());
    for (int i = 0; i < node.size(); i++) {
      JsonNode element = node.path(i);
      if (element.isNull()) {
        // An API server never stores one, and no edit can lead through it.
        throw element(element, path().element(i)).unreadable("anything else");
      }
      JsonNode name = element.path("name");
      elements.add(
          element(
              element, name.isTextual() ? path().element(i, name.textValue()) : path().element(i)));
    }
    return elements;
  }

  public Map<String, String> strings() {
    if (!present()) {
      return Map.of();
    }
    if (!node.isObject()) {
      throw unreadable("an object");
    }
    var strings = new LinkedHashMap<String, String>();
    for (var entry : node.properties()) {
      Optional<String> text = new Cursor(entry.getValue(), this, entry.getKey(), null).text();
      if (text.isPresent()) {
        strings.put(entry.getKey(), text.get());
      }
    }
    return strings;
  }

  public UnreadableObjectException unreadable(String expected) {
    return new UnreadableObjectException(
        path(),
        "must be " + expected + ", is " + node.getNodeType().name().toLowerCase(Locale.ROOT));
  }
}
