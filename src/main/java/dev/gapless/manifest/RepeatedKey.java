package dev.gapless.manifest;

import dev.gapless.workload.FieldPath;

/// A key that one mapping holds a second time; kubectl takes the last and says nothing.
///
/// @param path from the document's root
/// @param position where the key stands the second time
public record RepeatedKey(FieldPath path, Position position) {}
