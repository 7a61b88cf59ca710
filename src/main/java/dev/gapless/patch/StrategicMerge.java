package dev.gapless.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/// Says in the form of a manifest what has changed between two trees: a strategic merge patch,
/// which finds containers by name and so fits a manifest in which they stand elsewhere.
///
/// It tells elements of a list apart by `name` where all have one, and otherwise gives the whole
/// list. Elements that were taken away are not said: no fix takes any.
public final class StrategicMerge {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final String NAME = "name";

  private StrategicMerge() {}

  /// The change from one object to another; empty where there is none.
  public static Optional<ObjectNode> between(JsonNode before, JsonNode after) {
    return between(before, after, true);
  }

  /// The change from one object to another; empty where there is none.
  ///
  /// @param byName whether the elements of lists are told apart; no custom resource's are where its
  ///   schema is not at hand
  public static Optional<ObjectNode> between(JsonNode before, JsonNode after, boolean byName) {
    ObjectNode change = NODES.objectNode();
    for (var member : after.properties()) {
      between(before.path(member.getKey()), member.getValue(), byName, change, member.getKey());
    }
    for (var member : before.properties()) {
      if (!after.has(member.getKey())) {
        change.putNull(member.getKey());
      }
    }
    return change.isEmpty() ? Optional.empty() : Optional.of(change);
  }

  private static void between(
      JsonNode before, JsonNode after, boolean byName, ObjectNode change, String name) {
    if (before.equals(after)) {
      return;
    }
    if (before.isObject() && after.isObject()) {
      between(before, after, byName).ifPresent(it -> change.set(name, it));
    } else if (byName && isNamed(before) && isNamed(after)) {
      change.set(name, elements(before, after));
    } else {
      change.set(name, after.deepCopy());
    }
  }

  private static boolean isNamed(JsonNode list) {
    if (!list.isArray()) {
      return false;
    }
    for (JsonNode element : list) {
      if (!element.path(NAME).isTextual()) {
        return false;
      }
    }
    return true;
  }

  private static ArrayNode elements(JsonNode before, JsonNode after) {
    ArrayNode changed = NODES.arrayNode();
    for (JsonNode element : after) {
      String name = element.path(NAME).textValue();
      between(named(before, name), element)
          .ifPresent(it -> {
            ObjectNode one = changed.addObject();
            one.put(NAME, name);
            one.setAll(it);
          });
    }
    return changed;
  }

  private static JsonNode named(JsonNode list, String name) {
    for (JsonNode element : list) {
      if (name.equals(element.path(NAME).textValue())) {
        return element;
      }
    }
    return NODES.objectNode();
  }
}
