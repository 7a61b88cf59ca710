package dev.gapless.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.workload.WorkloadReader;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a webhook sees of a manifest that was applied by the server: defaults filled in, owners in
/// `managedFields`.
public final class AppliedObject {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /// The lists that Kubernetes merges by key; every other list of a workload is owned as a whole
  /// here, and every list of a custom resource.
  private static final Map<String, Set<String>> KEYS =
      Map.of(
          "containers", Set.of("name"),
          "initContainers", Set.of("name"),
          "ports", Set.of("containerPort", "protocol"));

  private AppliedObject() {}

  /// The object, with everything in the manifest owned by one server-side apply.
  public static ObjectNode of(ObjectNode manifest) {
    ObjectNode object = withDefaults(manifest);
    String apiVersion = manifest.path("apiVersion").asText();
    ObjectNode fields = (ObjectNode) fields(manifest, isCustom(manifest) ? Map.of() : KEYS);
    fields.remove(List.of("f:apiVersion", "f:kind"));
    ((ObjectNode) fields.path("f:metadata")).remove("f:name");
    ((ObjectNode) object.path("metadata"))
        .putArray("managedFields")
        .addObject()
        .put("manager", "kubectl")
        .put("operation", "Apply")
        .put("apiVersion", apiVersion)
        .put("fieldsType", "FieldsV1")
        .set("fieldsV1", fields);
    return object;
  }

  /// The object with the API server's defaults for what the rules of the catalogue look at.
  public static ObjectNode withDefaults(ObjectNode manifest) {
    ObjectNode object = manifest.deepCopy();
    if (isCustom(manifest)) {
      return object;
    }
    JsonNode pod = object.at("/spec/template/spec");
    if (pod instanceof ObjectNode spec && !spec.hasNonNull("terminationGracePeriodSeconds")) {
      spec.put("terminationGracePeriodSeconds", 30);
    }
    if (object.path("kind").asText().equals("Deployment")) {
      ObjectNode spec = (ObjectNode) object.path("spec");
      if (!spec.hasNonNull("replicas")) {
        spec.put("replicas", 1);
      }
      if (!spec.hasNonNull("progressDeadlineSeconds")) {
        spec.put("progressDeadlineSeconds", 600);
      }
      ObjectNode strategy = spec.withObjectProperty("strategy");
      if (!strategy.hasNonNull("type")) {
        strategy.put("type", "RollingUpdate");
      }
      if (strategy.path("type").asText().equals("RollingUpdate")) {
        ObjectNode rolling = strategy.withObjectProperty("rollingUpdate");
        for (String bound : new String[] {"maxSurge", "maxUnavailable"}) {
          if (!rolling.hasNonNull(bound)) {
            rolling.put(bound, "25%");
          }
        }
      }
    }
    return object;
  }

  private static boolean isCustom(ObjectNode manifest) {
    return !manifest.path("apiVersion").asText().equals(WorkloadReader.API_VERSION);
  }

  private static JsonNode fields(JsonNode value, Map<String, Set<String>> mergeKeys) {
    ObjectNode fields = NODES.objectNode();
    for (var member : value.properties()) {
      Set<String> keys = mergeKeys.get(member.getKey());
      fields.set(
          "f:" + member.getKey(),
          keys != null && member.getValue() instanceof ArrayNode list
              ? elements(list, keys, mergeKeys)
              : fields(member.getValue(), mergeKeys));
    }
    return fields;
  }

  private static ObjectNode elements(
      ArrayNode list, Set<String> keys, Map<String, Set<String>> mergeKeys) {
    ObjectNode elements = NODES.objectNode();
    for (JsonNode element : list) {
      ObjectNode key = NODES.objectNode();
      keys.stream()
          .sorted()
          .forEach(name ->
              key.set(
                  name,
                  name.equals("protocol") && !element.has(name)
                      ? NODES.textNode("TCP")
                      : element.path(name)));
      ObjectNode owned = (ObjectNode) fields(element, mergeKeys);
      owned.putObject(".");
      elements.set("k:" + key, owned);
    }
    return elements;
  }
}
