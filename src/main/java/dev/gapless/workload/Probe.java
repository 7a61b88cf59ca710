package dev.gapless.workload;

import java.util.Optional;

/// A probe of a container; `port` is the one it asks (httpGet and tcpSocket only) and `portPath`
/// where that stands.
public record Probe(FieldPath path, Optional<IntOrString> port, FieldPath portPath) {}
