package dev.gapless.rule;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.neighbour.Neighbour;
import dev.gapless.neighbour.Surroundings;
import dev.gapless.policy.EffectivePolicy;
import dev.gapless.workload.Authorship;
import dev.gapless.workload.Injected;
import dev.gapless.workload.KubernetesVersion;
import dev.gapless.workload.ObjectMeta;
import java.util.Optional;

/// All that a rule may look at where it judges a Service, an autoscaler or a budget.
///
/// @param neighbour the typed view of `object`
/// @param object the raw tree, with the edits of earlier rules
/// @param oldObject the stored object that an update replaces; empty for a new one
/// @param surroundings may hold the stored version of this very object
public record NeighbourSubject(
    ObjectMeta metadata,
    Neighbour neighbour,
    JsonNode object,
    Optional<JsonNode> oldObject,
    EffectivePolicy policy,
    Surroundings surroundings,
    KubernetesVersion kubernetes,
    Authorship authorship,
    Injected injected)
    implements Authored {}
