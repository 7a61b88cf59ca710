package dev.gapless.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gapless.cluster.Permission;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The manifests grant what the code needs, and nothing else.
class PermissionTest {
  private static final List<Permission> NEEDED = needed("gapless");

  /// All permissions of a server whose webhook configurations have that name.
  static List<Permission> needed(String configurations) {
    var needed =
        new ArrayList<>(
            SelfManagedPermissions.of(
                "gapless-certificate", "gapless-certificate", configurations, configurations));
    needed.addAll(Permission.cluster());
    return needed;
  }

  @Test
  void theManifestsGrantExactlyWhatTheCodeNeeds() throws IOException {
    List<Permission> granted;
    try (var manifest = Files.newInputStream(Path.of("deploy/kubernetes/rbac.yaml"))) {
      granted =
          objects(new KubernetesSerialization().unmarshal(manifest))
              .flatMap(PermissionTest::permissions)
              .toList();
    }
    assertEquals(sorted(NEEDED), sorted(granted));
  }

  private static List<String> sorted(List<Permission> permissions) {
    return permissions.stream().map(Permission::toString).sorted().toList();
  }

  private static Stream<HasMetadata> objects(Object documents) {
    return ((List<?>) documents).stream().map(HasMetadata.class::cast);
  }

  private static Stream<Permission> permissions(HasMetadata object) {
    return switch (object) {
      case Role role -> role.getRules().stream().map(rule -> permission(true, rule));
      case ClusterRole role -> role.getRules().stream().map(rule -> permission(false, rule));
      default -> Stream.empty();
    };
  }

  static Permission permission(boolean namespaced, PolicyRule rule) {
    assertEquals(1, rule.getApiGroups().size());
    assertEquals(1, rule.getResources().size());
    return new Permission(
        namespaced,
        rule.getApiGroups().getFirst(),
        rule.getResources().getFirst(),
        rule.getResourceNames(),
        rule.getVerbs());
  }
}
