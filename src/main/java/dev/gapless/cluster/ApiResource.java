package dev.gapless.cluster;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// A kind of object and where the API server serves it.
///
/// @param apiVersion such as `v1` or `apps/v1`
/// @param plural as in URLs, such as `deployments`
public record ApiResource(String apiVersion, String kind, String plural) {

  /// The path of the list of all objects.
  ///
  /// @param namespace empty for all namespaces, and for kinds that live in none
  public String path(Optional<String> namespace) {
    return versionPath()
        + namespace.map(it -> "/namespaces/" + encoded(it)).orElse("")
        + "/"
        + plural;
  }

  /// The path of what the API server serves of that API version.
  public String versionPath() {
    return (apiVersion.contains("/") ? "/apis/" : "/api/") + apiVersion;
  }

  /// The path of one object of a kind that lives in no namespace.
  public String pathOf(String name) {
    return path(Optional.empty()) + "/" + encoded(name);
  }

  /// The path of one object.
  public String pathOf(String namespace, String name) {
    return path(Optional.of(namespace)) + "/" + encoded(name);
  }

  // Names that Kubernetes permits stay as they are; others must not become another path.
  private static String encoded(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
