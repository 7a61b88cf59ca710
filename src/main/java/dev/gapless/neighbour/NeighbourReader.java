package dev.gapless.neighbour;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.neighbour.Service.Port;
import dev.gapless.workload.Authorship;
import dev.gapless.workload.Container;
import dev.gapless.workload.ContainerPort;
import dev.gapless.workload.Cursor;
import dev.gapless.workload.FieldPath;
import dev.gapless.workload.Injected;
import dev.gapless.workload.IntOrString;
import dev.gapless.workload.LabelSelector;
import dev.gapless.workload.ObjectMeta;
import dev.gapless.workload.PreStop;
import dev.gapless.workload.Workload;
import dev.gapless.workload.WorkloadReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// Reads what rules look at of the objects around, with Kubernetes' defaults filled in.
public final class NeighbourReader {
  /// Where objects are whose manifest leaves the namespace to the client.
  public static final String DEFAULT_NAMESPACE = "default";

  /// The API versions of the neighbours that are judged themselves, by kind; of a
  /// HorizontalPodAutoscaler the older `autoscaling/v1` is read too.
  public static final Map<String, String> JUDGED =
      Map.of(
          Service.KIND, Service.API_VERSION,
          HorizontalPodAutoscaler.KIND, HorizontalPodAutoscaler.API_VERSION,
          PodDisruptionBudget.KIND, PodDisruptionBudget.API_VERSION);

  private static final Set<String> GATEWAY_ROUTES =
      Set.of("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute");
  private static final String GATEWAY_GROUP = "gateway.networking.k8s.io/";

  /// All kinds that are read, workloads among them.
  public static final Set<String> KINDS = kinds();

  // KEDA's: with a minReplicaCount of 0 it writes a minReplicas of 1 into the autoscaler that it
  // makes, and takes the last pod away itself (`GetHPAMinReplicas` in its
  // `apis/keda/v1alpha1/scaledobject_types.go`).
  private static final String SCALED_OBJECT = "ScaledObject/";

  // What is longer configures a proxy's every detail; no rule reads it.
  private static final int LONGEST_ANNOTATION = 200;

  private NeighbourReader() {}

  private static Set<String> kinds() {
    var kinds = new HashSet<String>(JUDGED.keySet());
    kinds.addAll(WorkloadReader.KINDS);
    kinds.addAll(GATEWAY_ROUTES);
    kinds.addAll(List.of(Route.INGRESS, PersistentVolumeClaim.KIND, Node.KIND, ResourceQuota.KIND));
    return Set.copyOf(kinds);
  }

  /// Reads an object as one that is judged for itself.
  ///
  /// @return empty when the object is of another kind or API version
  /// @throws dev.gapless.workload.UnreadableObjectException when a field has not the type that
  ///   Kubernetes gives it
  public static Optional<JudgedNeighbour> readJudged(JsonNode object) {
    return JUDGED.containsKey(object.path("kind").asText())
        ? read(object).map(it -> new JudgedNeighbour(WorkloadReader.metadata(object), it))
        : Optional.empty();
  }

