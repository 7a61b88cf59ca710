package dev.gapless.patch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.workload.FieldPath;

/// One change of an object that a fix asks for.
public sealed interface Edit {

  /// The field that changes.
  FieldPath path();

  /// Gives a field a value; objects that are missing on the way are made.
  record Set(FieldPath path, JsonNode value) implements Edit {}

  /// Takes a field away, if it is there.
  record Remove(FieldPath path) implements Edit {}
}
