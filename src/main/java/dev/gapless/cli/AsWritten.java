package dev.gapless.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gapless.patch.Edit;
import dev.gapless.patch.JsonPatch;
import dev.gapless.workload.FieldPath;
import dev.gapless.workload.Injected;
import java.util.Optional;

/// An object of a cluster as its author has it: without what admission has set, which stands in no
/// repository.
final class AsWritten {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String WAS = "was:";

  private AsWritten() {}

  /// Takes out of an object what its record says that admission set, and puts back what that has
  /// replaced.
  static JsonNode of(JsonNode object) {
    Optional<String> injected = Injected.of(object).annotation();
    if (injected.isEmpty()) {
      return object;
    }
    JsonNode record = record(injected.get());
    var written = new JsonPatch(object);
    for (var entry : record.properties()) {
      if (!entry.getKey().startsWith(WAS)) {
        member(entry.getKey(), object).ifPresent(it -> written.apply(new Edit.Remove(it)));
      }
    }
    for (var entry : record.properties()) {
      if (entry.getKey().startsWith(WAS)) {
        member(entry.getKey().substring(WAS.length()), object)
            .ifPresent(it -> written.apply(new Edit.Set(it, entry.getValue())));
      }
    }
    return written.object();
  }

  // To take an element out of a list would move the others.
  private static Optional<FieldPath> member(String path, JsonNode object) {
    return FieldPath.parseStable(path, object)
        .filter(it -> it.segments().getLast() instanceof FieldPath.Field);
  }

  private static JsonNode record(String annotation) {
    try {
      return JSON.readTree(annotation);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot read the record just written", e);
    }
  }
}
