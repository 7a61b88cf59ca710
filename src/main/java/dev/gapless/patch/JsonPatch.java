package dev.gapless.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.workload.FieldPath;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.Set;

/// A working copy of an object and the RFC 6902 operations that lead to it.
///
/// No node that was given is ever changed, so that what comes out may share them; none may be given
/// that is part of the working copy. Only edited fields are touched: what this build does not know
/// survives byte for byte.
public final class JsonPatch {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final ArrayNode operations = NODES.arrayNode();

  // The nodes on the way to an edit, copied before it; the rest of the tree is shared.
  private final Set<JsonNode> copies = Collections.newSetFromMap(new IdentityHashMap<>());
  private JsonNode object;

  /// @param object the tree to start from; never changed, and partly shared with the result
  public JsonPatch(JsonNode object) {
    this.object = object;
  }

  /// The object as it stands after all edits so far.
  public JsonNode object() {
    return object;
  }

  /// The operations so far; an empty list where nothing changed.
  public ArrayNode operations() {
    return operations;
  }

  /// Applies one edit to the working copy and notes the operation for it.
  ///
  /// @throws IllegalArgumentException when the edit leads through something that is no object, or
  ///   is no member
  public void apply(Edit edit) {
    switch (edit) {
      case Edit.Set(FieldPath path, JsonNode value) -> set(path, value);
      case Edit.Remove(FieldPath path) -> remove(path);
    }
  }

  private void set(FieldPath path, JsonNode value) {
    FieldPath parent = path.parent().orElseThrow(() -> notAMember(path));
    if (parent.in(object).isMissingNode()) {
      ObjectNode made = NODES.objectNode();
      made.set(name(path), value);
      set(parent, made);
      return;
    }
    if (value.equals(holder(path).get(name(path)))) {
      return;
    }
    ObjectNode target = (ObjectNode) copy(parent);
    boolean there = target.has(name(path));
    target.set(name(path), value);
    note(there ? "replace" : "add", path).set("value", value);
  }

  private void remove(FieldPath path) {
    if (path.in(object).isMissingNode()) {
      return;
    }
    holder(path);
    ((ObjectNode) copy(path.parent().orElseThrow())).remove(name(path));
    note("remove", path);
  }

  private ObjectNode holder(FieldPath path) {
    FieldPath parent = path.parent().orElseThrow(() -> notAMember(path));
    if (parent.in(object) instanceof ObjectNode target) {
      return target;
    }
    throw new IllegalArgumentException("cannot edit " + path + ": " + parent + " is no object");
  }

  /// The container at a path, which is there, as one that may be changed.
  private JsonNode copy(FieldPath path) {
    Optional<FieldPath> parent = path.parent();
    if (parent.isEmpty()) {
      object = copied(object);
      return object;
    }
    JsonNode above = copy(parent.get());
    JsonNode copy = copied(path.last().in(above));
    switch (path.last()) {
      case FieldPath.Field(String name) -> ((ObjectNode) above).set(name, copy);
      case FieldPath.Element element -> ((ArrayNode) above).set(element.index(), copy);
    }
    return copy;
  }

  private JsonNode copied(JsonNode node) {
    if (copies.contains(node)) {
      return node;
    }
    JsonNode copy =
        switch (node) {
          case ObjectNode members -> NODES.objectNode().setAll(members);
          case ArrayNode elements -> NODES.arrayNode(elements.size()).addAll(elements);
          default -> throw new IllegalStateException("only containers have something below them");
        };
    copies.add(copy);
    return copy;
  }

  private ObjectNode note(String operation, FieldPath path) {
    return operations.addObject().put("op", operation).put("path", path.pointer());
  }

  private static String name(FieldPath path) {
    if (path.last() instanceof FieldPath.Field(String name)) {
      return name;
    }
    throw notAMember(path);
  }

  private static IllegalArgumentException notAMember(FieldPath path) {
    return new IllegalArgumentException("cannot edit \"" + path + "\": it is no object's member");
  }
}
