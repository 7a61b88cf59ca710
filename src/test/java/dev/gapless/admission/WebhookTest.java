package dev.gapless.admission;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.tls.ServedCertificate;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.quarkus.vertx.http.HttpServer;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.KeyStore;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@QuarkusTest
@TestProfile(FreePorts.class)
class WebhookTest {
  private static final String UID = "00000000-0000-0000-0000-000000000000";

  @Inject HttpServer server;
  @Inject ServedCertificate served;
  @Inject Vertx vertx;

  @BeforeEach
  void awaitReadiness() {
    awaitReadiness(server);
  }

  /// Waits until the server takes reviews.
  static void awaitReadiness(HttpServer server) {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (management(server).get("/q/health/ready").statusCode() != 200) {
      assertTrue(System.nanoTime() < end, "never became ready");
      Thread.onSpinWait();
    }
  }

  @ParameterizedTest
  @EnumSource(Webhook.class)
  void aReviewIsAnsweredWithItsUid(Webhook webhook) {
    Response answer = https().body(SyntheticReview.creation().toString()).post(webhook.path());

    answer
        .then()
        .statusCode(200)
        .contentType("application/json")
        .body("apiVersion", equalTo("admission.k8s.io/v1"))
        .body("kind", equalTo("AdmissionReview"))
        .body("response.uid", equalTo(UID))
        .body("response.auditAnnotations.policy", equalTo("built-in"));
  }

  @Test
  void theApiServersTimeoutParameterIsNoPartOfThePath() {
    https()
        .body(SyntheticReview.creation().toString())
        .post("/mutate?timeout=10s")
        .then()
        .statusCode(200);
  }

  @Test
  void anExemptionIsAnOutcomeOfItsOwn() {
    ObjectNode review = SyntheticReview.creationWithoutProbe();
    review.withObject("/request").put("dryRun", false);
    review
        .withObject("/request/object/metadata/annotations")
        .put("exempt.gapless.dev/readiness-probe-missing", "an old client needs it");
    https()
        .body(review.toString())
        .post("/validate")
        .then()
        .body("response.allowed", equalTo(true))
        .body(
            "response.auditAnnotations.exempt",
            equalTo("readiness-probe-missing: an old client needs it"));

    assertTrue(
        management(server)
            .get("/q/metrics")
            .asString()
            .lines()
            .anyMatch(line ->
                line.startsWith("gapless_evaluations_total{")
                    && line.contains("outcome=\"exempt\"")
                    && line.contains("rule=\"readiness-probe-missing\"")));
  }

  static Stream<Arguments> badInput() {
    String review = SyntheticReview.creation().toString();
    return Stream.of(
        Arguments.of("POST", "/mutate", "application/json", "garbage", 400, "the body is no JSON"),
        Arguments.of("POST", "/validate", "application/json", "", 400, "must be a JSON object"),
        Arguments.of(
            "POST",
            "/validate",
            "application/json",
            "[".repeat(200_000),
            400,
            "goes beyond what an object can hold"),
        Arguments.of(
            "POST",
            "/mutate",
            "application/json",
            "{\"apiVersion\":\"admission.k8s.io/v1beta1\",\"kind\":\"AdmissionReview\"}",
            400,
            "must be \"admission.k8s.io/v1\""),
        Arguments.of(
            "POST", "/mutate", "application/json", "{\"kind\":\"Pod\"}", 400, "AdmissionReview"),
        Arguments.of(
            "POST",
            "/mutate",
            "application/json",
            "{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\"}",
            400,
            "request: must be an object, is missing"),
        Arguments.of("POST", "/mutate", "text/plain", review, 415, "application/json"),
        Arguments.of("POST", "/mutate", "application/yaml", review, 415, "application/json"),
        Arguments.of("PUT", "/mutate", "application/json", review, 405, "PUT is not allowed"),
        Arguments.of("DELETE", "/validate", "application/json", "", 405, "DELETE is not allowed"),
        Arguments.of("POST", "/mutat", "application/json", review, 404, "\"/mutat\" is not served"),
        Arguments.of("GET", "/q/health", "application/json", "", 404, "is not served here"),
        Arguments.of("GET", "/", "application/json", "", 404, "is not served here"));
  }

