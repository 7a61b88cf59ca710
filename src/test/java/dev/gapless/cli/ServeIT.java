package dev.gapless.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gapless.admission.SyntheticReview;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.GoAway;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemTrustOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServeIT {
  private static final String REVIEW = SyntheticReview.creation().toString();

  @TempDir Path folder;

  @Test
  void noRequestFailsWhileTheServerLeaves() throws Exception {
    try (var server = ServedProcess.serve(folder, "--shutdown-delay", "2s").awaitReady()) {
      SSLContext trust = trust();
      var told = new AtomicReference<Boolean>(false);
      var clients = new ArrayList<Client>();
      for (int i = 0; i < 2; i++) {
        clients.add(new Http1Client(server.port, trust, told));
        clients.add(new Http2Client(server.port, trust, told));
      }
      List<Thread> threads = clients.stream().map(it -> Thread.ofPlatform().start(it)).toList();
      ServedProcess.await(
          "traffic", () -> clients.stream().allMatch(it -> it.answered.get() >= 20));
      told.set(true);
      server.terminate();
      ServedProcess.await("unreadiness", () -> server.readiness() != 200);
      int unready = server.readiness();
      for (Thread thread : threads) {
        thread.join();
      }

      assertEquals(0, server.exitCode(), server.errors());
      assertTrue(unready == 503 || unready == 0, "readiness was " + unready);
      for (Client client : clients) {
        assertEquals(List.of(), List.copyOf(client.failures));
        assertTrue(client.answeredWhileLeaving.get() > 0, client + " was not served while leaving");
      }
      assertFalse(server.output().contains("ERROR"), server.output());
      assertTrue(
          clients.stream().anyMatch(it -> it instanceof Http1Client one && one.dismissed),
          "nobody was asked to close his connection");
    }
  }

  @Test
  void aRequestInFlightIsFinishedAfterTheDelay() throws Exception {
    // Nothing but that request may keep the server.
    try (var server =
        ServedProcess.serve(
                folder, Map.of("GAPLESS_SHUTDOWN_DRAIN", "0s"), "--shutdown-delay", "0s")
            .awaitReady()) {
      SSLContext trust = trust();
      var told = new AtomicReference<Boolean>(true);
      var slow = new Http1Client(server.port, trust, told);
      slow.begin();
      server.terminate();
      ServedProcess.await(
          "newcomers being sent away",
          () -> postedBy(new Http1Client(server.port, trust, told)) == 503);

      assertEquals(200, slow.finish());
      assertEquals(0, server.exitCode(), server.errors());
    }
  }

  @Test
  void anIdleHttp2ConnectionIsToldToGo() throws Exception {
    Vertx vertx = Vertx.vertx();
    try (var server = ServedProcess.serve(folder, "--shutdown-delay", "1s").awaitReady()) {
      var farewell = new AtomicReference<GoAway>();
      var client =
          vertx
              .httpClientBuilder()
              .with(
                  new HttpClientOptions()
                      .setSsl(true)
                      .setUseAlpn(true)
                      .setProtocolVersion(HttpVersion.HTTP_2)
                      .setTrustOptions(
                          new PemTrustOptions()
                              .addCertPath(folder.resolve("certs/ca.crt").toString())))
              .withConnectHandler(connection -> connection.goAwayHandler(farewell::set))
              .build();
      int status =
          client
              .request(HttpMethod.POST, server.port, "localhost", "/mutate")
              .compose(request ->
                  request.putHeader("Content-Type", "application/json").send(Buffer.buffer(REVIEW)))
              .compose(response -> response.body().map(_ -> response.statusCode()))
              .toCompletionStage()
              .toCompletableFuture()
              .get();
      assertEquals(200, status);
      server.terminate();
      ServedProcess.await("GOAWAY", () -> farewell.get() != null);

      assertEquals(0, farewell.get().getErrorCode());
      assertEquals(0, server.exitCode(), server.errors());
    } finally {
      vertx.close();
    }
  }

  @Test
  void theSecondStartTakesTheCertificatesOfTheFirst() throws Exception {
    try (var server = ServedProcess.serve(folder, "--shutdown-delay", "0s").awaitReady()) {
      assertTrue(server.errors().contains("tls.crt and tls.key: made"), server.errors());
      server.terminate();
      assertEquals(0, server.exitCode());
    }
    String first = Files.readString(folder.resolve("certs/tls.crt"));
    try (var server = ServedProcess.serve(folder, "--shutdown-delay", "0s").awaitReady()) {
      assertEquals("", server.errors());
      assertTrue(server.output().contains("policy source=\"built-in (mode Enforce)\""));
      assertTrue(server.output().contains("cluster server=\"none\""));
      ServedProcess.await("the hint", () -> server.output().contains("curl --cacert certs/ca.crt"));
      assertTrue(server.output().contains("ready url=https://localhost:" + server.port));
      server.terminate();
      assertEquals(0, server.exitCode());
    }
    assertEquals(first, Files.readString(folder.resolve("certs/tls.crt")));
  }

  @Test
  void aBusyPortIsNamedWithoutAStackTrace() throws Exception {
    try (var busy = new ServerSocket(0, 1, InetAddress.getByName("localhost"))) {
      int port = busy.getLocalPort();
      try (var server = ServedProcess.serve(folder, port, ServedProcess.freePort())) {
        assertEquals(2, server.exitCode());
        assertTrue(server.errors().contains("cannot listen on localhost:" + port), server.errors());
        assertTrue(server.errors().contains("--port"), server.errors());
        assertFalse(server.errors().contains("\tat "), server.errors());
      }
      try (var server = ServedProcess.serve(folder, ServedProcess.freePort(), port)) {
        assertEquals(2, server.exitCode());
        assertTrue(server.errors().contains("--management-port"), server.errors());
        assertFalse(server.errors().contains("\tat "), server.errors());
      }
      assertFalse(Files.exists(folder.resolve("certs")));
    }
  }

  @Test
  void aPolicyThatAsksForUnknownNamespaceLabelsIsWarnedOf() throws Exception {
    Path policy =
        Files.writeString(
            folder.resolve("policy.yaml"),
            """
            apiVersion: gapless.dev/v1alpha1
            kind: RolloutPolicy
            metadata: {name: shop}
            spec:
              mode: Warn
              match:
                namespaceSelector:
                  matchLabels: {kubernetes.io/metadata.name: shop}
                  matchExpressions:
                    - {key: team, operator: NotIn, values: [batch]}
            """);
    try (var server =
        ServedProcess.serve(folder, "--shutdown-delay", "0s", "--policy", policy.toString())
            .awaitReady()) {
      List<String> warnings =
          server.output().lines().filter(line -> line.contains(" WARN  Announcement ")).toList();

      assertEquals(1, warnings.size(), server.output());
      assertTrue(warnings.getFirst().endsWith("policy=\"shop\" labels=[team]"), server.output());
      server.terminate();
      assertEquals(0, server.exitCode());
    }
  }

  @Test
  void aChangedPolicyFileIsTakenAndABrokenOneIsNot() throws Exception {
    Path policy = folder.resolve("policy.yaml");
    Files.writeString(policy, CheckCommandTest.policy("first", "Warn"));
    try (var server =
        ServedProcess.serve(folder, "--shutdown-delay", "0s", "--policy", policy.toString())
            .awaitReady()) {
      assertEquals("first", governing(server));
      replace(policy, CheckCommandTest.policy("second", "Warn"));
      ServedProcess.await("the second policy", () -> governing(server).equals("second"));

      replace(policy, CheckCommandTest.policy("third", "Wrn"));
      String mistake = policy + ":6:3: spec.mode: must be one of Disabled, Audit, Warn, Fix,";
      ServedProcess.await(
          "the refusal", () -> management(server, "/q/health/ready").contains(mistake));
      assertEquals(200, server.readiness());
      assertEquals("second", governing(server));
      String metrics = management(server, "/q/metrics");
      for (String result : List.of("taken", "refused")) {
        assertTrue(
            metrics.contains("gapless_policy_reloads_total{result=\"" + result + "\"} 1.0"),
            metrics);
      }
      assertEquals(
          1,
          server
              .output()
              .lines()
              .filter(line -> line.contains(" WARN  WatchedPolicyFile "))
              .count());
      assertTrue(server.output().contains(mistake), server.output());

      replace(policy, CheckCommandTest.policy("third", "Warn"));
      ServedProcess.await("the third policy", () -> governing(server).equals("third"));
      assertFalse(management(server, "/q/health/ready").contains(mistake));
      server.terminate();
      assertEquals(0, server.exitCode());
    }
  }

  // At once, as no editor's half of it is of interest here.
  private static void replace(Path file, String text) throws IOException {
    Path next = Files.writeString(file.resolveSibling("next"), text);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private String governing(ServedProcess server) {
    try (HttpClient client = HttpClient.newBuilder().sslContext(trust()).build()) {
      String answer =
          send(
              client,
              HttpRequest.newBuilder(URI.create("https://localhost:" + server.port + "/validate"))
                  .header("Content-Type", "application/json")
                  .POST(BodyPublishers.ofString(REVIEW)));
      return answer.replaceFirst("(?s).*\"policy\":\"([^\"]*)\".*", "$1");
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }

  private static String management(ServedProcess server, String path) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return send(
          client,
          HttpRequest.newBuilder(URI.create("http://localhost:" + server.managementPort + path)));
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }

  private static String send(HttpClient client, HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), BodyHandlers.ofString()).body();
  }

  @Test
  void theCheapestCipherSuiteIsTakenThatTheClientKnows() throws Exception {
    try (var server = ServedProcess.serve(folder, "--shutdown-delay", "0s").awaitReady()) {
      assertEquals("TLS_CHACHA20_POLY1305_SHA256", suite(server, List.of()));
      assertEquals("TLS_AES_128_GCM_SHA256", suite(server, List.of("TLS_AES_128_GCM_SHA256")));
    }
  }

  private String suite(ServedProcess server, List<String> offered) throws Exception {
    try (var socket =
        (SSLSocket) trust().getSocketFactory().createSocket("localhost", server.port)) {
      if (!offered.isEmpty()) {
        socket.setEnabledCipherSuites(offered.toArray(String[]::new));
      }
      socket.startHandshake();
      return socket.getSession().getCipherSuite();
    }
  }

  @Test
  void aPathThatCannotBeDecodedIsAnsweredWithAStatus() throws Exception {
    try (var server = ServedProcess.serve(folder, "--shutdown-delay", "0s").awaitReady();
        var socket = trust().getSocketFactory().createSocket("localhost", server.port)) {
      String request = "GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(UTF_8));
      String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);

      assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
      assertTrue(answer.contains("\"message\":\"the request's path cannot be decoded\""), answer);
    }
  }

  /// Posts reviews one after another as a patient API server would, and stops when sent away.
  private abstract static class Client implements Runnable {
    final AtomicInteger answered = new AtomicInteger();
    final AtomicInteger answeredWhileLeaving = new AtomicInteger();
    final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicReference<Boolean> told;

    Client(AtomicReference<Boolean> told) {
      this.told = told;
    }

    /// The status of one answer; a 503 comes with `Retry-After: 0`.
    abstract int post() throws Exception;

    @Override
    public void run() {
      while (true) {
        boolean leaving = told.get();
        try {
          int status = post();
          if (status == 503 && leaving) {
            return;
          }
          if (status != 200) {
            failures.add("status " + status);
            return;
          }
          answered.incrementAndGet();
          if (leaving) {
            answeredWhileLeaving.incrementAndGet();
          }
        } catch (ConnectException refused) {
          // The ports are closed: only after everybody had been sent away.
          if (!leaving) {
            failures.add("refused before the end: " + refused);
          }
          return;
        } catch (Exception failed) {
          failures.add(this + " after " + answered + ": " + failed);
          return;
        }
      }
    }
  }

  /// HTTP/1.1 with keep-alive by hand, so that no library hides a lost request by trying again.
  private static final class Http1Client extends Client {
    private static final String HEAD =
        "POST /mutate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Content-Length: "
            + REVIEW.getBytes(UTF_8).length
            + "\r\n\r\n";

    private final int port;
    private final SSLContext trust;
    private @Nullable SSLSocket socket;
    private volatile boolean dismissed;

    Http1Client(int port, SSLContext trust, AtomicReference<Boolean> told) {
      super(told);
      this.port = port;
      this.trust = trust;
    }

    @Override
    int post() throws IOException {
      connected().getOutputStream().write((HEAD + REVIEW).getBytes(UTF_8));
      return answered();
    }

    /// Sends the first half of a request. The server asks for the rest: so it has seen that half.
    void begin() throws IOException {
      String head = HEAD.replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n");
      connected().getOutputStream().write(head.getBytes(UTF_8));
      String answer = head(connected().getInputStream());
      if (!answer.startsWith("http/1.1 100 ")) {
        throw new IOException("was not asked to go on: " + answer);
      }
    }

    /// The status of the answer to the whole request.
    int finish() throws IOException {
      connected().getOutputStream().write(REVIEW.getBytes(UTF_8));
      return answered();
    }

    private SSLSocket connected() throws IOException {
      SSLSocket socket = this.socket;
      if (socket == null) {
        socket = (SSLSocket) trust.getSocketFactory().createSocket("localhost", port);
        this.socket = socket;
      }
      return socket;
    }

    private int answered() throws IOException {
      SSLSocket socket = connected();
      InputStream in = socket.getInputStream();
      String answer = head(in);
      int length = Integer.parseInt(answer.replaceAll("(?s).*content-length: (\\d+)\r\n.*", "$1"));
      if (in.readNBytes(length).length < length) {
        throw new IOException("the answer was cut off");
      }
      if (answer.contains("connection: close\r\n")) {
        dismissed = true;
        if (in.read() >= 0) {
          throw new IOException("bytes after the last answer");
        }
        socket.close();
        this.socket = null;
      }
      int status = Integer.parseInt(answer.substring(9, 12));
      if (status == 503 && !answer.contains("retry-after: 0\r\n")) {
        throw new IOException("sent away without Retry-After: " + answer);
      }
      if (status == 503 && !answer.contains("connection: close\r\n")) {
        throw new IOException("sent away without Connection: close: " + answer);
      }
      return status;
    }

    private static String head(InputStream in) throws IOException {
      var head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        int next = in.read();
        if (next < 0) {
          throw new IOException("the connection was closed instead of an answer: " + head);
        }
        head.append((char) next);
      }
      return head.toString().toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
      return "HTTP/1.1 client";
    }
  }

  /// HTTP/2, which the API server speaks to a loopback URL.
  private static final class Http2Client extends Client {
    private final HttpClient client;
    private final HttpRequest request;

    Http2Client(int port, SSLContext trust, AtomicReference<Boolean> told) {
      super(told);
      this.client =
          HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).sslContext(trust).build();
      this.request =
          HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/validate"))
              .header("Content-Type", "application/json")
              .POST(BodyPublishers.ofString(REVIEW))
              .build();
    }

    @Override
    int post() throws Exception {
      HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
      if (answer.version() != HttpClient.Version.HTTP_2) {
        throw new IOException("spoke " + answer.version());
      }
      if (answer.statusCode() == 503
          && !answer.headers().firstValue("retry-after").orElse("").equals("0")) {
        throw new IOException("sent away without Retry-After");
      }
      return answer.statusCode();
    }

    @Override
    public String toString() {
      return "HTTP/2 client";
    }
  }

  private static int postedBy(Client client) {
    try {
      return client.post();
    } catch (Exception failed) {
      throw new IllegalStateException(client + " got no answer", failed);
    }
  }

  private SSLContext trust() throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setCertificateEntry(
        "ca",
        CertificateFactory.getInstance("X.509")
            .generateCertificate(
                new ByteArrayInputStream(Files.readAllBytes(folder.resolve("certs/ca.crt")))));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }
}
