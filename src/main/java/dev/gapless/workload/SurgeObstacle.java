package dev.gapless.workload;

/// Something in a pod template that may keep a new pod from being placed beside the old ones.
///
/// @param what in the words of a message
/// @param perNode whether it keeps a second pod off every node that has one already
public record SurgeObstacle(String what, boolean perNode) {
  @Override
  public String toString() {
    return what;
  }
}
