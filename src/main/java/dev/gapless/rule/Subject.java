package dev.gapless.rule;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.policy.EffectivePolicy;
import dev.gapless.workload.Authorship;
import dev.gapless.workload.FieldPath;
import dev.gapless.workload.Injected;
import dev.gapless.workload.KubernetesVersion;
import dev.gapless.workload.Workload;
import dev.gapless.workload.Workload.Rollout;
import java.util.LinkedHashSet;
import java.util.List;

/// All that a rule may look at.
///
/// @param workload the typed view of `object`
/// @param object the raw tree, with the edits of earlier rules
/// @param kubernetes the release of the API server that will store the object
public record Subject(
    Workload workload,
    JsonNode object,
    EffectivePolicy policy,
    Surroundings surroundings,
    KubernetesVersion kubernetes,
    Authorship authorship,
    Injected injected) {

  /// Whether the value at this path was written by the object's author.
  public boolean wrote(FieldPath path) {
    return authorship.wrote(path, object, injected);
  }

  /// Whether a fix may change this path under the policy.
  public boolean mayChange(FieldPath path) {
    return switch (policy.change()) {
      case NONE -> false;
      case UNSET -> !wrote(path);
      case ANY -> true;
    };
  }

  /// The names of the known Services that send traffic to the pods: those that a Rollout switches,
  /// and those whose selector matches.
  public List<String> services() {
    var services = new LinkedHashSet<String>();
    if (workload instanceof Rollout rollout) {
      services.addAll(rollout.services());
    }
    surroundings
        .servicesSelecting(workload.metadata().namespace(), workload.template().labels())
        .ifPresent(services::addAll);
    return List.copyOf(services);
  }

  /// Whether the pods take traffic: a container declares a port, or a known Service selects them.
  public boolean takesTraffic() {
    return workload.template().firstWithPort().isPresent() || !services().isEmpty();
  }
}
