package dev.gapless.cli;

import dev.gapless.policy.Names;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/// The one object in a cluster that somebody names, as kubectl lets it be named.
///
/// @param resource the kind's plural
record LiveTarget(String resource, String name) {
  // Kubernetes' names of the kinds: plural, singular and short
  // (https://kubernetes.io/docs/reference/kubectl/#resource-types).
  private static final Map<String, String> RESOURCES =
      Map.of(
          "deployments", "deployments",
          "deployment", "deployments",
          "deploy", "deployments",
          "statefulsets", "statefulsets",
          "statefulset", "statefulsets",
          "sts", "statefulsets",
          "daemonsets", "daemonsets",
          "daemonset", "daemonsets",
          "ds", "daemonsets");

  /// Whether somebody asks about a cluster rather than about files.
  ///
  /// @throws UsageException when he asks about both, or neither
  static boolean isAsked(List<String> words, List<String> paths) {
    if (words.isEmpty() == paths.isEmpty()) {
      throw new UsageException(
          "either one workload in a cluster must be named, such as deployment/web, or manifests with"
              + " -f");
    }
    return paths.isEmpty();
  }

  /// Reads `KIND/NAME` or `KIND NAME`.
  ///
  /// @throws UsageException when it is neither
  static LiveTarget of(List<String> words) {
    String first = words.getFirst();
    int slash = first.indexOf('/');
    String kind = slash < 0 ? first : first.substring(0, slash);
    String name =
        slash < 0 ? String.join(" ", words.subList(1, words.size())) : first.substring(slash + 1);
    if (words.size() != (slash < 0 ? 2 : 1) || name.isBlank() || name.contains("/")) {
      throw new UsageException(
          "one workload must be named, such as deployment/web, is \""
              + String.join(" ", words)
              + "\"");
    }
    return new LiveTarget(resource(kind), name);
  }

  private static String resource(String kind) {
    String word = kind.toLowerCase(Locale.ROOT).replaceFirst("(\\.v1)?\\.apps$", "");
    String resource = RESOURCES.get(word);
    if (resource == null) {
      throw new UsageException(
          "the kind must be deployment, statefulset or daemonset, is \""
              + kind
              + "\""
              + Names.suggestion(word, new TreeSet<>(RESOURCES.keySet())));
    }
    return resource;
  }
}
