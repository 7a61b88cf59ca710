package dev.gapless.rule;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.neighbour.Service;
import dev.gapless.neighbour.Surroundings;
import dev.gapless.policy.EffectivePolicy;
import dev.gapless.workload.Authorship;
import dev.gapless.workload.Injected;
import dev.gapless.workload.KubernetesVersion;
import dev.gapless.workload.Workload;
import dev.gapless.workload.Workload.Rollout;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/// All that a rule may look at where it judges a workload.
///
/// @param workload the typed view of `object`
/// @param object the raw tree, with the edits of earlier rules
/// @param oldObject the stored object that an update replaces; empty for a new one
/// @param surroundings may hold the stored version of this very object
/// @param kubernetes the release of the API server that will store the object
public record Subject(
    Workload workload,
    JsonNode object,
    Optional<JsonNode> oldObject,
    EffectivePolicy policy,
    Surroundings surroundings,
    KubernetesVersion kubernetes,
    Authorship authorship,
    Injected injected)
    implements Authored {

  /// The known Services whose selector matches the pods.
  public List<Service> selectingServices() {
    return surroundings
        .servicesSelecting(workload.metadata().namespace(), workload.template().labels())
        .orElse(List.of());
  }

  /// The known Services that send traffic to the pods: those whose selector matches, and those that
  /// a Rollout switches, to whose selectors Argo adds the label of a revision.
  public List<Service> knownServices() {
    var services = new LinkedHashSet<>(selectingServices());
    if (workload instanceof Rollout rollout) {
      rollout
          .services()
          .forEach(it ->
              surroundings.service(workload.metadata().namespace(), it).ifPresent(services::add));
    }
    return List.copyOf(services);
  }

  /// The names of the known Services that send traffic to the pods: those that a Rollout switches,
  /// and those whose selector matches.
  public List<String> services() {
    var services = new LinkedHashSet<String>();
    if (workload instanceof Rollout rollout) {
      services.addAll(rollout.services());
    }
    selectingServices().forEach(it -> services.add(it.name()));
    return List.copyOf(services);
  }

  /// Whether the pods take traffic: a container declares a port, or a known Service selects them.
  public boolean takesTraffic() {
    return workload.template().firstWithPort().isPresent() || !services().isEmpty();
  }
}
