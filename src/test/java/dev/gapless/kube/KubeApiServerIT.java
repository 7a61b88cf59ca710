package dev.gapless.kube;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/// The ground that other integration tests stand on.
@NeedsApiServer
class KubeApiServerIT {
  private final KubeApiServer server;

  KubeApiServerIT(KubeApiServer server) {
    this.server = server;
  }

  @Test
  void kubectlAndTheServerAreOfOneReleaseThatGaplessSupports() {
    KubectlResult version = server.kubectl("version").succeeded();
    assertTrue(version.stdout().matches("(?s).*Server Version: v1\\.3\\d\\..*"), version::stdout);
    assertEquals("", version.stderr());
  }

  @Test
  void kubectlSaysWhyItFails() {
    KubectlResult missing = server.kubectl("get", "namespace", "nowhere");
    assertEquals(1, missing.exitCode());
    assertEquals(
        "Error from server (NotFound): namespaces \"nowhere\" not found\n", missing.stderr());
  }

  @Test
  void warningsArriveAsTheyWereMeant() {
    ApiResponse response = server.send("GET", "/api/v1/componentstatuses", "", "");
    assertTrue(response.accepted());
    assertEquals(List.of("v1 ComponentStatus is deprecated in v1.19+"), response.warnings());
  }
}
