package dev.gapless.tls;

import dev.gapless.cluster.Permission;
import java.util.List;

/// What the server must be allowed to do to keep its own certificate.
public final class SelfManagedPermissions {
  private SelfManagedPermissions() {}

  /// All of it.
  ///
  /// @param mutating the name of the MutatingWebhookConfiguration
  /// @param validating the name of the ValidatingWebhookConfiguration
  public static List<Permission> of(
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
