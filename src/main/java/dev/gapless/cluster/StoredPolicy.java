package dev.gapless.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/// A RolloutPolicy as the API server has stored it.
///
/// @param uid another one under the same name is another policy
/// @param generation rises with each change of the spec
/// @param version the resource version
/// @param document the object without its managed fields and its status, of which the first are
///   most of its bytes
/// @param status as whoever wrote it left it; a missing node where nobody has
record StoredPolicy(
    String name, String uid, long generation, String version, JsonNode document, JsonNode status) {

  /// What is kept of the object.
  static Optional<StoredPolicy> of(JsonNode object) {
    JsonNode metadata = object.path("metadata");
    ObjectNode document = ((ObjectNode) object).deepCopy();
    document.withObject("/metadata").remove("managedFields");
    document.remove("status");
    return Optional.of(
        new StoredPolicy(
            metadata.path("name").asText(),
            metadata.path("uid").asText(),
            metadata.path("generation").asLong(),
            metadata.path("resourceVersion").asText(),
            document,
            object.path("status")));
  }
}
