package dev.gapless.policy;

import dev.gapless.workload.KubernetesObject;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/// All policies in force, and which of them governs an object.
public final class Policies {
  private static final EffectivePolicy UNMATCHED =
      EffectivePolicy.defaults("none (no policy matches)", Mode.AUDIT);

  private final List<RolloutPolicy> ranked;
  private final PolicyIndex index;
  private final EffectivePolicy otherwise;

  private Policies(List<RolloutPolicy> policies, EffectivePolicy otherwise) {
    this.ranked =
        policies.stream()
            .sorted(
                Comparator.comparingInt(RolloutPolicy::priority)
                    .reversed()
                    .thenComparing(policy -> policy.asks().name()))
            .toList();
    this.index = new PolicyIndex(ranked);
    this.otherwise = otherwise;
  }

  /// The given policies; what none of them matches is at most audited.
  public static Policies of(List<RolloutPolicy> policies) {
    return new Policies(policies, UNMATCHED);
  }

  /// The policy that this build carries, for every object: each rule at its default, but never
  /// beyond `mode`.
  public static Policies builtIn(Mode mode) {
    return new Policies(List.of(), EffectivePolicy.defaults("built-in", mode));
  }

  /// How many policies there are besides the one for what none of them matches.
  public int size() {
    return ranked.size();
  }

  /// The keys of the namespace labels that each policy asks for, by the policy's name; without the
  /// policies that ask for none.
  public SortedMap<String, SortedSet<String>> namespaceLabels() {
    var labels = new TreeMap<String, SortedSet<String>>();
    for (RolloutPolicy policy : ranked) {
      SortedSet<String> keys = policy.namespaceLabels();
      if (!keys.isEmpty()) {
        labels.put(policy.asks().name(), keys);
      }
    }
    return labels;
  }

  /// The policy that governs an object.
  ///
  /// @param namespaceLabels the labels of the object's namespace, as far as they are known
  public EffectivePolicy governing(KubernetesObject object, Map<String, String> namespaceLabels) {
    return index.first(object, namespaceLabels).map(RolloutPolicy::asks).orElse(otherwise);
  }

  /// The policy that governs an object, and what became of all others.
  ///
  /// @param namespaceLabels the labels of the object's namespace, as far as they are known
  public Resolution resolution(KubernetesObject object, Map<String, String> namespaceLabels) {
    Optional<RolloutPolicy> governing = index.first(object, namespaceLabels);
    List<Resolution.Other> others =
        ranked.stream()
            .filter(it -> !governing.equals(Optional.of(it)))
            .map(it -> new Resolution.Other(it, it.mismatch(object, namespaceLabels)))
            .toList();
    return new Resolution(governing.map(RolloutPolicy::asks).orElse(otherwise), governing, others);
  }
}
