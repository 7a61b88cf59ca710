package dev.gapless.workload;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
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
/// Where a fix took the place of what the author wrote, it holds that too, under `was:` and the
/// path.
public final class Injected {
  /// The annotation on the workload's own metadata (never on the pod template, where it would start
  /// a rollout); a JSON object of stable field paths and values.
  public static final String ANNOTATION = "gapless.dev/injected";

  /// Where the annotation stands.
  public static final FieldPath PATH = FieldPath.of("metadata", "annotations", ANNOTATION);

  private static final String WAS = "was:";

  private final SortedMap<String, JsonNode> values = new TreeMap<>();
  private final SortedMap<String, JsonNode> replaced = new TreeMap<>();

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
      for (var entry : AnnotationJson.read(annotation.textValue()).properties()) {
        if (entry.getKey().startsWith(WAS)) {
          injected.replaced.put(entry.getKey().substring(WAS.length()), entry.getValue());
          continue;
        }
        Optional<FieldPath> path = FieldPath.parseStable(entry.getKey(), object);
        if (path.isPresent() && path.get().in(object).equals(entry.getValue())) {
          injected.values.put(entry.getKey(), entry.getValue());
        }
      }
      injected.replaced.keySet().removeIf(path -> injected.isWrittenAnew(path, object));
      injected.forgetWhatNothingReplaces();
    } catch (JsonProcessingException _) {
      return new Injected();
    }
    return injected;
  }

  /// Whether admission has set nothing.
  public boolean isEmpty() {
    return values.isEmpty();
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

  /// Whether admission put its own value in the place of what the author wrote at this path, or
  /// beside it: what stands there now is the author's will in another form.
  public boolean hasReplaced(FieldPath path) {
    return !replaced.isEmpty() && replaced.containsKey(path.stable());
  }

  /// Notes that a value of admission's takes, or is about to take, the place of what the author
  /// wrote at this path.
  public void replace(FieldPath path, JsonNode written) {
    replaced.put(path.stable(), written);
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
    forgetWhatNothingReplaces();
  }

  private boolean isWrittenAnew(String path, JsonNode object) {
    return !values.containsKey(path)
        && FieldPath.parseStable(path, object)
            .filter(it -> !it.in(object).isMissingNode())
            .isPresent();
  }

  private void forgetWhatNothingReplaces() {
    replaced
        .keySet()
        .removeIf(path -> {
          String beside = path.substring(0, path.lastIndexOf('.') + 1);
          return values.keySet().stream().noneMatch(value -> value.startsWith(beside));
        });
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
    replaced.forEach((path, written) -> record.set(WAS + path, written));
    return Optional.of(record.toString());
  }
}
