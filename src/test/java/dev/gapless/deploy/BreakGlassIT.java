package dev.gapless.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gapless.kube.Await;
import dev.gapless.kube.KubeApiServer;
import dev.gapless.kube.KubectlResult;
import dev.gapless.kube.NeedsApiServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// The manifest in the documentation that guards the break-glass label.
@NeedsApiServer
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BreakGlassIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String MARKER = "<!-- break-glass: applied by a test -->\n```yaml\n";
  private static final String EDITORS =
      """
      {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: break-glass-editor},
       rules: [{apiGroups: [""], resources: [namespaces], verbs: [get, create, patch]}]}
      ---
      {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding,
       metadata: {name: break-glass-editor},
       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: break-glass-editor},
       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: dev},
         {apiGroup: rbac.authorization.k8s.io, kind: User, name: oncall}]}
      ---
      {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding,
       metadata: {name: break-glass-oncall},
       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: gapless-break-glass},
       subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: oncall}]}
      """;

  private final KubeApiServer server;
  private final String guard;

  BreakGlassIT(KubeApiServer server) throws IOException {
    this.server = server;
    String readme = Files.readString(Path.of("deploy/README.md"));
    int begin = readme.indexOf(MARKER) + MARKER.length();
    assertTrue(begin > MARKER.length(), "deploy/README.md has no such manifest");
    this.guard = readme.substring(begin, readme.indexOf("```\n", begin));
  }

  @BeforeAll
  void install() {
    server.createNamespace("break-glass");
    server.kubectlWith(guard, "apply", "--filename=-").succeeded();
    server.kubectlWith(EDITORS, "apply", "--filename=-").succeeded();
  }

  @AfterAll
  void uninstall() {
    server.kubectlWith(guard, "delete", "--filename=-").succeeded();
    server.kubectlWith(EDITORS, "delete", "--filename=-").succeeded();
    server.kubectl("delete", "namespace", "break-glass", "--wait=false").succeeded();
  }

  @Test
  void onlyWhoMayBypassChangesTheLabel() {
    // It acts a moment after it is made.
    Await.until(
        "the guard", LIMIT, () -> label("dev", "anything", "--dry-run=server").exitCode() == 1);
    KubectlResult denied = label("dev", "disabled");
    assertTrue(
        denied.stderr().contains("may be changed by those who may bypass rolloutpolicies"),
        denied::stderr);
    server.kubectl("label", "namespace", "break-glass", "team=shop", "--as=dev").succeeded();

    label("oncall", "disabled").succeeded();
    server
        .kubectl("label", "namespace", "break-glass", "team=web", "--overwrite", "--as=dev")
        .succeeded();
    KubectlResult removed =
        server.kubectl("label", "namespace", "break-glass", "gapless.dev/admission-", "--as=dev");
    assertEquals(1, removed.exitCode());
  }

  @Test
  void nobodyElseMakesANamespaceWithIt() {
    Await.until(
        "the guard", LIMIT, () -> label("dev", "anything", "--dry-run=server").exitCode() == 1);
    String namespace =
        "{apiVersion: v1, kind: Namespace, metadata: {name: made, labels: {gapless.dev/admission: disabled}}}";
    assertEquals(1, create(namespace, "dev").exitCode());
    create(namespace, "oncall").succeeded();
    create("{apiVersion: v1, kind: Namespace, metadata: {name: made}}", "dev").succeeded();
  }

  private KubectlResult create(String namespace, String user) {
    return server.kubectlWith(
        namespace, "create", "--dry-run=server", "--filename=-", "--as=" + user);
  }

  private KubectlResult label(String user, String value, String... options) {
    var arguments =
        new ArrayList<>(
            List.of(
                "label",
                "namespace",
                "break-glass",
                "gapless.dev/admission=" + value,
                "--overwrite",
                "--as=" + user));
    arguments.addAll(List.of(options));
    return server.kubectl(arguments.toArray(String[]::new));
  }
}
