package dev.gapless.policy;

import dev.gapless.workload.KubernetesObject;
import dev.gapless.workload.LabelSelector;
import dev.gapless.workload.LabelSelector.Operator;
import dev.gapless.workload.LabelSelector.Requirement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Finds the first policy that matches without asking each of them.
///
/// A policy that demands certain labels is filed under one of its demands, the one that the fewest
/// policies share: a workload can only match what is filed under its own labels, and what demands
/// none.
final class PolicyIndex {
  /// A label, or with an empty value the mere presence of its key.
  private record Label(Scope scope, String key, Optional<String> value) {}

  private enum Scope {
    NAMESPACE,
    OBJECT
  }

  /// The ranks of the policies that demand one key, in rising order: by the value that they demand,
  /// and those that take any.
  private record Drawer(Map<String, List<Integer>> byValue, List<Integer> anyValue) {}

  private final List<RolloutPolicy> ranked;
  private final Map<String, Drawer> byNamespaceLabel;
  private final Map<String, Drawer> byObjectLabel;
  private final List<Integer> unfiled;

  /// @param ranked in the order of precedence
  PolicyIndex(List<RolloutPolicy> ranked) {
    this.ranked = ranked;
    var shared = new HashMap<Label, Integer>();
    for (RolloutPolicy policy : ranked) {
      demands(policy).forEach(demand -> demand.forEach(it -> shared.merge(it, 1, Integer::sum)));
    }
    var filed = new HashMap<Label, List<Integer>>();
    var rest = new ArrayList<Integer>();
    for (int rank = 0; rank < ranked.size(); rank++) {
      List<Label> labels = rarest(demands(ranked.get(rank)), shared);
      for (Label label : labels) {
        filed.computeIfAbsent(label, _ -> new ArrayList<>()).add(rank);
      }
      if (labels.isEmpty()) {
        rest.add(rank);
      }
    }
    this.byNamespaceLabel = drawers(Scope.NAMESPACE, filed);
    this.byObjectLabel = drawers(Scope.OBJECT, filed);
    this.unfiled = List.copyOf(rest);
  }

  /// For each part of a policy's selectors that demands a label: the labels of which one must be
  /// there.
  private static List<List<Label>> demands(RolloutPolicy policy) {
    var demands = new ArrayList<List<Label>>();
    policy.namespaceSelector().ifPresent(it -> addDemands(Scope.NAMESPACE, it, demands));
    policy.objectSelector().ifPresent(it -> addDemands(Scope.OBJECT, it, demands));
    return demands;
  }

  private static void addDemands(Scope scope, LabelSelector selector, List<List<Label>> demands) {
    selector
        .matchLabels()
        .forEach((key, value) -> demands.add(List.of(new Label(scope, key, Optional.of(value)))));
    for (Requirement requirement : selector.matchExpressions()) {
      if (requirement.operator() == Operator.In) {
        demands.add(
            requirement.values().stream()
                .distinct()
                .map(value -> new Label(scope, requirement.key(), Optional.of(value)))
                .toList());
      } else if (requirement.operator() == Operator.Exists) {
        demands.add(List.of(new Label(scope, requirement.key(), Optional.empty())));
      }
    }
  }

  private static List<Label> rarest(List<List<Label>> demands, Map<Label, Integer> shared) {
    List<Label> rarest = List.of();
    int least = Integer.MAX_VALUE;
    for (List<Label> demand : demands) {
      int most = demand.stream().mapToInt(it -> shared.getOrDefault(it, 0)).max().orElse(0);
      if (most < least && !demand.isEmpty()) {
        rarest = demand;
        least = most;
      }
    }
    return rarest;
  }

  private static Map<String, Drawer> drawers(Scope scope, Map<Label, List<Integer>> filed) {
    var drawers = new HashMap<String, Drawer>();
    filed.forEach((label, ranks) -> {
      if (label.scope() == scope) {
        Drawer drawer = drawers.getOrDefault(label.key(), new Drawer(new HashMap<>(), List.of()));
        label.value().ifPresent(value -> drawer.byValue().put(value, List.copyOf(ranks)));
        drawers.put(
            label.key(),
            label.value().isPresent() ? drawer : new Drawer(drawer.byValue(), List.copyOf(ranks)));
      }
    });
    return drawers;
  }

  /// The policy that goes before all others that match; empty where none matches.
  Optional<RolloutPolicy> first(KubernetesObject object, Map<String, String> namespaceLabels) {
    var search = new Search(object, namespaceLabels);
    search.in(unfiled);
    search.in(byNamespaceLabel, namespaceLabels);
    search.in(byObjectLabel, object.metadata().labels());
    return search.first == ranked.size() ? Optional.empty() : Optional.of(ranked.get(search.first));
  }

  /// One object's way through the drawers.
  private final class Search {
    private final KubernetesObject object;
    private final Map<String, String> namespaceLabels;
    private int first = ranked.size();

    Search(KubernetesObject object, Map<String, String> namespaceLabels) {
      this.object = object;
      this.namespaceLabels = namespaceLabels;
    }

    void in(Map<String, Drawer> drawers, Map<String, String> labels) {
      for (var label : labels.entrySet()) {
        Drawer drawer = drawers.get(label.getKey());
        if (drawer != null) {
          in(drawer.byValue().getOrDefault(label.getValue(), List.of()));
          in(drawer.anyValue());
        }
      }
    }

    void in(List<Integer> ranks) {
      for (int i = 0; i < ranks.size(); i++) {
        int rank = ranks.get(i);
        if (rank >= first) {
          return;
        }
        if (ranked.get(rank).mismatch(object, namespaceLabels).isEmpty()) {
          first = rank;
          return;
        }
      }
    }
  }
}