  /// Reads an object as what stands around others.
  ///
  /// @return empty when the object is of another kind or API version
  /// @throws dev.gapless.workload.UnreadableObjectException when a field has not the type that
  ///   Kubernetes gives it
  public static Optional<Neighbour> read(JsonNode object) {
    String kind = object.path("kind").asText();
    String version = object.path("apiVersion").asText();
    if (WorkloadReader.reads(version, kind)) {
      return WorkloadReader.read(object).map(it -> outline(it, object));
    }
    Cursor root = Cursor.of(object);
    Cursor spec = root.field("spec");
    Cursor metadata = root.field("metadata");
    String namespace = Shared.of(orDefault(metadata.field("namespace").text().orElse("")));
    String name = Shared.of(metadata.field("name").text().orElse(""));
    if (GATEWAY_ROUTES.contains(kind) && version.startsWith(GATEWAY_GROUP)) {
      return Optional.of(
          new Route(
              Shared.of(kind),
              namespace,
              name,
              gatewayBackends(spec, namespace),
              Optional.empty(),
              Map.of()));
    }
    return switch (version + " " + kind) {
      case "v1 Service" -> Optional.of(service(metadata, spec, namespace, name));
      case "networking.k8s.io/v1 Ingress" ->
          Optional.of(
              new Route(
                  Route.INGRESS,
                  namespace,
                  name,
                  ingressBackends(spec, namespace),
                  spec.field("ingressClassName").text(),
                  steering(metadata)));
      // Of version 1 what is read here is the same.
      case "autoscaling/v2 HorizontalPodAutoscaler", "autoscaling/v1 HorizontalPodAutoscaler" ->
          Optional.of(
              new HorizontalPodAutoscaler(
                  namespace,
                  name,
                  Shared.of(spec.field("scaleTargetRef").field("kind").text().orElse("")),
                  Shared.of(spec.field("scaleTargetRef").field("name").text().orElse("")),
                  spec.field("minReplicas").count(1),
                  spec.field("maxReplicas").count(1),
                  WorkloadReader.metadata(object)
                      .controller()
                      .filter(it -> it.startsWith(SCALED_OBJECT))
                      .isPresent()));
      case "policy/v1 PodDisruptionBudget" ->
          Optional.of(
              new PodDisruptionBudget(
                  namespace,
                  name,
                  spec.field("selector").optional().map(NeighbourReader::selector),
                  Shared.of(spec.field("minAvailable").intOrString()),
                  Shared.of(spec.field("maxUnavailable").intOrString()),
                  spec.field("unhealthyPodEvictionPolicy").text()));
      case "v1 PersistentVolumeClaim" ->
          Optional.of(new PersistentVolumeClaim(namespace, name, accessModes(spec)));
      case "v1 Node" -> Optional.of(node(metadata, spec, name));
      case "v1 ResourceQuota" ->
          Optional.of(
              new ResourceQuota(
                  namespace,
                  name,
                  quantities(root.field("status").field("hard")),
                  quantities(root.field("status").field("used")),
                  !spec.field("scopes").elements().isEmpty()
                      || spec.field("scopeSelector").present()));
      default -> Optional.empty();
    };
  }

  /// The namespace that a manifest means.
  ///
  /// @param namespace empty where it leaves that to the client
  public static String orDefault(String namespace) {
    return namespace.isEmpty() ? DEFAULT_NAMESPACE : namespace;
  }

  private static LabelSelector selector(Cursor selector) {
    LabelSelector read = LabelSelector.read(selector);
    return new LabelSelector(Shared.of(read.matchLabels()), Shared.of(read.matchExpressions()));
  }

  private static Service service(Cursor metadata, Cursor spec, String namespace, String name) {
    var ports = new ArrayList<Port>();
    for (Cursor port : spec.field("ports").elements()) {
      int number = port.field("port").count(0);
      ports.add(
          new Port(
              Shared.of(port.path()),
              port.field("name").text(),
              number,
              port.field("targetPort").intOrString().orElse(new IntOrString.Int(number)),
              port.field("protocol").text().orElse("TCP")));
    }
    Service.Type type = type(spec.field("type"));
    return new Service(
        namespace,
        name,
        type,
        spec.field("clusterIP").text().equals(Optional.of("None")),
        type == Service.Type.ExternalName ? Map.of() : Shared.of(spec.field("selector").strings()),
        Shared.of(ports),
        spec.field("publishNotReadyAddresses").isTrue(),
        spec.field("externalTrafficPolicy").text().equals(Optional.of("Local")),
        spec.field("loadBalancerClass").text(),
        steering(metadata));
  }

  private static Service.Type type(Cursor type) {
    return switch (type.text().orElse("")) {
      case "NodePort" -> Service.Type.NodePort;
      case "LoadBalancer" -> Service.Type.LoadBalancer;
      case "ExternalName" -> Service.Type.ExternalName;
      default -> Service.Type.ClusterIP;
    };
  }

  private static List<Route.Backend> ingressBackends(Cursor spec, String namespace) {
    var backends = new ArrayList<Route.Backend>();
    backend(spec.field("defaultBackend"), namespace, backends);
    for (Cursor rule : spec.field("rules").elements()) {
      for (Cursor path : rule.field("http").field("paths").elements()) {
        backend(path.field("backend"), namespace, backends);
      }
    }
    return backends.stream().distinct().toList();
  }

  private static void backend(Cursor backend, String namespace, List<Route.Backend> into) {
    backend
        .field("service")
        .field("name")
        .text()
        .ifPresent(it -> into.add(new Route.Backend(namespace, it)));
  }

