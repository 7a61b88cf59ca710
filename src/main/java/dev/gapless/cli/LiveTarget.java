package dev.gapless.cli;

import dev.gapless.cluster.ApiResource;
import dev.gapless.engine.JudgedKinds;
import dev.gapless.neighbour.HorizontalPodAutoscaler;
import dev.gapless.neighbour.PodDisruptionBudget;
import dev.gapless.neighbour.Service;
import dev.gapless.policy.Names;
import dev.gapless.workload.Workload.DaemonSet;
import dev.gapless.workload.Workload.Deployment;
import dev.gapless.workload.Workload.Rollout;
import dev.gapless.workload.Workload.StatefulSet;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The one object in a cluster that somebody names, as kubectl lets it be named.
///
/// @param resource the kind
record LiveTarget(ApiResource resource, String name) {
  /// The kinds by the names that messages use.
  static final List<String> KINDS =
      List.of(
          "deployment",
          "statefulset",
          "daemonset",
          "rollout",
          "service",
          "horizontalpodautoscaler",
          "poddisruptionbudget");

  // Names of the kinds: plural, singular and short
  // (https://kubernetes.io/docs/reference/kubectl/#resource-types,
  // https://github.com/argoproj/argo-rollouts/blob/master/manifests/crds/rollout-crd.yaml).
  private static final Map<String, ApiResource> RESOURCES =
      Stream.of(
              named(Deployment.KIND, "deployments", "deployment", "deploy"),
              named(StatefulSet.KIND, "statefulsets", "statefulset", "sts"),
              named(DaemonSet.KIND, "daemonsets", "daemonset", "ds"),
              named(Rollout.KIND, "rollouts", "rollout", "ro"),
              named(Service.KIND, "services", "service", "svc"),
              named(
                  HorizontalPodAutoscaler.KIND,
                  "horizontalpodautoscalers",
                  "horizontalpodautoscaler",
                  "hpa"),
              named(PodDisruptionBudget.KIND, "poddisruptionbudgets", "poddisruptionbudget", "pdb"))
          .flatMap(it -> it.entrySet().stream())
          .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

  private static Map<String, ApiResource> named(
      String kind, String plural, String singular, String brief) {
    var resource = new ApiResource(JudgedKinds.apiVersion(kind).orElseThrow(), kind, plural);
    return Map.of(plural, resource, singular, resource, brief, resource);
  }

  /// Whether somebody asks about a cluster rather than about files.
  ///
  /// @throws UsageException when he asks about both, or neither
  static boolean isAsked(List<String> words, List<Path> paths) {
    if (words.isEmpty() == paths.isEmpty()) {
      throw new UsageException(
          "either one object in a cluster must be named, such as deployment/web, or manifests with"
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
          "one object must be named, such as deployment/web, is \""
              + String.join(" ", words)
              + "\"");
    }
    return new LiveTarget(resource(kind), name);
  }

  private static ApiResource resource(String kind) {
    String word = kind.toLowerCase(Locale.ROOT);
    int dot = word.indexOf('.');
    String plain = dot < 0 ? word : word.substring(0, dot);
    ApiResource resource = RESOURCES.get(plain);
    if (resource == null || !(dot < 0 || names(word.substring(dot + 1), resource))) {
      throw new UsageException(
          "the kind must be deployment, statefulset, daemonset, rollout, service,"
              + " horizontalpodautoscaler or poddisruptionbudget, is \""
              + kind
              + "\""
              + Names.suggestion(plain, new TreeSet<>(RESOURCES.keySet())));
    }
    return resource;
  }

  // As in deployments.apps and deployments.v1.apps.
  private static boolean names(String suffix, ApiResource resource) {
    String[] parts = resource.apiVersion().split("/", 2);
    return parts.length == 1
        ? suffix.equals(parts[0])
        : suffix.equals(parts[0]) || suffix.equals(parts[1] + "." + parts[0]);
  }
}
