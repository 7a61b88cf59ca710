package dev.gapless.admission;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/// What the API server asks about; everything but the uid may be missing.
///
/// @param operation `CREATE`, `UPDATE`, `DELETE` or `CONNECT`; anything else is as unknown as those
///   Kubernetes adds one day
/// @param kind the kind of `object`, without group and version
/// @param subResource empty for the object itself
/// @param object the raw tree as it would be stored; empty on a deletion
/// @param oldObject the raw tree as it is stored
/// @param dryRun whether nothing will be stored
record AdmissionRequest(
    String uid,
    String operation,
    String group,
    String kind,
    String subResource,
    String namespace,
    String name,
    Optional<JsonNode> object,
    Optional<JsonNode> oldObject,
    boolean dryRun) {

  /// Whether this is a change that can be judged.
  boolean changesObject() {
    return subResource.isEmpty()
        && object.isPresent()
        && (operation.equals("CREATE") || operation.equals("UPDATE"));
  }
}