  private static List<Route.Backend> gatewayBackends(Cursor spec, String namespace) {
    var backends = new ArrayList<Route.Backend>();
    for (Cursor rule : spec.field("rules").elements()) {
      for (Cursor backend : rule.field("backendRefs").elements()) {
        boolean service =
            backend.field("kind").text().orElse(Service.KIND).equals(Service.KIND)
                && backend.field("group").text().orElse("").isEmpty();
        if (service) {
          backends.add(
              new Route.Backend(
                  backend.field("namespace").text().orElse(namespace),
                  backend.field("name").text().orElse("")));
        }
      }
    }
    return backends.stream().distinct().toList();
  }

  /// The annotations that steer load balancers and meshes: those with a domain, but for the ones
  /// that tools keep their books in.
  private static Map<String, String> steering(Cursor metadata) {
    var steering = new HashMap<String, String>();
    metadata
        .field("annotations")
        .strings()
        .forEach((key, value) -> {
          if (steers(key) && value.length() <= LONGEST_ANNOTATION) {
            steering.put(key, value);
          }
        });
    return Shared.of(steering);
  }

  private static boolean steers(String annotation) {
    int slash = annotation.indexOf('/');
    if (slash < 0) {
      return false;
    }
    String domain = annotation.substring(0, slash);
    return !domain.equals("kubectl.kubernetes.io")
        && !domain.equals("meta.helm.sh")
        && !domain.endsWith("argoproj.io")
        && !domain.endsWith("gapless.dev");
  }

  private static Set<String> accessModes(Cursor spec) {
    var modes = new HashSet<String>();
    for (Cursor mode : spec.field("accessModes").elements()) {
      mode.text().ifPresent(modes::add);
    }
    return Set.copyOf(modes);
  }

  private static Node node(Cursor metadata, Cursor spec, String name) {
    boolean tainted = false;
    for (Cursor taint : spec.field("taints").elements()) {
      tainted |= !taint.field("effect").text().orElse("").equals("PreferNoSchedule");
    }
    return new Node(
        name,
        Shared.of(metadata.field("labels").strings()),
        !spec.field("unschedulable").isTrue(),
        tainted);
  }

  // Kubernetes writes quantities as text; a manifest may hold numbers.
  private static Map<String, String> quantities(Cursor quantities) {
    var read = new HashMap<String, String>();
    quantities.node().properties().forEach(it -> read.put(it.getKey(), it.getValue().asText("")));
    return Shared.of(read);
  }

  private static WorkloadOutline outline(Workload workload, JsonNode object) {
    ObjectMeta metadata = workload.metadata();
    return new WorkloadOutline(
        workload.kind(),
        Shared.of(orDefault(metadata.namespace())),
        Shared.of(metadata.name()),
        Shared.of(workload.template().labels()),
        Shared.of(workload.pods()),
        writes(Workload.REPLICAS, object),
        workload.isOneAtATime(),
        Shared.of(ports(workload)),
        Shared.of(wait(workload)),
        metadata.controller());
  }

  // What the API server has stored says who wrote it; in a file present means written. An apply
  // that holds the field writes it again, also where somebody else has changed it since.
  private static boolean writes(FieldPath path, JsonNode object) {
    boolean stored = object.path("metadata").has("managedFields");
    Authorship.Source source = stored ? Authorship.Source.API_SERVER : Authorship.Source.FILE;
    var authorship = new Authorship(object, source);
    return authorship.wrote(path, object, Injected.of(object)) || authorship.isApplied(path);
  }

  private static List<ContainerPort> ports(Workload workload) {
    return workload.template().servingContainers().stream()
        .flatMap(it -> it.ports().stream())
        .distinct()
        .toList();
  }

  private static OptionalLong wait(Workload workload) {
    long shortest = Long.MAX_VALUE;
    for (Container container : workload.template().containers()) {
      Optional<Long> waits =
          container.hasPreStopHandler()
              ? container.preStop().flatMap(PreStop::waitSeconds)
              : Optional.of(0L);
      if (waits.isEmpty()) {
        return OptionalLong.empty();
      }
      shortest = Math.min(shortest, waits.get());
    }
    return shortest == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(shortest);
  }
}
