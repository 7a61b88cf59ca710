package dev.gapless.workload;

import java.util.Optional;

/// Something in a pod template that may keep a new pod from being placed beside the old ones.
///
/// @param what in the words of a message
/// @param perNode whether it keeps a second pod off every node that has one already
/// @param apart the label of nodes by whose values the pods stand apart, one for each; empty where
///   they do not have to
public record SurgeObstacle(String what, boolean perNode, Optional<String> apart) {
  public static final String HOSTNAME = "kubernetes.io/hostname";

  /// Pods that must stand apart by a label of nodes.
  static SurgeObstacle apart(String what, String topologyKey) {
    return new SurgeObstacle(what, topologyKey.equals(HOSTNAME), Optional.of(topologyKey));
  }

  @Override
  public String toString() {
    return what;
  }
}
