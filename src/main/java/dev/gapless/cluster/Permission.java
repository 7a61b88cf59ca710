package dev.gapless.cluster;

import java.util.ArrayList;
import java.util.List;

/// What the server must be allowed to do on the API server; `deploy/kubernetes/rbac.yaml` grants
/// exactly this.
///
/// @param namespaced whether it is needed in the server's own namespace only, else in the cluster
/// @param names the objects it is about; empty for all, since a name cannot restrict `create`
public record Permission(
    boolean namespaced, String apiGroup, String resource, List<String> names, List<String> verbs) {

  public Permission {
    names = List.copyOf(names);
    verbs = List.copyOf(verbs);
  }

  /// Those that are needed to know the cluster and to tell what came of its policies.
  public static List<Permission> cluster() {
    var permissions = new ArrayList<Permission>();
    permissions.add(watching(WatchedResource.POLICIES));
    permissions.add(
        new Permission(
            false,
            WatchedResource.POLICIES.group(),
            WatchedResource.POLICIES.plural() + "/status",
            List.of(),
            List.of("patch")));
    permissions.add(watching(WatchedResource.NAMESPACES));
    WatchedResource.ofNeighbours().forEach(it -> permissions.add(watching(it)));
    return List.copyOf(permissions);
  }

  private static Permission watching(WatchedResource resource) {
    return new Permission(
        false, resource.group(), resource.plural(), List.of(), List.of("list", "watch"));
  }
}
