package dev.gapless.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.cluster.ClusterReader;
import dev.gapless.engine.JudgedKinds;
import dev.gapless.engine.Namespace;
import dev.gapless.policy.Mode;
import dev.gapless.policy.Policies;
import dev.gapless.policy.PolicyReader;
import dev.gapless.policy.RolloutPolicy;
import dev.gapless.rule.Rule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// A workload in a cluster, and what decides about it there.
///
/// @param setAside the policies that cannot be used, with the reason, one line each
/// @param heldBack those of which an earlier version is in force, in the same way: nobody can read
///   that version, so that they count for nothing here, as they will after the next restart
/// @param installed whether the cluster knows policies, where it was asked
record LiveWorkload(
    JsonNode tree,
    Namespace namespace,
    Policies policies,
    List<String> setAside,
    List<String> heldBack,
    boolean installed) {

  /// Reads it.
  ///
  /// @throws UsageException when it is not named well, or a policy file cannot be used
  static LiveWorkload read(
      ClusterReader cluster,
      String namespace,
      Shell shell,
      PolicyOptions options,
      List<Rule> rules,
      LiveTarget target) {
    Optional<Policies> given = options.given(shell.directory(), rules);
    JsonNode tree = cluster.workload(target.resource(), namespace, target.name());
    Namespace around = namespace(cluster, namespace, options.namespaceLabels());
    if (given.isPresent()) {
      return new LiveWorkload(tree, around, given.get(), List.of(), List.of(), true);
    }
    Optional<List<JsonNode>> stored = cluster.policies();
    if (stored.isEmpty()) {
      // As the server does.
      return new LiveWorkload(
          tree, around, Policies.builtIn(Mode.AUDIT), List.of(), List.of(), false);
    }
    Set<String> ids = rules.stream().map(it -> it.doc().id()).collect(Collectors.toSet());
    var policies = new ArrayList<RolloutPolicy>();
    var setAside = new ArrayList<String>();
    var heldBack = new ArrayList<String>();
    for (JsonNode object : stored.get()) {
      switch (PolicyReader.readStored(object, ids, JudgedKinds.ALL)) {
        case PolicyReader.Valid(RolloutPolicy policy) -> policies.add(policy);
        case PolicyReader.Invalid(List<PolicyReader.Problem> problems) ->
            (ClusterReader.isHeldBack(object) ? heldBack : setAside)
                .add(
                    object.path("metadata").path("name").asText()
                        + ": "
                        + problems.stream()
                            .map(Object::toString)
                            .collect(Collectors.joining("; ")));
      }
    }
    return new LiveWorkload(
        tree, around, Policies.of(policies), List.copyOf(setAside), List.copyOf(heldBack), true);
  }

  /// What people must know of the policies beside those that count, one line each.
  List<String> remarks() {
    var remarks = new ArrayList<String>();
    if (!installed) {
      remarks.add(
          "the cluster has no rolloutpolicies.gapless.dev: without them the server audits by the"
              + " built-in policy");
    }
    setAside.forEach(it -> remarks.add("policy set aside: " + it));
    for (String policy : heldBack) {
      remarks.add("policy held back: " + policy);
      remarks.add(
          "  running replicas judge by an earlier generation of it, which cannot be read: this answer"
              + " holds after their restart");
    }
    return remarks;
  }

  private static Namespace namespace(
      ClusterReader cluster, String name, Map<String, String> givenLabels) {
    var labels = new LinkedHashMap<>(Namespace.named(name).labels());
    if (!givenLabels.isEmpty()) {
      labels.putAll(givenLabels);
      return new Namespace(Map.copyOf(labels), Map.of());
    }
    JsonNode metadata = cluster.namespace(name).path("metadata");
    labels.putAll(FileSurroundings.strings(metadata.path("labels")));
    return new Namespace(
        Map.copyOf(labels), Map.copyOf(FileSurroundings.strings(metadata.path("annotations"))));
  }
}
