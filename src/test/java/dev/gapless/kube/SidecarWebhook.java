package dev.gapless.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.gapless.tls.DevelopmentCertificate;
import dev.gapless.tls.SwitchingKeyManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.Base64;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;

/// Somebody else's mutating webhook: it puts a proxy beside the containers of every Deployment.
final class SidecarWebhook implements AutoCloseable {
  private static final String API =
      "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";

  /// After ours in the order in which the API server calls them, which is that of the names.
  private static final String NAME = "zz-sidecar";

  private static final String PATCH =
      """
      [{"op": "add", "path": "/spec/template/spec/containers/-",
        "value": {"name": "proxy", "image": "registry.example/proxy:1"}}]
      """;
  private static final JsonMapper JSON = new JsonMapper();

  private final KubeApiServer server;
  private final HttpsServer https;

  private SidecarWebhook(KubeApiServer server, HttpsServer https) {
    this.server = server;
    this.https = https;
  }

  /// Serves and registers it for the objects of one namespace.
  static SidecarWebhook register(KubeApiServer server, String namespace) {
    var certificate =
        DevelopmentCertificate.in(server.folder().resolve("sidecar"), Clock.systemUTC());
    try {
      SSLContext tls = SSLContext.getInstance("TLS");
      tls.init(
          new KeyManager[] {new SwitchingKeyManager(certificate.current().orElseThrow())},
          null,
          null);
      HttpsServer https =
          HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      https.setHttpsConfigurator(new HttpsConfigurator(tls));
      https.createContext("/", SidecarWebhook::answer);
      https.start();
      var webhook = new SidecarWebhook(server, https);
      webhook.register(namespace, Files.readAllBytes(certificate.ca()));
      return webhook;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot serve the sidecar's webhook", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot serve the sidecar's webhook", e);
    }
  }

  private void register(String namespace, byte[] ca) {
    ApiResponse response =
        server.send(
            "POST",
            API,
            "application/yaml",
            """
            apiVersion: admissionregistration.k8s.io/v1
            kind: MutatingWebhookConfiguration
            metadata: {name: %s}
            webhooks:
              - name: sidecar.example.dev
                admissionReviewVersions: [v1]
                clientConfig: {url: "https://127.0.0.1:%d/", caBundle: %s}
                sideEffects: None
                namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %s}}
                rules:
                  - {apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}
            """
                .formatted(
                    NAME,
                    https.getAddress().getPort(),
                    Base64.getEncoder().encodeToString(ca),
                    namespace));
    if (!response.accepted()) {
      throw new IllegalStateException("cannot register " + NAME + ": " + response.message());
    }
  }

  private static void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      JsonNode review = JSON.readTree(exchange.getRequestBody());
      ObjectNode answer = JSON.createObjectNode();
      answer.set("apiVersion", review.path("apiVersion"));
      answer.set("kind", review.path("kind"));
      answer
          .putObject("response")
          .put("uid", review.at("/request/uid").asText())
          .put("allowed", true)
          .put("patchType", "JSONPatch")
          .put("patch", PATCH.getBytes(StandardCharsets.UTF_8));
      byte[] body = JSON.writeValueAsBytes(answer);
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.send("DELETE", API + "/" + NAME, "", "");
    https.stop(0);
  }
}
