package dev.gapless.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.engine.Namespace;
import dev.gapless.manifest.ManifestObject;
import dev.gapless.rule.Surroundings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The Services and Namespaces that stand among the given manifests.
public final class FileSurroundings implements Surroundings {
  private static final String DEFAULT_NAMESPACE = "default";

  private final List<SelectingService> services = new ArrayList<>();
  private final Map<String, Namespace> namespaces = new LinkedHashMap<>();
  private final Map<String, String> namespaceLabels;
  private boolean servicesKnown;

  /// @param namespaceLabels the labels that every namespace has besides those in the manifests
  public FileSurroundings(List<ManifestObject> objects, Map<String, String> namespaceLabels) {
    this.namespaceLabels = namespaceLabels;
    objects.forEach(this::add);
  }

  /// A Service with a selector.
  private record SelectingService(String namespace, String name, Map<String, String> selector) {}

  private void add(ManifestObject object) {
    if (!object.apiVersion().equals("v1")) {
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
      services.add(new SelectingService(orDefault(object.namespace()), object.name(), selector));
    }
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
        services.stream()
            .filter(it -> it.namespace().equals(orDefault(namespace)))
            .filter(it -> podLabels.entrySet().containsAll(it.selector().entrySet()))
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
