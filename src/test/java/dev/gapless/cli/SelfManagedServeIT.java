package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gapless.kube.Await;
import dev.gapless.kube.KubeApiServer;
import dev.gapless.kube.KubectlResult;
import dev.gapless.kube.NeedsApiServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two servers that nobody gave a certificate, called by the API server itself.
@NeedsApiServer
class SelfManagedServeIT {
  private static final String NAME = "self-managed-serve";

  private final KubeApiServer server;
  private final HttpClient http = HttpClient.newHttpClient();

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  SelfManagedServeIT(KubeApiServer server) {
    this.server = server;
  }

  @Test
  void theApiServerTrustsServersThatMadeTheirCertificateThemselves() throws Exception {
    server.createNamespace(NAME);
    int first = ServedProcess.freePort();
    int second = ServedProcess.freePort();
    try {
      register("Mutating", "https://127.0.0.1:" + first + "/mutate");
      register("Validating", "https://127.0.0.1:" + second + "/validate");
      Await.until(
          "the webhooks to be asked", Duration.ofSeconds(30), () -> tried().exitCode() != 0);
      try (var one = serve("one", first);
          var two = serve("two", second)) {
        one.awaitReady();
        two.awaitReady();
        Await.until(
            "the webhooks to be trusted", Duration.ofSeconds(30), () -> tried().exitCode() == 0);
        for (ServedProcess process : new ServedProcess[] {one, two}) {
          JsonNode check = certificateCheck(process);
          assertEquals("UP", check.path("status").asText());
          Instant expires = Instant.parse(check.at("/data/expires").asText());
          assertTrue(expires.isAfter(Instant.now().plus(Duration.ofDays(89))), expires::toString);
          assertTrue(
              get(process, "/q/metrics").contains("gapless_certificate_expires_timestamp_seconds "),
              () -> get(process, "/q/metrics"));
          process.terminate();
          assertEquals(0, process.exitCode(), process.errors());
          assertFalse(process.output().contains("ERROR"), process.output());
        }
      }
    } finally {
      server.kubectl("delete", "mutatingwebhookconfiguration,validatingwebhookconfiguration", NAME);
    }
  }

  private ServedProcess serve(String name, int port) throws IOException {
    return ServedProcess.serve(
        Files.createDirectory(folder.resolve(name)),
        port,
        ServedProcess.freePort(),
        "--kubeconfig",
        server.kubeconfig().toString(),
        "--self-managed-certificate",
        "--namespace",
        NAME,
        "--mutating-webhook-configuration",
        NAME,
        "--validating-webhook-configuration",
        NAME,
        "--shutdown-delay",
        "0s");
  }

  private void register(String kind, String url) {
    server
        .kubectlWith(
            """
            apiVersion: admissionregistration.k8s.io/v1
            kind: %sWebhookConfiguration
            metadata: {name: %s}
            webhooks:
              - name: one.gapless.dev
                admissionReviewVersions: [v1]
                sideEffects: None
                failurePolicy: Fail
                clientConfig: {url: "%s"}
                namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %s}}
                rules:
                  - {apiGroups: [apps], apiVersions: [v1], resources: [deployments], operations: [CREATE]}
            """
                .formatted(kind, NAME, url, NAME),
            "apply",
            "-f",
            "-")
        .succeeded();
  }

  private KubectlResult tried() {
    return server.kubectl(
        "create", "deployment", "web", "--image=web", "--namespace=" + NAME, "--dry-run=server");
  }

  private JsonNode certificateCheck(ServedProcess process) throws IOException {
    for (JsonNode check :
        new JsonMapper().readTree(get(process, "/q/health/ready")).path("checks")) {
      if (check.path("name").asText().equals("certificate")) {
        return check;
      }
    }
    throw new AssertionError("no check of the certificate");
  }

  private String get(ServedProcess process, String path) {
    try {
      return http.send(
              HttpRequest.newBuilder(
                      URI.create("http://localhost:" + process.managementPort + path))
                  .build(),
              BodyHandlers.ofString())
          .body();
    } catch (IOException failed) {
      throw new java.io.UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }
}
