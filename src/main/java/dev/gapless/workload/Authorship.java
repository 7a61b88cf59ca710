package dev.gapless.workload;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import org.jspecify.annotations.Nullable;

/// Tells the values that an author wrote from those that Kubernetes' defaults or admission filled
/// in.
public final class Authorship {
  /// What kubectl's client-side apply keeps of the manifest, on the object itself.
  public static final String LAST_APPLIED_ANNOTATION =
      "kubectl.kubernetes.io/last-applied-configuration";

  private static final FieldPath LAST_APPLIED =
      FieldPath.of("metadata", "annotations", LAST_APPLIED_ANNOTATION);

  private final Source source;
  private final boolean defaulted;
  private final JsonNode managedFields;
  private final JsonNode lastApplied;
  private @Nullable JsonNode lastAppliedObject;

  /// Where an object comes from, which decides what can be known of its author.
  public enum Source {
    /// A manifest: what stands in it was written.
    FILE,
    /// The API server: defaults stand among the written values.
    API_SERVER
  }

  /// @param object as it was given, before any fix
  public Authorship(JsonNode object, Source source) {
    this.source = source;
    this.defaulted = WorkloadReader.API_VERSION.equals(object.path("apiVersion").textValue());
    this.managedFields = object.path("metadata").path("managedFields");
    this.lastApplied = LAST_APPLIED.in(object);
  }

  /// Whether the value at this path was written by the object's author. The first that applies:
  ///
  /// 1. absent: no;
  /// 2. in a file: yes, unless it was injected a moment ago;
  /// 3. owned by a server-side apply, or held by the last client-side apply: yes;
  /// 4. a default, or recorded as injected: no;
  /// 5. owned by nobody: no (what admission sets enters no `managedFields` entry), or only through
  ///    a subresource: no (what an autoscaler or `kubectl scale` sets is not the author's);
  /// 6. else yes. An object without any `managedFields` says nothing of owners and ends here too.
  ///
  /// No API server fills defaults into a custom resource, so there what equals one was written. Its
  /// lists may be owned as a whole; who owns one owns all in it that is not recorded as injected.
  ///
  /// @param object the object with all fixes so far
  /// @param injected what admission has set in it
  public boolean wrote(FieldPath path, JsonNode object, Injected injected) {
    JsonNode value = path.in(object);
    if (value.isMissingNode()) {
      return false;
    }
    boolean recorded = injected.holds(path, value);
    if (source == Source.FILE) {
      return !recorded;
    }
    if (ownedByApply(path) || lastAppliedHolds(path, value)) {
      return true;
    }
    if (recorded || (defaulted && ApiDefaults.of(path).map(value::equals).orElse(false))) {
      return false;
    }
    return managedFields.isEmpty() || ownedByAny(path);
  }

  /// Whether an apply holds this field, be its value there what it may: whoever applies the same
  /// again sets it again.
  public boolean isApplied(FieldPath path) {
    if (ownedByApply(path)) {
      return true;
    }
    return lastApplied.isTextual()
        && mayHold(lastApplied.textValue(), path)
        && FieldPath.parseStable(path.stable(), lastAppliedObject())
            .map(there -> !there.in(lastAppliedObject()).isMissingNode())
            .orElse(false);
  }

  private boolean ownedByApply(FieldPath path) {
    for (JsonNode entry : managedFields) {
      if ("Apply".equals(entry.path("operation").textValue())
          && isOfTheObject(entry)
          && holds(entry.path("fieldsV1"), path, false)) {
        return true;
      }
    }
    return false;
  }

  private boolean ownedByAny(FieldPath path) {
    for (JsonNode entry : managedFields) {
      if (isOfTheObject(entry) && holds(entry.path("fieldsV1"), path, true)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isOfTheObject(JsonNode entry) {
    return entry.path("subresource").asText("").isEmpty();
  }

  /// @param orItsList whether owning a list as a whole counts
  private static boolean holds(JsonNode fields, FieldPath path, boolean orItsList) {
    JsonNode node = fields;
    for (FieldPath.Segment segment : path.segments()) {
      if (orItsList && segment instanceof FieldPath.Element && node.isObject() && node.isEmpty()) {
        return true;
      }
      node =
          switch (segment) {
            case FieldPath.Field field -> node.path("f:" + field.name());
            case FieldPath.Element element ->
                element
                    .name()
                    .map(name -> "k:{\"name\":" + TextNode.valueOf(name) + "}")
                    .map(node::path)
                    .orElse(MissingNode.getInstance());
          };
    }
    return !node.isMissingNode();
  }

  private boolean lastAppliedHolds(FieldPath path, JsonNode value) {
    if (!lastApplied.isTextual() || !mayHold(lastApplied.textValue(), path)) {
      return false;
    }
    JsonNode applied = lastAppliedObject();
    // By name, never by index: admission may have put another container before it.
    return FieldPath.parseStable(path.stable(), applied)
        .map(there -> there.in(applied).equals(value))
        .orElse(false);
  }

  // Most fields that anybody asks for stand nowhere in the text, and looking for the name costs a
  // hundredth of parsing it. Only a Unicode escape writes a letter or digit otherwise.
  private static boolean mayHold(String text, FieldPath path) {
    return !(path.last() instanceof FieldPath.Field(String name))
        || !name.chars().allMatch(Character::isLetterOrDigit)
        || text.contains('"' + name + '"')
        || text.contains("\\u");
  }

  // Read once, and only when somebody asks: it is as large as the object itself.
  private JsonNode lastAppliedObject() {
    JsonNode applied = lastAppliedObject;
    if (applied == null) {
      applied = parsed(lastApplied.textValue());
      lastAppliedObject = applied;
    }
    return applied;
  }

  private static JsonNode parsed(String text) {
    try {
      return AnnotationJson.read(text);
    } catch (JsonProcessingException _) {
      return MissingNode.getInstance();
    }
  }
}
