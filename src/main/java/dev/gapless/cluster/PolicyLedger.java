package dev.gapless.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.policy.Policies;
import dev.gapless.policy.PolicyReader;
import dev.gapless.policy.RolloutPolicy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Which version of each stored policy is in force: the latest that is valid. A broken one never
/// changes what holds, neither to less nor to more.
final class PolicyLedger {
  private final Set<String> ruleIds;
  private final Set<String> kinds;

  private volatile Map<String, Entry> entries = Map.of();
  private volatile Policies inForce = Policies.of(List.of());

  /// A stored policy and what came of it.
  record Entry(StoredPolicy stored, Standing standing) {
    private boolean isAbout(StoredPolicy other) {
      return stored.uid().equals(other.uid()) && stored.generation() == other.generation();
    }
  }

  /// @param ruleIds the ids of all known rules
  /// @param kinds the kinds that can be judged
  PolicyLedger(Set<String> ruleIds, Set<String> kinds) {
    this.ruleIds = ruleIds;
    this.kinds = kinds;
  }

  /// Takes over what is stored now.
  ///
  /// @return the entries whose standing has changed
  synchronized List<Entry> update(Collection<StoredPolicy> stored) {
    var next = new HashMap<String, Entry>();
    var news = new ArrayList<Entry>();
    for (StoredPolicy policy : stored) {
      Optional<Entry> before =
          Optional.ofNullable(entries.get(policy.name()))
              // Made anew under the same name, it is another policy with no past.
              .filter(it -> it.stored().uid().equals(policy.uid()));
      if (before.filter(it -> it.isAbout(policy)).isPresent()) {
        next.put(policy.name(), new Entry(policy, before.get().standing()));
        continue;
      }
      var entry = new Entry(policy, standing(policy, before.map(Entry::standing)));
      next.put(policy.name(), entry);
      news.add(entry);
    }
    boolean same = news.isEmpty() && next.size() == entries.size();
    entries = Map.copyOf(next);
    if (!same) {
      inForce = Policies.of(next.values().stream().flatMap(it -> policy(it).stream()).toList());
    }
    return news;
  }

  private Standing standing(StoredPolicy stored, Optional<Standing> before) {
    List<String> problems;
    switch (read(stored.document())) {
      case PolicyReader.Valid(RolloutPolicy policy) -> {
        return new Standing.Accepted(policy, stored.generation());
      }
      case PolicyReader.Invalid(List<PolicyReader.Problem> found) ->
          problems = found.stream().map(PolicyReader.Problem::toString).toList();
    }
    return before
        .<Standing>map(it ->
            switch (it) {
              case Standing.Accepted(RolloutPolicy policy, long generation) ->
                  new Standing.HeldBack(policy, generation, problems);
              case Standing.HeldBack(RolloutPolicy policy, long generation, List<String> _) ->
                  new Standing.HeldBack(policy, generation, problems);
              case Standing.SetAside _ -> new Standing.SetAside(problems);
            })
        .orElseGet(() -> new Standing.SetAside(problems));
  }

  private PolicyReader.Reading read(JsonNode document) {
    return PolicyReader.readStored(document, ruleIds, kinds);
  }

  private static Optional<RolloutPolicy> policy(Entry entry) {
    return switch (entry.standing()) {
      case Standing.Accepted(RolloutPolicy policy, long _) -> Optional.of(policy);
      case Standing.HeldBack(RolloutPolicy policy, long _, List<String> _) -> Optional.of(policy);
      case Standing.SetAside _ -> Optional.empty();
    };
  }

  /// The policies that hold; what none of them matches is at most audited.
  Policies inForce() {
    return inForce;
  }

  /// The entry of that name.
  Optional<Entry> entry(String name) {
    return Optional.ofNullable(entries.get(name));
  }

  /// All entries.
  Collection<Entry> entries() {
    return entries.values();
  }

  /// How many policies there are of each standing.
  Map<Standing.State, Long> count() {
    var counts = new EnumMap<Standing.State, Long>(Standing.State.class);
    for (Standing.State state : Standing.State.values()) {
      counts.put(
          state, entries.values().stream().filter(it -> it.standing().state() == state).count());
    }
    return counts;
  }

  /// The generations in force, added up: replicas that differ in it judge by different policies.
  long generation() {
    return entries.values().stream()
        .mapToLong(it ->
            switch (it.standing()) {
              case Standing.Accepted(RolloutPolicy _, long generation) -> generation;
              case Standing.HeldBack(RolloutPolicy _, long generation, List<String> _) ->
                  generation;
              case Standing.SetAside _ -> 0;
            })
        .sum();
  }
}
