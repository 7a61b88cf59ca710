package dev.gapless.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.neighbour.NeighbourReader;
import dev.gapless.workload.KubernetesObject;
import dev.gapless.workload.WorkloadReader;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The kinds that are judged: workloads, and what stands around them.
public final class JudgedKinds {
  /// All of them, as policies name them.
  public static final Set<String> ALL =
      Stream.concat(WorkloadReader.KINDS.stream(), NeighbourReader.JUDGED.keySet().stream())
          .collect(Collectors.toUnmodifiableSet());

  private JudgedKinds() {}

  /// The API version in which objects of that kind are judged; empty for other kinds.
  public static Optional<String> apiVersion(String kind) {
    return WorkloadReader.apiVersion(kind)
        .or(() -> Optional.ofNullable(NeighbourReader.JUDGED.get(kind)));
  }

  /// Whether some version of that API group's kind is judged.
  ///
  /// @param group empty for the core group
  public static boolean ofGroup(String group, String kind) {
    String version = apiVersion(kind).orElse("/");
    int slash = version.indexOf('/');
    return group.equals(slash < 0 ? "" : version.substring(0, slash)) && !version.equals("/");
  }

  /// Reads an object that is judged.
  ///
  /// @return empty when the object is of another kind or API version
  /// @throws dev.gapless.workload.UnreadableObjectException when a field has not the type that
  ///   Kubernetes gives it
  public static Optional<KubernetesObject> read(JsonNode object) {
    Optional<KubernetesObject> workload = WorkloadReader.read(object).map(it -> it);
    return workload.isPresent() ? workload : NeighbourReader.readJudged(object).map(it -> it);
  }
}
