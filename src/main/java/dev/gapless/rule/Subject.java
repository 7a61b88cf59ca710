package dev.gapless.rule;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.neighbour.Surroundings;
import dev.gapless.policy.EffectivePolicy;
import dev.gapless.workload.Authorship;
import dev.gapless.workload.Injected;
import dev.gapless.workload.KubernetesVersion;
import dev.gapless.workload.Workload;
import java.util.Optional;

/// All that a rule may look at where it judges a workload.
///
/// @param workload the typed view of `object`
/// @param object the raw tree, with the edits of earlier rules
/// @param oldObject the stored object that an update replaces; empty for a new one
/// @param surroundings may hold the stored version of this very object
/// @param services what sends the pods traffic
/// @param kubernetes the release of the API server that will store the object
public record Subject(
    Workload workload,
    JsonNode object,
    Optional<JsonNode> oldObject,
    EffectivePolicy policy,
    Surroundings surroundings,
    PodServices services,
    KubernetesVersion kubernetes,
    Authorship authorship,
    Injected injected)
    implements Authored {

  /// Whether the pods take traffic: a container declares a port, or a known Service selects them.
  public boolean takesTraffic() {
    return workload.template().firstWithPort().isPresent() || services.any();
  }
}
