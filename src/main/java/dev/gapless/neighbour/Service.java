package dev.gapless.neighbour;

import dev.gapless.workload.FieldPath;
import dev.gapless.workload.IntOrString;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// `v1` Service.
///
/// @param type Kubernetes' default filled in
/// @param headless whether it has no address of its own (`clusterIP: None`)
/// @param selector empty where it selects nothing
/// @param publishNotReadyAddresses whether readiness means nothing to it
/// @param local whether traffic from outside stays on the node that it reached
///   (`externalTrafficPolicy: Local`)
/// @param loadBalancerClass who makes its load balancer, where that is written
/// @param annotations those that steer load balancers and meshes
public record Service(
    String namespace,
    String name,
    Type type,
    boolean headless,
    Map<String, String> selector,
    List<Port> ports,
    boolean publishNotReadyAddresses,
    boolean local,
    Optional<String> loadBalancerClass,
    Map<String, String> annotations)
    implements Neighbour {
  public static final String KIND = "Service";
  public static final String API_VERSION = "v1";
  public static final FieldPath SELECTOR = FieldPath.of("spec", "selector");
  public static final FieldPath PORTS = FieldPath.of("spec", "ports");
  public static final FieldPath TYPE = FieldPath.of("spec", "type");
  public static final FieldPath PUBLISH_NOT_READY_ADDRESSES =
      FieldPath.of("spec", "publishNotReadyAddresses");
  public static final FieldPath EXTERNAL_TRAFFIC_POLICY =
      FieldPath.of("spec", "externalTrafficPolicy");

  @Override
  public String kind() {
    return KIND;
  }

  /// How a Service is reached, spelled as in manifests.
  public enum Type {
    ClusterIP,
    NodePort,
    LoadBalancer,
    ExternalName
  }

  /// One of its ports.
  ///
  /// @param path where it stands
  /// @param targetPort the pods' port, by number or by a container's name for it; Kubernetes'
  ///   default filled in
  public record Port(
      FieldPath path, Optional<String> name, int port, IntOrString targetPort, String protocol) {}
}
