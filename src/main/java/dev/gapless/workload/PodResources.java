package dev.gapless.workload;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/// What one pod of a template takes of a resource, as quotas count it.
///
/// Source: `PodRequests`, `PodLimits` and `AggregateContainerRequests` in Kubernetes'
/// `component-helpers/resource/helpers.go`.
public final class PodResources {
  private static final String REQUESTS = "requests";
  private static final String LIMITS = "limits";

  private final JsonNode pod;

  /// @param pod the `spec` of a pod template
  public PodResources(JsonNode pod) {
    this.pod = pod;
  }

  /// The request; empty where a container leaves it to the namespace's defaults.
  public Optional<Quantity> requested(String resource) {
    return sum(REQUESTS, resource);
  }

  /// The limit; empty where a container leaves it to the namespace's defaults.
  public Optional<Quantity> limited(String resource) {
    return sum(LIMITS, resource);
  }

  private Optional<Quantity> sum(String bound, String resource) {
    JsonNode ofPod = pod.path("resources");
    Optional<Quantity> taken =
        ofPod.isEmpty()
            ? ofContainers(bound, resource)
            : quantity(ofPod.path(bound).path(resource));
    JsonNode overhead = pod.path("overhead").path(resource);
    if (overhead.isMissingNode()) {
      return taken;
    }
    return taken.flatMap(it -> quantity(overhead).map(it::plus));
  }

  /// All that run together, or what it takes at most to get there: each plain init container runs
  /// beside the sidecars before it.
  private Optional<Quantity> ofContainers(String bound, String resource) {
    Optional<Quantity> running = Quantity.parse("0");
    for (JsonNode container : pod.path("containers")) {
      running = plus(running, ofContainer(container, bound, resource));
    }
    Optional<Quantity> sidecars = Quantity.parse("0");
    Optional<Quantity> starting = Quantity.parse("0");
    for (JsonNode container : pod.path("initContainers")) {
      Optional<Quantity> beside = plus(sidecars, ofContainer(container, bound, resource));
      starting = starting.flatMap(it -> beside.map(it::max));
      if (container.path("restartPolicy").asText().equals("Always")) {
        sidecars = beside;
      }
    }
    Optional<Quantity> most = starting;
    return plus(running, sidecars).flatMap(it -> most.map(it::max));
  }

  private static Optional<Quantity> plus(Optional<Quantity> one, Optional<Quantity> other) {
    return one.flatMap(it -> other.map(it::plus));
  }

  // A limit stands for a request that is not there.
  private static Optional<Quantity> ofContainer(JsonNode container, String bound, String resource) {
    JsonNode resources = container.path("resources");
    JsonNode stated = resources.path(bound).path(resource);
    return quantity(stated.isMissingNode() ? resources.path(LIMITS).path(resource) : stated);
  }

  private static Optional<Quantity> quantity(JsonNode node) {
    return Quantity.parse(node.asText(""));
  }
}
