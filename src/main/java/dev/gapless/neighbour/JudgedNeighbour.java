package dev.gapless.neighbour;

import dev.gapless.workload.KubernetesObject;
import dev.gapless.workload.ObjectMeta;

/// A neighbour that is itself judged, with what policies and exemptions need to know of it.
public record JudgedNeighbour(ObjectMeta metadata, Neighbour neighbour)
    implements KubernetesObject {
  @Override
  public String kind() {
    return neighbour.kind();
  }
}
