package dev.gapless.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.gapless.engine.Engine;
import dev.gapless.engine.Evaluation;
import dev.gapless.engine.JudgedKinds;
import dev.gapless.engine.Namespace;
import dev.gapless.engine.Review;
import dev.gapless.engine.Verdict;
import dev.gapless.neighbour.Surroundings;
import dev.gapless.policy.Policies;
import dev.gapless.policy.PolicyReader;
import dev.gapless.policy.RolloutPolicy;
import dev.gapless.rules.Catalog;
import dev.gapless.tls.DevelopmentCertificate;
import dev.gapless.tls.SwitchingKeyManager;
import dev.gapless.workload.Authorship;
import dev.gapless.workload.KubernetesVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;

/// The engine behind both webhooks of a real API server, with surroundings that a test makes up:
/// what rules say of real reviews where neighbours are known.
final class EngineWebhook implements AutoCloseable {
  private static final String API = "/apis/admissionregistration.k8s.io/v1/";
  private static final List<String> KINDS = List.of("Mutating", "Validating");
  private static final String NAME = "engine";
  private static final JsonMapper JSON = new JsonMapper();

  private final Engine engine = new Engine(Catalog.RULES);
  private final AtomicLong calls = new AtomicLong();
  private final KubeApiServer server;
  private final HttpsServer https;
  private final Surroundings surroundings;
  private volatile Policies policies = Policies.of(List.of());

  private EngineWebhook(KubeApiServer server, HttpsServer https, Surroundings surroundings) {
    this.server = server;
    this.https = https;
    this.surroundings = surroundings;
  }

  /// Serves and registers it for the Deployments of one namespace.
  static EngineWebhook register(KubeApiServer server, String namespace, Surroundings surroundings) {
    var certificate = DevelopmentCertificate.in(server.folder().resolve(NAME), Clock.systemUTC());
    try {
      SSLContext tls = SSLContext.getInstance("TLS");
      tls.init(
          new KeyManager[] {new SwitchingKeyManager(certificate.current().orElseThrow())},
          null,
          null);
      HttpsServer https =
          HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      https.setHttpsConfigurator(new HttpsConfigurator(tls));
      var webhook = new EngineWebhook(server, https, surroundings);
      https.createContext("/", webhook::answer);
      https.start();
      byte[] ca = Files.readAllBytes(certificate.ca());
      KINDS.forEach(kind -> webhook.register(kind, namespace, ca));
      return webhook;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot serve the engine's webhook", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot serve the engine's webhook", e);
    }
  }

  private void register(String kind, String namespace, byte[] ca) {
    ApiResponse response =
        server.send(
            "POST",
            path(kind),
            "application/yaml",
            """
            apiVersion: admissionregistration.k8s.io/v1
            kind: %sWebhookConfiguration
            metadata: {name: %s}
            webhooks:
              - name: engine.example.dev
                admissionReviewVersions: [v1]
                clientConfig: {url: "https://127.0.0.1:%d/%s", caBundle: %s}
                sideEffects: None
                namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %s}}
                rules:
                  - {apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments]}
            """
                .formatted(
                    kind,
                    NAME,
                    https.getAddress().getPort(),
                    kind,
                    Base64.getEncoder().encodeToString(ca),
                    namespace));
    if (!response.accepted()) {
      throw new IllegalStateException("cannot register " + NAME + ": " + response.message());
    }
  }

  private static String path(String kind) {
    return API + kind.toLowerCase(Locale.ROOT) + "webhookconfigurations";
  }

  /// How often either webhook was called.
  long calls() {
    return calls.get();
  }

  /// Puts one policy in force, in JSON.
  void govern(String policy) {
    try {
      policies =
          switch (PolicyReader.read(JSON.readTree(policy), Catalog.ids(), JudgedKinds.ALL)) {
            case PolicyReader.Valid(RolloutPolicy valid) -> Policies.of(List.of(valid));
            case PolicyReader.Invalid(List<PolicyReader.Problem> problems) ->
                throw new IllegalArgumentException(problems.toString());
          };
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the policy", e);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      calls.incrementAndGet();
      JsonNode review = JSON.readTree(exchange.getRequestBody());
      JsonNode request = review.path("request");
      ObjectNode answer = JSON.createObjectNode();
      answer.set("apiVersion", review.path("apiVersion"));
      answer.set("kind", review.path("kind"));
      ObjectNode response = answer.putObject("response").put("uid", request.path("uid").asText());
      Evaluation evaluation = evaluate(request);
      boolean mutates = exchange.getRequestURI().getPath().endsWith("Mutating");
      if (mutates) {
        mutate(evaluation, response);
      } else {
        validate(evaluation, response);
      }
      byte[] body = JSON.writeValueAsBytes(answer);
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private Evaluation evaluate(JsonNode request) {
    JsonNode old = request.path("oldObject");
    return engine.evaluate(
        new Review(
            request.path("object"),
            old.isObject() ? Optional.of(old) : Optional.empty(),
            Authorship.Source.API_SERVER,
            Namespace.named(request.path("namespace").asText()),
            surroundings,
            KubernetesVersion.parse(server.version()).orElseThrow(),
            LocalDate.now(ZoneOffset.UTC)),
        policies);
  }

  private static void mutate(Evaluation evaluation, ObjectNode response) {
    response.put("allowed", true);
    if (evaluation instanceof Evaluation.Judged judged && !judged.patch().isEmpty()) {
      response
          .put("patchType", "JSONPatch")
          .put("patch", judged.patch().toString().getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void validate(Evaluation evaluation, ObjectNode response) {
    switch (evaluation.verdict()) {
      case Verdict.Deny(String message) ->
          response
              .put("allowed", false)
              .putObject("status")
              .put("code", 403)
              .put("message", message);
      case Verdict.Admit(List<String> warnings) -> {
        response.put("allowed", true);
        warnings.forEach(response.putArray("warnings")::add);
      }
    }
  }

  @Override
  public void close() {
    KINDS.forEach(kind -> server.send("DELETE", path(kind) + "/" + NAME, "", ""));
    https.stop(0);
  }
}