  @ParameterizedTest
  @MethodSource("badInput")
  void badInputIsAnsweredWithAStatusThatNamesTheProblem(
      String method, String path, String type, String body, int code, String message)
      throws Exception {
    for (var version :
        new HttpClient.Version[] {HttpClient.Version.HTTP_1_1, HttpClient.Version.HTTP_2}) {
      HttpResponse<String> answer =
          send(version, method, path, type, BodyPublishers.ofString(body));

      assertEquals(code, answer.statusCode(), answer.body());
      assertEquals("application/json", answer.headers().firstValue("Content-Type").orElseThrow());
      assertTrue(answer.body().contains("\"kind\":\"Status\""), answer.body());
      assertTrue(answer.body().contains("\"code\":" + code), answer.body());
      assertTrue(answer.body().replace("\\\"", "\"").contains(message), answer.body());
      assertFalse(answer.body().contains("Exception"), answer.body());
      assertEquals(code == 405 ? "POST" : "", answer.headers().firstValue("Allow").orElse(""));
    }
  }

  @ParameterizedTest
  @CsvSource({"HTTP_1_1,/%zz", "HTTP_1_1,/mutate%zz", "HTTP_2,/%zz", "HTTP_2,/mutate%zz"})
  void aPathThatCannotBeDecodedIsABadRequest(HttpVersion version, String path) throws Exception {
    var options =
        new HttpClientOptions()
            .setSsl(true)
            .setUseAlpn(true)
            .setTrustAll(true)
            .setVerifyHost(false)
            .setProtocolVersion(version);
    // The JDK's client does not send such a path.
    io.vertx.core.http.HttpClient client = vertx.createHttpClient(options);
    try {
      String answer =
          client
              .request(HttpMethod.POST, server.getSecurePort(), "localhost", path)
              .compose(request ->
                  request
                      .putHeader("Content-Type", "application/json")
                      .send(SyntheticReview.creation().toString()))
              .compose(response ->
                  response
                      .body()
                      .map(body -> response.version() + " " + response.statusCode() + " " + body))
              .toCompletionStage()
              .toCompletableFuture()
              .get(60, TimeUnit.SECONDS);

      assertEquals(
          version
              + " 400 {\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\","
              + "\"message\":\"the request's path cannot be decoded\","
              + "\"reason\":\"BadRequest\",\"code\":400}",
          answer);
    } finally {
      client.close();
    }
  }

