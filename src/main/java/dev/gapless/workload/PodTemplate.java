package dev.gapless.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The pods that a workload makes.
///
/// @param path where the template stands in its object
/// @param containers the regular containers, in order
/// @param sidecars the native sidecars, in order
/// @param terminationGracePeriodSeconds 0 or more; Kubernetes' default filled in
/// @param windows whether the pods run on Windows nodes: by their `os`, or by their node selector
/// @param hostNetwork whether each port of a container is one of its node
/// @param persistentVolumeClaims names of the claims that the pods mount to write
/// @param surgeObstacles what in the template itself may keep a new pod from being placed beside
///   the old ones
/// @param spread whether a topology spread constraint counts the pods themselves
public record PodTemplate(
    FieldPath path,
    Map<String, String> labels,
    Map<String, String> annotations,
    List<Container> containers,
    List<Container> sidecars,
    long terminationGracePeriodSeconds,
    boolean windows,
    boolean hostNetwork,
    List<String> persistentVolumeClaims,
    List<SurgeObstacle> surgeObstacles,
    boolean spread) {

  /// Regular containers first, then native sidecars: all that can hold back readiness.
  public List<Container> servingContainers() {
    if (sidecars.isEmpty()) {
      return containers;
    }
    var serving = new ArrayList<Container>(containers);
    serving.addAll(sidecars);
    return List.copyOf(serving);
  }

  /// The first container that declares a port.
  public Optional<Container> firstWithPort() {
    for (Container container : servingContainers()) {
      if (!container.ports().isEmpty()) {
        return Optional.of(container);
      }
    }
    return Optional.empty();
  }

  /// Where the grace period stands or would stand.
  public FieldPath terminationGracePeriodPath() {
    return path.child("spec").child("terminationGracePeriodSeconds");
  }
}
