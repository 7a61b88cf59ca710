package dev.gapless.tls;

import java.util.List;

/// What the server must be allowed to do on the API server; `deploy/kubernetes/rbac.yaml` grants
/// exactly this.
///
/// @param namespaced whether it is needed in the server's own namespace only, else in the cluster
/// @param names the objects it is about; empty for all, since a name cannot restrict `create`
public record Permission(
    boolean namespaced, String apiGroup, String resource, List<String> names, List<String> verbs) {

  public Permission {
    names = List.copyOf(names);
    verbs = List.copyOf(verbs);
  }

  /// Those that a self-managed certificate needs.
  ///
  /// @param mutating the name of the MutatingWebhookConfiguration
  /// @param validating the name of the ValidatingWebhookConfiguration
  public static List<Permission> selfManaged(
      String secret, String lease, String mutating, String validating) {
    List<String> keeping = List.of("get", "list", "watch", "patch");
    return List.of(
        new Permission(
            true, "", "secrets", List.of(secret), List.of("get", "list", "watch", "update")),
        new Permission(true, "", "secrets", List.of(), List.of("create")),
        new Permission(
            true, "coordination.k8s.io", "leases", List.of(lease), List.of("get", "patch")),
        new Permission(true, "coordination.k8s.io", "leases", List.of(), List.of("create")),
        new Permission(
            false,
            "admissionregistration.k8s.io",
            WebhookRegistrations.MUTATING,
            List.of(mutating),
            keeping),
        new Permission(
            false,
            "admissionregistration.k8s.io",
            WebhookRegistrations.VALIDATING,
            List.of(validating),
            keeping));
  }
}