  @Test
  void aBodyBeyondTheLimitIsRefusedWhateverItsLengthIsSaidToBe() throws Exception {
    byte[] body = new byte[ReviewDecoder.MAX_BODY_BYTES + 1];
    for (var version :
        new HttpClient.Version[] {HttpClient.Version.HTTP_1_1, HttpClient.Version.HTTP_2}) {
      for (var publisher :
          new BodyPublisher[] {
            BodyPublishers.ofByteArray(body),
            // Of unknown length: chunked in HTTP/1.1.
            BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(body))
          }) {
        HttpResponse<String> answer =
            send(version, "POST", "/mutate", "application/json", publisher);

        assertEquals(413, answer.statusCode());
        assertTrue(answer.body().contains("\"reason\":\"RequestEntityTooLarge\""));
      }
    }
  }

  @Test
  void aBodyOfTheLongestLengthIsRead() throws Exception {
    ObjectNode review = SyntheticReview.creation();
    int rest = ReviewDecoder.MAX_BODY_BYTES - review.toString().length();
    String padding = "\"padding\":\"\",";
    review
        .withObject("/request/object/metadata")
        .put("padding", "p".repeat(rest - padding.length()));
    assertEquals(ReviewDecoder.MAX_BODY_BYTES, review.toString().length(), 1);

    HttpResponse<String> answer =
        send(
            HttpClient.Version.HTTP_1_1,
            "POST",
            "/mutate",
            "application/json",
            BodyPublishers.ofString(review.toString()));

    assertEquals(200, answer.statusCode(), answer.body());
  }

  @Test
  void bothHttpVersionsAreSpoken() throws Exception {
    for (var version :
        new HttpClient.Version[] {HttpClient.Version.HTTP_1_1, HttpClient.Version.HTTP_2}) {
      HttpResponse<String> answer =
          send(
              version,
              "POST",
              "/validate",
              "application/json; charset=utf-8",
              BodyPublishers.ofString(SyntheticReview.update().toString()));

      assertEquals(200, answer.statusCode());
      assertEquals(version, answer.version());
    }
  }

  @Test
  void tls13And12AreSpokenAndNothingOlder() throws Exception {
    for (String protocol : new String[] {"TLSv1.3", "TLSv1.2"}) {
      try (SSLSocket socket = socket(protocol)) {
        socket.startHandshake();
        assertEquals(protocol, socket.getSession().getProtocol());
      }
    }
    try (SSLSocket socket = socket("TLSv1.1")) {
      org.junit.jupiter.api.Assertions.assertThrows(
          SSLHandshakeException.class, socket::startHandshake);
    }
  }

  @Test
  void admissionsAreCountedAndDryRunsApart() {
    ObjectNode real = SyntheticReview.creation();
    real.withObject("/request").put("dryRun", false).put("operation", "UPDATE");
    double before = counted("gapless_admissions_total", "UPDATE");
    double dryBefore = counted("gapless_dry_runs_total", "UPDATE");
    https().body(real.toString()).post("/validate").then().statusCode(200);
    real.withObject("/request").put("dryRun", true);
    https().body(real.toString()).post("/validate").then().statusCode(200);

    assertEquals(before + 1, counted("gapless_admissions_total", "UPDATE"));
    assertEquals(dryBefore + 1, counted("gapless_dry_runs_total", "UPDATE"));
  }

  @Test
  void metricsHoldNoNames() {
    ObjectNode review = SyntheticReview.creation();
    review.withObject("/request").put("name", "secret-name").put("namespace", "secret-namespace");
    review.withObject("/request/kind").put("kind", "SecretKind");
    review.withObject("/request").put("operation", "SECRET");
    https().body(review.toString()).post("/mutate").then().statusCode(200);

    management()
        .get("/q/metrics")
        .then()
        .statusCode(200)
        .body(containsString("kind=\"other\""))
        .body(containsString("operation=\"other\""))
        .body(not(containsString("ecret")));
  }

  @Test
  void theWarmUpIsNotCountedAndItsHeaderOpensNothing() {
    https()
        .header(Gate.WARM_UP_HEADER, "guess")
        .body(SyntheticReview.creation().toString())
        .post("/mutate")
        .then()
        .statusCode(200);

    management()
        .get("/q/metrics")
        .then()
        .body(not(containsString("gapless_internal_failures_total{")));
  }

  private double counted(String counter, String operation) {
    return management()
        .get("/q/metrics")
        .asString()
        .lines()
        .filter(line -> line.startsWith(counter) && line.contains("\"" + operation + "\""))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private RequestSpecification https() {
    return given()
        .relaxedHTTPSValidation()
        .baseUri("https://localhost:" + server.getSecurePort())
        .contentType("application/json");
  }

  private RequestSpecification management() {
    return management(server);
  }

  static RequestSpecification management(HttpServer server) {
    return given().baseUri("http://localhost:" + server.getManagementPort());
  }

  private HttpResponse<String> send(
      HttpClient.Version version, String method, String path, String type, BodyPublisher body)
      throws Exception {
    try (HttpClient client =
        HttpClient.newBuilder().sslContext(trusting()).version(version).build()) {
      URI uri = URI.create("https://localhost:" + server.getSecurePort() + path);
      return client.send(
          HttpRequest.newBuilder(uri)
              .method(method, body)
              .header("Content-Type", type)
              .timeout(Duration.ofSeconds(60))
              .build(),
          BodyHandlers.ofString());
    }
  }

  private SSLSocket socket(String protocol) throws Exception {
    var socket =
        (SSLSocket) trusting().getSocketFactory().createSocket("localhost", server.getSecurePort());
    socket.setEnabledProtocols(new String[] {protocol});
    return socket;
  }

  private SSLContext trusting() throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setCertificateEntry("served", served.certificate().orElseThrow());
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }
}
