package dev.gapless.workload;

import java.util.Map;
import java.util.Optional;

/// Who an object is.
///
/// @param namespace empty where a manifest leaves it to the client
/// @param name the name, or the prefix of `generateName`; empty where there is neither
/// @param controller `Kind/name` of the owner that manages this object (`controller: true`)
public record ObjectMeta(
    String namespace,
    String name,
    Map<String, String> labels,
    Map<String, String> annotations,
    Optional<String> controller) {}
