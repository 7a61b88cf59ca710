package dev.gapless.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.cluster.ApiLists;
import dev.gapless.cluster.ApiResource;
import dev.gapless.cluster.NeighbourResources;
import dev.gapless.neighbour.NeighbourType;
import dev.gapless.workload.Workload.Rollout;
import dev.gapless.workload.WorkloadReader;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// Reads what stands around workloads in a cluster, as far as whoever asks may know it.
final class ClusterNeighbours {
  static final ApiResource ROLLOUTS =
      new ApiResource(WorkloadReader.ROLLOUT_API_VERSION, Rollout.KIND, "rollouts");

  // What is judged itself is read again for that, and what stands against it is said then.
  private static final Set<NeighbourType> JUDGED =
      Set.of(
          NeighbourType.SERVICE,
          NeighbourType.AUTOSCALER,
          NeighbourType.BUDGET,
          NeighbourType.WORKLOAD);

  private final ApiLists lists;
  private final Consumer<String> remark;
  private final Map<String, Optional<Set<String>>> served = new HashMap<>();

  /// @param remark takes what somebody should know of what cannot be read
  ClusterNeighbours(ApiLists lists, Consumer<String> remark) {
    this.lists = lists;
    this.remark = remark;
  }

  /// Reads them all.
  ///
  /// @param namespace empty for all
  void read(Optional<String> namespace, FileSurroundings into) {
    var unread = new LinkedHashMap<String, String>();
    for (NeighbourType type : NeighbourType.values()) {
      boolean complete = true;
      for (ApiResource resource : NeighbourResources.of(type)) {
        complete &= read(type, resource, namespace, into, unread);
      }
      if (complete) {
        into.knows(type);
      } else {
        into.doesNotKnow(type);
      }
    }
    if (!unread.isEmpty()) {
      remark.accept(
          String.join(", ", unread.keySet())
              + " cannot be read, and rules go without: "
              + unread.firstEntry().getValue());
    }
  }

  private boolean read(
      NeighbourType type,
      ApiResource resource,
      Optional<String> namespace,
      FileSurroundings into,
      Map<String, String> unread) {
    if (!isServed(resource)) {
      return true;
    }
    ApiLists.Answer answer =
        lists.list(
            resource,
            type == NeighbourType.NODE ? Optional.empty() : namespace,
            Optional.empty(),
            it -> FileSurroundings.kept(it).ifPresent(into::add));
    Optional<String> obstacle = answer.obstacle();
    if (!JUDGED.contains(type)) {
      obstacle.ifPresent(why -> unread.put(resource.plural(), why));
    }
    return obstacle.isEmpty();
  }

  /// Whether the cluster has such a resource. Asked to list what is not there, an API server would
  /// refuse it to everybody who may not list it.
  boolean isServed(ApiResource resource) {
    return served
        .computeIfAbsent(resource.versionPath(), this::plurals)
        .map(it -> it.contains(resource.plural()))
        .orElse(true);
  }

  /// Empty where the API server does not say.
  private Optional<Set<String>> plurals(String versionPath) {
    var plurals = new HashSet<String>();
    ApiLists.Answer answer =
        lists.read(
            versionPath,
            version -> {
              for (JsonNode resource : version.path("resources")) {
                plurals.add(resource.path("name").asText());
              }
            });
    return switch (answer) {
      case ApiLists.Complete _, ApiLists.Absent _ -> Optional.of(plurals);
      case ApiLists.Stranger _, ApiLists.Refused _, ApiLists.Failed _, ApiLists.Unreachable _ ->
          Optional.empty();
    };
  }
}
