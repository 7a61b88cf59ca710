package dev.gapless.neighbour;

import java.util.Map;

/// `v1` Node.
///
/// @param schedulable whether new pods may be placed on it at all (not `unschedulable`)
/// @param tainted whether it takes only pods that tolerate something (`NoSchedule`, `NoExecute`)
public record Node(String name, Map<String, String> labels, boolean schedulable, boolean tainted)
    implements Neighbour {
  public static final String KIND = "Node";

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public String namespace() {
    return "";
  }
}
