package dev.gapless.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.engine.Namespace;
import dev.gapless.manifest.ManifestObject;
import dev.gapless.rule.Surroundings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The Services and Namespaces that stand among the given manifests.
public final class FileSurroundings implements Surroundings {
  /// The kinds that are looked at; objects of others are none of these surroundings.
  static final Set<String> KINDS = Set.of("Service", "Namespace");

  private static final String DEFAULT_NAMESPACE = "default";

  // By a label that the Service asks for, so that a workload is compared with few of them.
  private final Map<Label, List<SelectingService>> services = new HashMap<>();
  private final Map<String, Namespace> namespaces = new LinkedHashMap<>();
  private final Map<String, String> namespaceLabels;
  private int serviceCount;
  private boolean servicesKnown;

  /// @param namespaceLabels the labels that every namespace has besides those in the manifests
  public FileSurroundings(List<ManifestObject> objects, Map<String, String> namespaceLabels) {
    this.namespaceLabels = namespaceLabels;
    objects.forEach(this::add);
  }

  /// A Service with a selector.
  ///
  /// @param order its place among all Services
  private record SelectingService(int order, String name, Map<String, String> selector) {}

  /// A label of pods in a namespace.
  private record Label(String namespace, String key, String value) {}

  /// Adds an object if it is of one of the kinds; nothing of its tree is kept.
  void add(ManifestObject object) {
    if (!object.apiVersion().equals("v1") || !KINDS.contains(object.kind())) {
      return;
    }
    if (object.kind().equals("Service")) {
      servicesKnown = true;
      addService(object);
    } else if (object.kind().equals("Namespace")) {
      JsonNode metadata = object.tree().path("metadata");
      namespaces.put(
          object.name(),
          new Namespace(strings(metadata.path("labels")), strings(metadata.path("annotations"))));
    }
  }

  private void addService(ManifestObject object) {
    JsonNode spec = object.tree().path("spec");
    Map<String, String> selector = strings(spec.path("selector"));
    boolean external = spec.path("type").asText("").equals("ExternalName");
    if (!selector.isEmpty() && !external) {
      var service = new SelectingService(serviceCount++, object.name(), selector);
      rarest(object.namespace(), selector).add(service);
    }
  }

  // Labels such as `managed-by: Helm` are on everything: the shortest list tells the most apart.
  private List<SelectingService> rarest(String namespace, Map<String, String> selector) {
    return labels(namespace, selector)
        .map(label -> services.computeIfAbsent(label, _ -> new ArrayList<>()))
        .min(Comparator.comparingInt(List::size))
        .orElseThrow();
  }

  private static Stream<Label> labels(String namespace, Map<String, String> labels) {
    return labels.entrySet().stream()
        .map(it -> new Label(orDefault(namespace), it.getKey(), it.getValue()));
  }

  static Map<String, String> strings(JsonNode object) {
    var strings = new LinkedHashMap<String, String>();
    object.properties().forEach(it -> strings.put(it.getKey(), it.getValue().asText("")));
    return strings;
  }

  private static String orDefault(String namespace) {
    return namespace.isEmpty() ? DEFAULT_NAMESPACE : namespace;
  }

  @Override
  public Optional<List<String>> servicesSelecting(String namespace, Map<String, String> podLabels) {
    if (!servicesKnown) {
      return Optional.empty();
    }
    return Optional.of(
        labels(namespace, podLabels)
            .flatMap(label -> services.getOrDefault(label, List.of()).stream())
            .filter(it -> podLabels.entrySet().containsAll(it.selector().entrySet()))
            .sorted(Comparator.comparingInt(SelectingService::order))
            .map(SelectingService::name)
            .toList());
  }

  /// What is known of a namespace: its own manifest, the labels given, the one Kubernetes sets.
  ///
  /// @param given empty stands for the default namespace
  Namespace namespace(String given) {
    String name = orDefault(given);
    var labels = new LinkedHashMap<>(Namespace.named(name).labels());
    Namespace manifest = namespaces.getOrDefault(name, new Namespace(Map.of(), Map.of()));
    labels.putAll(manifest.labels());
    labels.putAll(namespaceLabels);
    return new Namespace(Map.copyOf(labels), Map.copyOf(manifest.annotations()));
  }
}
