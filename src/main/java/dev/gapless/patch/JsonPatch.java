package dev.gapless.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.workload.FieldPath;

/// A working copy of an object and the RFC 6902 operations that lead to it.
///
/// Only edited fields are touched: what this build does not know survives byte for byte.
public final class JsonPatch {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final ArrayNode operations = NODES.arrayNode();
  private JsonNode object;
  private boolean copied;

  /// @param object the tree to start from; it is copied before the first edit, never changed
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
    if (!copied) {
      object = object.deepCopy();
      copied = true;
    }
    switch (edit) {
      case Edit.Set(FieldPath path, JsonNode value) -> set(path, value);
      case Edit.Remove(FieldPath path) -> remove(path);
    }
  }

  private void set(FieldPath path, JsonNode value) {
    FieldPath parent = path.parent().orElseThrow(() -> notAMember(path));
    if (parent.in(object).isMissingNode()) {
      ObjectNode made = NODES.objectNode();
      made.set(name(path), value.deepCopy());
      set(parent, made);
      return;
    }
    ObjectNode target = member(path);
    if (value.equals(target.get(name(path)))) {
      return;
    }
    boolean there = target.has(name(path));
    target.set(name(path), value.deepCopy());
    note(there ? "replace" : "add", path).set("value", value.deepCopy());
  }

  private void remove(FieldPath path) {
    if (path.in(object).isMissingNode()) {
      return;
    }
    member(path).remove(name(path));
    note("remove", path);
  }

  private ObjectNode member(FieldPath path) {
    FieldPath parent = path.parent().orElseThrow(() -> notAMember(path));
    if (parent.in(object) instanceof ObjectNode target) {
      return target;
    }
    throw new IllegalArgumentException("cannot edit " + path + ": " + parent + " is no object");
  }

  private ObjectNode note(String operation, FieldPath path) {
    return operations.addObject().put("op", operation).put("path", path.pointer());
  }

  private static String name(FieldPath path) {
    if (path.segments().getLast() instanceof FieldPath.Field(String name)) {
      return name;
    }
    throw notAMember(path);
  }

  private static IllegalArgumentException notAMember(FieldPath path) {
    return new IllegalArgumentException("cannot edit \"" + path + "\": it is no object's member");
  }
}
