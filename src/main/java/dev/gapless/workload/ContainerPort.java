package dev.gapless.workload;

import java.util.Optional;

/// A port that a container declares; `hostPort` is the node's port it takes, when it takes one.
public record ContainerPort(Optional<String> name, int containerPort, Optional<Integer> hostPort) {}
