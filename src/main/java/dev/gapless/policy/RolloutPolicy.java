package dev.gapless.policy;

import dev.gapless.workload.KubernetesObject;
import dev.gapless.workload.LabelSelector;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/// A policy as somebody wrote it: what it asks for, and of which objects.
///
/// @param priority among the policies that match, the highest governs alone; on a tie the first by
///   name
/// @param namespaceSelector empty matches every namespace
/// @param objectSelector empty matches every object
/// @param kinds empty matches every kind
public record RolloutPolicy(
    int priority,
    Optional<LabelSelector> namespaceSelector,
    Optional<LabelSelector> objectSelector,
    Set<String> kinds,
    EffectivePolicy asks) {

  public static final String API_VERSION = "gapless.dev/v1alpha1";
  public static final String KIND = "RolloutPolicy";

  /// The keys of the namespace labels that decide whether this policy matches.
  SortedSet<String> namespaceLabels() {
    var keys = new TreeSet<String>();
    namespaceSelector.ifPresent(selector -> {
      keys.addAll(selector.matchLabels().keySet());
      selector.matchExpressions().forEach(requirement -> keys.add(requirement.key()));
    });
    return keys;
  }

  /// Why this policy does not match an object; empty where it does.
  Optional<Mismatch> mismatch(KubernetesObject object, Map<String, String> namespaceLabels) {
    if (!kinds.isEmpty() && !kinds.contains(object.kind())) {
      return Optional.of(new Mismatch.Kind(kinds, object.kind()));
    }
    Map<String, String> labels = object.metadata().labels();
    Optional<Mismatch> unmet =
        objectSelector
            .flatMap(it -> it.unmet(labels))
            .map(it -> new Mismatch.Label("objectSelector", it, labels));
    return unmet.isPresent()
        ? unmet
        : namespaceSelector
            .flatMap(it -> it.unmet(namespaceLabels))
            .map(it -> new Mismatch.Label("namespaceSelector", it, namespaceLabels));
  }
}
