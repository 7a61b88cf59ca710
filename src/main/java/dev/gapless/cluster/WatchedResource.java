package dev.gapless.cluster;

import java.util.List;

/// A resource of the API server that is kept in step, and how much of its objects is asked for.
///
/// @param group empty for the core group
/// @param plural as it stands in URLs and permissions
/// @param metadataOnly whether the API server is to send no more than the metadata
record WatchedResource(String group, String version, String plural, boolean metadataOnly) {
  static final WatchedResource POLICIES =
      new WatchedResource("gapless.dev", "v1alpha1", "rolloutpolicies", false);
  static final WatchedResource NAMESPACES = new WatchedResource("", "v1", "namespaces", true);

  /// What is judged, for the exemptions on it.
  static final List<WatchedResource> WORKLOADS =
      List.of(
          new WatchedResource("apps", "v1", "deployments", true),
          new WatchedResource("apps", "v1", "statefulsets", true),
          new WatchedResource("apps", "v1", "daemonsets", true),
          new WatchedResource("argoproj.io", "v1alpha1", "rollouts", true));

  /// Where all its objects are.
  String path() {
    return (group.isEmpty() ? "/api/" : "/apis/" + group + "/") + version + "/" + plural;
  }

  /// What to accept in answer to a list. Other API servers than Kubernetes' own may send whole
  /// objects, which hold the same metadata.
  String acceptedList() {
    return accepted("PartialObjectMetadataList");
  }

  /// What to accept in answer to a watch.
  String acceptedEvents() {
    return accepted("PartialObjectMetadata");
  }

  private String accepted(String form) {
    return metadataOnly
        ? "application/json;as=" + form + ";g=meta.k8s.io;v=v1,application/json"
        : "application/json";
  }
}
