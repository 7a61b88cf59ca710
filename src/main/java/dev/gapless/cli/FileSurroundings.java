package dev.gapless.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.engine.Namespace;
import dev.gapless.manifest.ManifestObject;
import dev.gapless.neighbour.Neighbour;
import dev.gapless.neighbour.NeighbourReader;
import dev.gapless.neighbour.NeighbourType;
import dev.gapless.neighbour.Surroundings;
import dev.gapless.workload.UnreadableObjectException;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What stands around each of the given objects: their neighbours among them, and the namespaces.
///
/// Of each type everything is taken to be known as soon as one object of it is given: who keeps
/// Services beside his workloads keeps all of them there.
public final class FileSurroundings {
  private static final String NAMESPACE = "Namespace";

  /// The kinds that are looked at; objects of others are none of these surroundings.
  static final Set<String> KINDS =
      Stream.concat(NeighbourReader.KINDS.stream(), Stream.of(NAMESPACE))
          .collect(Collectors.toUnmodifiableSet());

  private final Set<NeighbourType> known = EnumSet.noneOf(NeighbourType.class);
  private final Surroundings around = new Surroundings(known::contains, true);
  private final Map<String, Namespace> namespaces = new LinkedHashMap<>();
  private final Map<String, String> namespaceLabels;

  /// @param namespaceLabels the labels that every namespace has besides those in the manifests
  public FileSurroundings(List<ManifestObject> objects, Map<String, String> namespaceLabels) {
    this.namespaceLabels = namespaceLabels;
    objects.forEach(it -> kept(it.tree()).ifPresent(this::add));
  }

  /// The neighbours.
  public Surroundings around() {
    return around;
  }

  /// Notes that everything of a type was given, be it nothing.
  void knows(NeighbourType type) {
    known.add(type);
  }

  /// Notes that not everything of a type is among what was given.
  void doesNotKnow(NeighbourType type) {
    known.remove(type);
  }

  /// What is kept of an object; nothing of its tree.
  sealed interface Kept {}

  private record KeptNeighbour(Neighbour neighbour) implements Kept {}

  private record KeptNamespace(String name, Namespace namespace) implements Kept {}

  /// What is to be kept of an object; empty where it is of none of the kinds.
  static Optional<Kept> kept(JsonNode object) {
    if (object.path("apiVersion").asText().equals("v1")
        && object.path("kind").asText().equals(NAMESPACE)) {
      JsonNode metadata = object.path("metadata");
      return Optional.of(
          new KeptNamespace(
              metadata.path("name").asText(),
              new Namespace(
                  strings(metadata.path("labels")), strings(metadata.path("annotations")))));
    }
    return neighbour(object).map(KeptNeighbour::new);
  }

  /// Adds what is kept of an object.
  void add(Kept kept) {
    switch (kept) {
      case KeptNamespace(String name, Namespace namespace) -> namespaces.put(name, namespace);
      case KeptNeighbour(Neighbour neighbour) -> {
        known.add(NeighbourType.of(neighbour));
        around.put(neighbour);
      }
    }
  }

  // One that cannot be read is no neighbour; where it is judged itself, that is said.
  private static Optional<Neighbour> neighbour(JsonNode object) {
    try {
      return NeighbourReader.read(object);
    } catch (UnreadableObjectException _) {
      return Optional.empty();
    }
  }

  static Map<String, String> strings(JsonNode object) {
    var strings = new LinkedHashMap<String, String>();
    object.properties().forEach(it -> strings.put(it.getKey(), it.getValue().asText("")));
    return strings;
  }

  /// What is known of a namespace: its own manifest, the labels given, the one Kubernetes sets.
  ///
  /// @param given empty stands for the default namespace
  Namespace namespace(String given) {
    String name = NeighbourReader.orDefault(given);
    var labels = new LinkedHashMap<>(Namespace.named(name).labels());
    Namespace manifest = namespaces.getOrDefault(name, new Namespace(Map.of(), Map.of()));
    labels.putAll(manifest.labels());
    labels.putAll(namespaceLabels);
    return new Namespace(Map.copyOf(labels), Map.copyOf(manifest.annotations()));
  }
}
