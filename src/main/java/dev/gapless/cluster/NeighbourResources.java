package dev.gapless.cluster;

import dev.gapless.neighbour.NeighbourType;
import java.util.List;

/// Where an API server has the neighbours of each type.
public final class NeighbourResources {
  private NeighbourResources() {}

  /// The resources whose objects are neighbours of a type.
  public static List<ApiResource> of(NeighbourType type) {
    return WatchedResource.of(type).stream().map(WatchedResource::api).toList();
  }
}
