package dev.gapless.neighbour;

import java.util.Set;

/// `v1` PersistentVolumeClaim.
///
/// @param accessModes as written, such as `ReadWriteOnce`
public record PersistentVolumeClaim(String namespace, String name, Set<String> accessModes)
    implements Neighbour {
  public static final String KIND = "PersistentVolumeClaim";

  @Override
  public String kind() {
    return KIND;
  }
}
