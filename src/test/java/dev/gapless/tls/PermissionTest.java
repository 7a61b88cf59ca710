package dev.gapless.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The manifests grant what the code needs, and nothing else.
class PermissionTest {
  static final List<Permission> NEEDED =
      Permission.selfManaged("gapless-certificate", "gapless-certificate", "gapless", "gapless");

  @Test
  void theManifestsGrantExactlyWhatTheCodeNeeds() throws IOException {
    List<Permission> granted;
    try (var manifest = Files.newInputStream(Path.of("deploy/kubernetes/rbac.yaml"))) {
      granted =
          objects(new KubernetesSerialization().unmarshal(manifest))
              .flatMap(PermissionTest::permissions)
              .toList();
    }
    assertEquals(NEEDED, granted);
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
