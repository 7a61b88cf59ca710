package dev.gapless.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.workload.FieldPath;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A tree whose every part knows its place in the source.
///
/// @param position of the key for an object's member, of the value for everything else
/// @param members the members of an object, else empty
/// @param elements the elements of a list, else empty
/// @param repeated where an object's members stand that are written a second time
record Located(
    JsonNode value,
    Position position,
    Map<String, Located> members,
    List<Located> elements,
    Map<String, Position> repeated) {

  static Located leaf(JsonNode value, Position position) {
    return new Located(value, position, Map.of(), List.of(), Map.of());
  }

  static Located list(JsonNode value, Position position, List<Located> elements) {
    return new Located(value, position, Map.of(), elements, Map.of());
  }

  static Located object(
      JsonNode value,
      Position position,
      Map<String, Located> members,
      Map<String, Position> repeated) {
    return new Located(value, position, members, List.of(), repeated);
  }

  /// The place of a field; of its nearest existing ancestor where it is absent.
  Position position(FieldPath path) {
    return nearest(path).position;
  }

  /// The part at a path, or its nearest existing ancestor.
  Located nearest(FieldPath path) {
    Located found = this;
    for (FieldPath.Segment segment : path.segments()) {
      Located next = found.step(segment);
      if (next == null) {
        return found;
      }
      found = next;
    }
    return found;
  }

  private @Nullable Located step(FieldPath.Segment segment) {
    return switch (segment) {
      case FieldPath.Field(String name) -> members.get(name);
      case FieldPath.Element(int index, _) -> index < elements.size() ? elements.get(index) : null;
    };
  }

  Located at(Position elsewhere) {
    return new Located(value, elsewhere, members, elements, repeated);
  }
}
