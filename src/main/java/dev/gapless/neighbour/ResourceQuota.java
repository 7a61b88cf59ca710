package dev.gapless.neighbour;

import java.util.Map;

/// `v1` ResourceQuota.
///
/// @param hard the limits, by resource, as Kubernetes writes quantities
/// @param used what is taken of them now
/// @param scoped whether it counts some pods only
public record ResourceQuota(
    String namespace,
    String name,
    Map<String, String> hard,
    Map<String, String> used,
    boolean scoped)
    implements Neighbour {
  public static final String KIND = "ResourceQuota";

  @Override
  public String kind() {
    return KIND;
  }
}
