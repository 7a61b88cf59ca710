package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gapless.kube.KubeApiServer;
import dev.gapless.kube.NeedsApiServer;
import dev.gapless.rules.Catalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the real tools print, as they print it.
@NeedsApiServer
class RenderedManifestsIT {
  private static final Path CHART = Path.of("deploy", "helm", "gapless").toAbsolutePath();
  private static final String BARE =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: bare}
      spec:
        selector: {matchLabels: {app: bare}}
        template:
          metadata: {labels: {app: bare}}
          spec:
            containers: [{name: web, image: web, ports: [{containerPort: 80}]}]
      """;

  private final KubeApiServer server;

  @TempDir private Path directory;

  RenderedManifestsIT(KubeApiServer server) {
    this.server = server;
  }

  @Test
  void whatKustomizePrintsNamesTheFilesOfItsBases() throws IOException {
    Files.createDirectories(directory.resolve("base"));
    Files.createDirectories(directory.resolve("overlay"));
    Files.writeString(directory.resolve("base/web.yaml"), BARE);
    Files.writeString(directory.resolve("base/kustomization.yaml"), "resources: [web.yaml]\n");
    Files.writeString(
        directory.resolve("overlay/kustomization.yaml"),
        "resources: [../base]\nnamePrefix: a-\nbuildMetadata: [originAnnotations]\n");
    String rendered =
        server.kubectl("kustomize", directory.resolve("overlay").toString()).succeeded().stdout();
    JsonNode finding = findings(rendered).get(0);
    assertEquals("../base/web.yaml", finding.path("source").asText());
    assertEquals("stdin", finding.path("file").asText());
    assertEquals("a-bare", finding.at("/object/name").asText());
  }

  @Test
  void whatHelmPrintsNamesItsTemplates() throws IOException {
    assumeTrue(
        server.hasAllPrograms() || "true".equals(System.getenv("CI")),
        "KUBEBUILDER_ASSETS hold no helm");
    Path chart = directory.resolve("shop");
    Files.createDirectories(chart.resolve("templates"));
    Files.writeString(chart.resolve("Chart.yaml"), "apiVersion: v2\nname: shop\nversion: 1.0.0\n");
    Files.writeString(
        chart.resolve("templates/web.yaml"),
        "{{- range tuple \"a\" \"b\" }}\n---\n"
            + BARE.replace("name: bare", "name: {{ . }}")
            + "{{- end }}\n");
    String rendered = server.helm("template", "shop", chart.toString()).succeeded().stdout();
    JsonNode findings = findings(rendered);
    assertFalse(findings.isEmpty());
    for (JsonNode finding : findings) {
      assertEquals("shop/templates/web.yaml", finding.path("source").asText());
    }
    assertEquals("b", findings.get(findings.size() - 1).at("/object/name").asText());
  }

  @Test
  void theChartOfThisRepositoryIsClean() {
    assumeTrue(
        server.hasAllPrograms() || "true".equals(System.getenv("CI")),
        "KUBEBUILDER_ASSETS hold no helm");
    String rendered = server.helm("template", "gapless", CHART.toString()).succeeded().stdout();
    Invocation check = check(rendered, "--fail-on=warn");
    assertEquals(0, check.exitCode(), check.toString());
    assertTrue(check.out().contains(" objects judged"), check.out());
  }

  private JsonNode findings(String rendered) throws IOException {
    return new JsonMapper().readTree(check(rendered, "--output=json").out()).path("findings");
  }

  private Invocation check(String input, String option) {
    return Invocation.of(directory, Catalog.RULES, input, Map.of(), false, "check", option, "-");
  }
}
