package dev.gapless.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.cluster.ApiLists;
import dev.gapless.cluster.ApiResource;
import dev.gapless.engine.JudgedKinds;
import dev.gapless.manifest.ReadProblem;
import dev.gapless.policy.Mode;
import dev.gapless.policy.Policies;
import dev.gapless.policy.PolicyReader;
import dev.gapless.policy.RolloutPolicy;
import dev.gapless.rule.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The policies that a cluster holds.
///
/// @param known empty where the cluster has no such kind
/// @param problems why some of them do not count
record ClusterPolicies(Optional<Policies> known, List<ReadProblem> problems) {
  private static final ApiResource RESOURCE =
      new ApiResource(RolloutPolicy.API_VERSION, RolloutPolicy.KIND, "rolloutpolicies");

  /// Reads them; one that has a mistake does not count, and the others do.
  static ClusterPolicies read(ApiLists lists, List<Rule> rules) {
    Set<String> ids = rules.stream().map(rule -> rule.doc().id()).collect(Collectors.toSet());
    var policies = new ArrayList<RolloutPolicy>();
    var problems = new ArrayList<ReadProblem>();
    ApiLists.Answer answer =
        lists.list(
            RESOURCE, Optional.empty(), Optional.empty(), it -> read(it, ids, policies, problems));
    return switch (answer) {
      case ApiLists.Complete _ -> new ClusterPolicies(Optional.of(Policies.of(policies)), problems);
      case ApiLists.Absent _ -> new ClusterPolicies(Optional.empty(), List.of());
      case ApiLists.Stranger(String why) -> unknown(why);
      case ApiLists.Refused(String why) -> unknown(why);
      case ApiLists.Failed(String why) -> unknown(why);
      case ApiLists.Unreachable(String why) -> unknown(why);
    };
  }

  private static ClusterPolicies unknown(String why) {
    return new ClusterPolicies(
        Optional.empty(),
        List.of(
            new ReadProblem(
                RESOURCE.plural(),
                Optional.empty(),
                "cannot be read: " + why + "; name a file with --policy to do without",
                Optional.empty())));
  }

  private static void read(
      ObjectNode object,
      Set<String> ids,
      List<RolloutPolicy> policies,
      List<ReadProblem> problems) {
    switch (PolicyReader.readStored(object, ids, JudgedKinds.ALL)) {
      case PolicyReader.Valid(RolloutPolicy policy) -> policies.add(policy);
      case PolicyReader.Invalid(List<PolicyReader.Problem> mistakes) -> {
        String place = RolloutPolicy.KIND + "/" + object.path("metadata").path("name").asText();
        mistakes.forEach(it ->
            problems.add(new ReadProblem(place, Optional.empty(), "" + it, Optional.empty())));
      }
    }
  }

  /// The policies by which to judge: without any kind of them in the cluster, those of `check`.
  Policies inForce() {
    return known.orElseGet(() -> Policies.builtIn(Mode.ENFORCE));
  }
}
