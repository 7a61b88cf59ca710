package dev.gapless.workload;

import java.util.List;
import java.util.Optional;

/// A container that runs beside others for the whole life of its pod: a regular one or a native
/// sidecar.
///
/// @param sidecar whether it is a native sidecar (`initContainers` with `restartPolicy: Always`)
public record Container(
    FieldPath path,
    String name,
    boolean sidecar,
    List<ContainerPort> ports,
    Optional<Probe> startupProbe,
    Optional<Probe> livenessProbe,
    Optional<Probe> readinessProbe,
    Optional<PreStop> preStop,
    Program program) {

  /// The same container with another hook.
  Container with(Optional<PreStop> other) {
    return new Container(
        path, name, sidecar, ports, startupProbe, livenessProbe, readinessProbe, other, program);
  }

  /// Where the container's preStop hook stands or would stand.
  public FieldPath preStopPath() {
    return path.child("lifecycle").child("preStop");
  }

  /// Whether a hook of any kind stands before this container's SIGTERM.
  public boolean hasPreStopHandler() {
    return preStop.isPresent() && preStop.get().hasHandler();
  }
}
