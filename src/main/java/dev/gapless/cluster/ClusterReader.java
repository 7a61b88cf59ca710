package dev.gapless.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gapless.workload.KubernetesVersion;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Reads what a person at a command line asks a cluster about, as raw trees and with that person's
/// permissions.
public final class ClusterReader implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String POLICIES = "/apis/gapless.dev/v1alpha1/rolloutpolicies";

  private final String server;
  private final String defaultNamespace;
  private final KubernetesClient client;

  /// @param config how to reach the cluster
  public ClusterReader(Config config) {
    this.server = config.getMasterUrl();
    this.defaultNamespace = config.getNamespace() == null ? "default" : config.getNamespace();
    // Somebody waits: a server that is not there must not be tried for minutes.
    config.setRequestRetryBackoffLimit(1);
    this.client = new KubernetesClientBuilder().withConfig(config).build();
  }

  /// The namespace that is meant where none is named.
  public String defaultNamespace() {
    return defaultNamespace;
  }

  /// A workload.
  ///
  /// @param resource the kind's plural in `apps/v1`
  /// @throws UnansweredException when there is none, or it cannot be read
  public JsonNode workload(String resource, String namespace, String name) {
    return get(
        "/apis/apps/v1/namespaces/" + encoded(namespace) + "/" + resource + "/" + encoded(name),
        resource + " \"" + name + "\" in namespace \"" + namespace + "\"",
        "name another one, or its namespace with -n");
  }

  /// A namespace.
  ///
  /// @throws UnansweredException when there is none, or it cannot be read
  public JsonNode namespace(String name) {
    return get(
        "/api/v1/namespaces/" + encoded(name),
        "namespace \"" + name + "\"",
        "give its labels with --namespace-labels instead");
  }

  /// All RolloutPolicies.
  ///
  /// @throws UnansweredException when there is no such kind, or they cannot be read
  public List<JsonNode> policies() {
    JsonNode list =
        get(POLICIES, "rolloutpolicies.gapless.dev", "give the policies with --policy instead");
    var policies = new ArrayList<JsonNode>();
    list.path("items").forEach(policies::add);
    return policies;
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
    try {
      String answer = client.raw(path);
      if (answer == null) {
        throw new UnansweredException(server + ": has no " + what + "; " + remedy);
      }
      return JSON.readTree(answer);
    } catch (KubernetesClientException failed) {
      throw new UnansweredException(server + ": " + message(failed, what, remedy), failed);
    } catch (JsonProcessingException broken) {
      throw new UnansweredException(
          server + ": answered no JSON when asked for " + what + "; is it an API server?", broken);
    }
  }

  private static String message(KubernetesClientException failed, String what, String remedy) {
    return switch (failed.getCode()) {
      case 401 -> "does not know you; renew the credentials in the kubeconfig";
      case 403 -> "forbids you to read " + what + "; ask for the permission, or " + remedy;
      case 404 -> "has no " + what + "; " + remedy;
      default ->
          failed.getStatus() == null
              ? "cannot be reached (" + reason(failed) + ")"
              : "cannot read " + what + " (" + failed.getStatus().getMessage() + ")";
    };
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }

  private static String encoded(String segment) {
    return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public void close() {
    client.close();
  }
}
