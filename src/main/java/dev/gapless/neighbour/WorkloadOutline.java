package dev.gapless.neighbour;

import dev.gapless.workload.ContainerPort;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// What a Service, an autoscaler or a budget must know of a workload.
///
/// @param podLabels the labels of its pod template
/// @param replicas how many pods it asks for; empty for a DaemonSet
/// @param writesReplicas whether its author writes that number, at the next apply at the latest
/// @param oneAtATime whether it may have to be a single pod
/// @param ports those its regular containers and native sidecars declare
/// @param waitSeconds how long its shortest-waiting regular container goes on serving after a
///   delete, in whole seconds; empty where one of them has a hook that cannot be read
/// @param controller `Kind/name` of the owner that manages it
public record WorkloadOutline(
    String kind,
    String namespace,
    String name,
    Map<String, String> podLabels,
    OptionalInt replicas,
    boolean writesReplicas,
    boolean oneAtATime,
    List<ContainerPort> ports,
    OptionalLong waitSeconds,
    Optional<String> controller)
    implements Neighbour {

  /// In words: `Deployment "web"`.
  public String title() {
    return kind + " \"" + name + "\"";
  }
}
