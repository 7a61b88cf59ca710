package dev.gapless.workload;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What admission set in an object, field by field, as recorded on the object itself.
///
/// The record answers "who put this here", and lets later reviews change or take back their own
/// values. It holds only what still stands: a value that somebody changed since is no longer ours.
public final class Injected {
  /// The annotation on the workload's own metadata (never on the pod template, where it would start
  /// a rollout); a JSON object of stable field paths and values.
  public static final String ANNOTATION = "gapless.dev/injected";

  /// Where the annotation stands.
  public static final FieldPath PATH = FieldPath.of("metadata", "annotations", ANNOTATION);

  private static final JsonMapper JSON = new JsonMapper();

  private final SortedMap<String, JsonNode> values = new TreeMap<>();

  private Injected() {}

  /// A record that is still empty.
  public static Injected none() {
    return new Injected();
  }

  /// Reads the record of an object; empty where there is none or it cannot be understood.
  public static Injected of(JsonNode object) {
    var injected = new Injected();
    JsonNode annotation = PATH.in(object);
    if (!annotation.isTextual()) {
      return injected;
    }
    try {
      for (var entry : JSON.readTree(annotation.textValue()).properties()) {
        Optional<FieldPath> path = FieldPath.parseStable(entry.getKey(), object);
        if (path.isPresent() && path.get().in(object).equals(entry.getValue())) {
          injected.values.put(entry.getKey(), entry.getValue());
        }
      }
    } catch (JsonProcessingException _) {
      return new Injected();
    }
    return injected;
  }

  /// Whether admission set the value that stands at this path, or all that stands below it.
  public boolean holds(FieldPath path, JsonNode value) {
    if (values.isEmpty()) {
      return false;
    }
    if (!value.isObject()) {
      return value.equals(values.get(path.stable()));
    }
    if (value.isEmpty()) {
      return false;
    }
    for (var member : value.properties()) {
      if (!holds(path.child(member.getKey()), member.getValue())) {
        return false;
      }
    }
    return true;
  }

  /// Notes that admission set a value.
  public void put(FieldPath path, JsonNode value) {
    values.put(path.stable(), value);
  }

  /// Notes that admission took a field away again, with all below it.
  public void remove(FieldPath path) {
    String stable = path.stable();
    values
        .keySet()
        .removeIf(recorded -> recorded.equals(stable) || recorded.startsWith(stable + "."));
  }

  /// The values by their stable paths.
  public SortedMap<String, JsonNode> values() {
    return Collections.unmodifiableSortedMap(values);
  }

  /// The annotation's value; empty where nothing is recorded.
  public Optional<String> annotation() {
    if (values.isEmpty()) {
      return Optional.empty();
    }
    ObjectNode record = JsonNodeFactory.instance.objectNode();
    values.forEach(record::set);
    return Optional.of(record.toString());
  }
}
