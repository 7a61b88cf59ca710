package dev.gapless.neighbour;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A way into the cluster that ends at Services: an Ingress, or a route of the Gateway API.
///
/// @param kind `Ingress`, `HTTPRoute`, `GRPCRoute`, `TLSRoute` or `TCPRoute`
/// @param backends the Services it leads to
/// @param className whose it is: an Ingress' class
/// @param annotations those that steer load balancers and meshes
public record Route(
    String kind,
    String namespace,
    String name,
    List<Backend> backends,
    Optional<String> className,
    Map<String, String> annotations)
    implements Neighbour {
  public static final String INGRESS = "Ingress";

  /// In words: `Ingress "shop"`.
  public String title() {
    return kind + " \"" + name + "\"";
  }

  /// A Service that a route leads to; of a Gateway's route it may stand in another namespace.
  public record Backend(String namespace, String service) {}
}
