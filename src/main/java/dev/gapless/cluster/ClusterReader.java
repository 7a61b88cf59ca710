package dev.gapless.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.gapless.policy.RolloutPolicy;
import dev.gapless.workload.KubernetesVersion;
import io.fabric8.kubernetes.client.Config;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// Reads what a person at a command line asks a cluster about, as raw trees and with that person's
/// permissions.
public final class ClusterReader implements AutoCloseable {
  private static final ApiResource POLICIES =
      new ApiResource(RolloutPolicy.API_VERSION, RolloutPolicy.KIND, "rolloutpolicies");
  private static final ApiResource NAMESPACES = new ApiResource("v1", "Namespace", "namespaces");

  private final String server;
  private final String defaultNamespace;
  private final ApiLists lists;

  /// @param config how to reach the cluster
  public ClusterReader(Config config) {
    this.server = config.getMasterUrl();
    this.defaultNamespace = config.getNamespace() == null ? "default" : config.getNamespace();
    this.lists = ApiLists.open(config);
  }

  /// The namespace that is meant where none is named.
  public String defaultNamespace() {
    return defaultNamespace;
  }

  /// The lists that the same person may read.
  public ApiLists lists() {
    return lists;
  }

  /// A workload, or another object that is judged.
  ///
  /// @param resource its kind
  /// @throws UnansweredException when there is none, or it cannot be read
  public JsonNode workload(ApiResource resource, String namespace, String name) {
    return get(
        resource.pathOf(namespace, name),
        resource.plural() + " \"" + name + "\" in namespace \"" + namespace + "\"",
        "name another one, or its namespace with -n");
  }

  /// A namespace.
  ///
  /// @throws UnansweredException when there is none, or it cannot be read
  public JsonNode namespace(String name) {
    return get(
        NAMESPACES.pathOf(name),
        "namespace \"" + name + "\"",
        "give its labels with --namespace-labels instead");
  }

  /// All RolloutPolicies; empty where the cluster has no such kind.
  ///
  /// @throws UnansweredException when they cannot be read
  public Optional<List<JsonNode>> policies() {
    var policies = new ArrayList<JsonNode>();
    ApiLists.Answer answer =
        lists.list(POLICIES, Optional.empty(), Optional.empty(), policies::add);
    if (answer instanceof ApiLists.Absent) {
      return Optional.empty();
    }
    check(answer, "rolloutpolicies.gapless.dev", "give the policies with --policy instead");
    return Optional.of(policies);
  }

  /// Whether an earlier version of a stored policy is in force in a replica that has seen it, as
  /// its status says; nobody else can read that version.
  public static boolean isHeldBack(JsonNode policy) {
    return PolicyStatus.written(policy.path("status"))
        .filter(Standing.State.HELD_BACK::equals)
        .isPresent();
  }

  /// The API server's release.
  ///
  /// @throws UnansweredException when it does not tell
  public KubernetesVersion version() {
    try {
      return ApiServerRelease.parse(
          get("/version", "the version", "give it with --kubernetes-version").toString());
    } catch (JsonProcessingException unknown) {
      throw new UnansweredException(
          server + ": tells no version; give it with --kubernetes-version", unknown);
    }
  }

  private JsonNode get(String path, String what, String remedy) {
    var received = new AtomicReference<JsonNode>(MissingNode.getInstance());
    check(lists.read(path, received::set), what, remedy);
    return received.get();
  }

  private void check(ApiLists.Answer answer, String what, String remedy) {
    Optional<String> message =
        switch (answer) {
          case ApiLists.Complete _ -> Optional.empty();
          case ApiLists.Stranger _ ->
              Optional.of("does not know you; renew the credentials in the kubeconfig");
          case ApiLists.Refused _ ->
              Optional.of("forbids you to read " + what + "; ask for the permission, or " + remedy);
          case ApiLists.Absent _ -> Optional.of("has no " + what + "; " + remedy);
          case ApiLists.Failed(String why) -> Optional.of("cannot read " + what + " (" + why + ")");
          case ApiLists.Unreachable(String why) -> Optional.of("cannot be reached (" + why + ")");
        };
    message.ifPresent(it -> {
      throw new UnansweredException(server + ": " + it);
    });
  }

  @Override
  public void close() {
    lists.close();
  }
}
