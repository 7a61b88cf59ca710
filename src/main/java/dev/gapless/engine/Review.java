package dev.gapless.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.neighbour.Surroundings;
import dev.gapless.workload.Authorship;
import dev.gapless.workload.KubernetesVersion;
import java.time.LocalDate;
import java.util.Optional;

/// One object to judge, and what is known about it.
///
/// @param oldObject the stored object that an update replaces; empty for a new one
/// @param kubernetes the release of the API server that will store the object
/// @param today the present day in UTC, by which exemptions end
public record Review(
    JsonNode object,
    Optional<JsonNode> oldObject,
    Authorship.Source source,
    Namespace namespace,
    Surroundings surroundings,
    KubernetesVersion kubernetes,
    LocalDate today) {}
