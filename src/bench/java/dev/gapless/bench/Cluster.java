package dev.gapless.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.kube.ApiResponse;
import dev.gapless.kube.Await;
import dev.gapless.kube.KubeApiServer;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

/// What a create of a Deployment takes in a real API server, as a dry run, with and without two
/// webhooks; and with two that take no time, so that it shows what of it is the API server's own.
final class Cluster {
  static final String ADDED = "dry-run create, p50 above none";
  static final String KEPT = "dry-run creates, 8 clients, beside none";

  private static final String PART = "cluster";
  private static final String NONE = "none";
  private static final String NAMESPACE = "shop";
  private static final int CLIENTS = 8;
  private static final Duration ROUND = Duration.ofMillis(1500);
  private static final Duration ACTIVE_LIMIT = Duration.ofSeconds(30);
  private static final int WARM_UP = 20_000;
  private static final String API = "/apis/admissionregistration.k8s.io/v1/";
  private static final String DURATION = "apiserver_admission_webhook_admission_duration_seconds";

  // An API server speaks HTTP/1.1 to a Service. To the loopback it would offer HTTP/2, and does not
  // know that this ends there, too.
  private static final String HOST = "0.0.0.0";

  private static final String ALLOWED =
      """
      {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":"0","allowed":true}}
      """;

  private final Samples samples;
  private final Programs programs;
  private final KubeApiServer api;
  private final String deployment;

  private Cluster(Samples samples, Programs programs, KubeApiServer api) {
    this.samples = samples;
    this.programs = programs;
    this.api = api;
    try {
      this.deployment =
          author(new JsonMapper().readTree(SampleReview.body()).at("/request/object"));
    } catch (IOException impossible) {
      throw new IllegalStateException("the sample is JSON", impossible);
    }
  }

  // What the API server itself sets is not for an author to send.
  private static String author(JsonNode stored) {
    ObjectNode object = stored.deepCopy();
    object
        .withObject("/metadata")
        .remove(List.of("uid", "generation", "creationTimestamp", "managedFields"));
    object.withObject("/spec/template/metadata/labels").put("app", "web");
    return object.toString();
  }

  /// The two kinds of webhook, by the path that each is posted to.
  private enum Kind {
    MUTATING("Mutating", "/mutate", "admit"),
    VALIDATING("Validating", "/validate", "validating");

    private final String label;
    private final String path;
    private final String type;

    Kind(String label, String path, String type) {
      this.label = label;
      this.path = path;
      this.type = type;
    }

    String configurations() {
      return API + label.toLowerCase(Locale.ROOT) + "webhookconfigurations";
    }
  }

  /// The creates of one round.
  ///
  /// @param millis how long each took, sorted
  /// @param apiMicros CPU of the API server for one
  /// @param webhookMicros CPU of the webhooks' server for one
  private record Creates(double[] millis, double apiMicros, double webhookMicros) {}

  /// The middles of one round.
  private record Round(double p50, double perSecond, double apiMicros) {}

  static void run(Samples samples, Report report, Programs programs)
      throws IOException, InterruptedException {
    if (Optional.ofNullable(System.getenv("KUBEBUILDER_ASSETS")).orElse("").isBlank()) {
      report.leaveOut("cluster: there is no API server (KUBEBUILDER_ASSETS)");
      return;
    }
    var servers = new ArrayList<Server>();
    try (KubeApiServer api = KubeApiServer.start()) {
      api.createNamespace(NAMESPACE);
      var cluster = new Cluster(samples, programs, api);
      cluster.start(servers);
      cluster.compare(servers);
    } finally {
      servers.forEach(Server::close);
    }
  }

  private void start(List<Server> servers) throws IOException, InterruptedException {
    Server gapless = programs.start(Server.GAPLESS).orElseThrow();
    servers.add(gapless);
    String mutation = gapless.awaitAnswer(Kind.MUTATING.path, SampleReview.body());
    String validation = gapless.awaitAnswer(Kind.VALIDATING.path, patched());
    programs.startReplaying(Server.ALLOWED, ALLOWED, ALLOWED).ifPresent(servers::add);
    programs.startReplaying(Server.REPLAYED, mutation, validation).ifPresent(servers::add);
    programs.start(Server.GO).ifPresent(servers::add);
    warm(gapless);
  }

  // What the validating webhook sees, in all that it judges, once the mutating one has answered.
  private static byte[] patched() {
    return SampleReview.creation(SampleReview.Size.TYPICAL_6K, true)
        .toString()
        .getBytes(StandardCharsets.UTF_8);
  }

  private void warm(Server server) throws InterruptedException {
    for (Kind kind : Kind.values()) {
      byte[] review = kind == Kind.MUTATING ? SampleReview.body() : patched();
      try (Load load =
          Load.on(server, kind.path, programs.ca(), HttpVersion.HTTP_1_1, CLIENTS, review)) {
        load.count(WARM_UP);
      }
    }
  }

  private void compare(List<Server> servers) throws IOException, InterruptedException {
    round(NONE + ", warming", Optional.empty());
    with(servers.getFirst(), "warming");
    for (int i = 0; i < Bench.REPETITIONS; i++) {
      Round before = round(NONE + " before", Optional.empty());
      var rounds = new LinkedHashMap<String, Round>();
      for (Server server : servers) {
        rounds.put(server.kind(), with(server, server.kind()));
      }
      Round after = round(NONE + " after", Optional.empty());
      rounds.forEach((name, round) -> compared(name, round, before, after));
    }
  }

  private void compared(String name, Round round, Round before, Round after) {
    add(name, ADDED, "ms", round.p50() - (before.p50() + after.p50()) / 2);
    add(
        name,
        "API server's CPU per create above none",
        "us",
        round.apiMicros() - (before.apiMicros() + after.apiMicros()) / 2);
    add(name, KEPT, "x", 2 * round.perSecond() / (before.perSecond() + after.perSecond()));
  }

  private Round with(Server server, String name) throws IOException, InterruptedException {
    for (Kind kind : Kind.values()) {
      register(kind, server);
    }
    awaitCalls(Kind.values().length);
    Round round = round(name, Optional.of(server));
    for (Kind kind : Kind.values()) {
      api.send("DELETE", kind.configurations() + "/bench", "", "");
    }
    awaitCalls(0);
    return round;
  }

  private void register(Kind kind, Server server) throws IOException {
    ApiResponse response =
        api.send(
            "POST",
            kind.configurations(),
            "application/yaml",
            """
            apiVersion: admissionregistration.k8s.io/v1
            kind: %sWebhookConfiguration
            metadata: {name: bench}
            webhooks:
              - name: bench.gapless.dev
                admissionReviewVersions: [v1]
                clientConfig: {url: "https://%s:%d%s", caBundle: %s}
                sideEffects: None
                failurePolicy: Fail
                rules:
                  - {apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}
            """
                .formatted(
                    kind.label,
                    HOST,
                    server.port(),
                    kind.path,
                    Base64.getEncoder().encodeToString(Files.readAllBytes(programs.ca()))));
    if (!response.accepted()) {
      throw new IllegalStateException("cannot register a webhook: " + response.message());
    }
  }

  /// Creates until a create makes the API server call so many webhooks.
  private void awaitCalls(int webhooks) {
    Await.until(
        webhooks + " webhooks to be called",
        ACTIVE_LIMIT,
        () -> {
          double before = calls();
          return create().accepted() && calls() - before == webhooks;
        });
  }

  private double calls() {
    String metrics = metrics();
    return Arrays.stream(Kind.values()).mapToDouble(it -> sum(metrics, "_count", it)).sum();
  }

  private String metrics() {
    return api.send("GET", "/metrics", "", "").body().asText();
  }

  private static double sum(String metrics, String suffix, Kind kind) {
    return metrics
        .lines()
        .filter(it -> it.startsWith(DURATION + suffix + "{"))
        .filter(it -> it.contains("name=\"bench.gapless.dev\""))
        .filter(it -> it.contains("type=\"" + kind.type + "\""))
        .mapToDouble(it -> Double.parseDouble(it.substring(it.lastIndexOf(' ') + 1)))
        .sum();
  }

  private Round round(String name, Optional<Server> webhook) throws InterruptedException {
    String before = metrics();
    Creates alone = creates(1, webhook);
    String after = metrics();
    Creates together = creates(CLIENTS, webhook);
    double p50 = alone.millis()[alone.millis().length / 2];
    double perSecond = together.millis().length * 1e3 / ROUND.toMillis();
    add(name, "dry-run create, p50", "ms", p50);
    add(name, "dry-run create, p99", "ms", alone.millis()[alone.millis().length * 99 / 100]);
    add(name, "API server's CPU per create", "us", alone.apiMicros());
    if (webhook.isPresent()) {
      add(name, "webhooks' CPU per create", "us", alone.webhookMicros());
      for (Kind kind : Kind.values()) {
        double seconds = sum(after, "_sum", kind) - sum(before, "_sum", kind);
        double calls = sum(after, "_count", kind) - sum(before, "_count", kind);
        add(
            name,
            "mean of " + kind.path + " as the API server sees it",
            "ms",
            seconds / calls * 1e3);
      }
    }
    add(name, "dry-run creates, 8 clients", "/s", perSecond);
    add(name, "API server's CPU per create, 8 clients", "us", together.apiMicros());
    if (webhook.isPresent()) {
      add(name, "webhooks' CPU per create, 8 clients", "us", together.webhookMicros());
    }
    return new Round(p50, perSecond, alone.apiMicros());
  }

  private void add(String name, String what, String unit, double value) {
    samples.add(PART, name, what, unit, value);
  }

  private Creates creates(int clients, Optional<Server> webhook) throws InterruptedException {
    double api = Server.cpuSeconds(this.api.process());
    double server = webhook.map(Server::cpuSeconds).orElse(0.0);
    double[] millis = millis(clients);
    return new Creates(
        millis,
        (Server.cpuSeconds(this.api.process()) - api) * 1e6 / millis.length,
        (webhook.map(Server::cpuSeconds).orElse(0.0) - server) * 1e6 / millis.length);
  }

  /// How long each create took in one round, in milliseconds, sorted.
  private double[] millis(int clients) throws InterruptedException {
    var millis = new ConcurrentLinkedQueue<Double>();
    var failures = new ConcurrentLinkedQueue<String>();
    long end = System.nanoTime() + ROUND.toNanos();
    List<Thread> threads =
        IntStream.range(0, clients)
            .mapToObj(_ -> Thread.ofPlatform().start(() -> createUntil(end, millis, failures)))
            .toList();
    for (Thread thread : threads) {
      thread.join();
    }
    if (!failures.isEmpty() || millis.isEmpty()) {
      throw new IllegalStateException("creates failed: " + failures);
    }
    double[] sorted = millis.stream().mapToDouble(it -> it).toArray();
    Arrays.sort(sorted);
    return sorted;
  }

  private void createUntil(
      long end, ConcurrentLinkedQueue<Double> millis, ConcurrentLinkedQueue<String> failures) {
    try {
      while (System.nanoTime() < end) {
        long start = System.nanoTime();
        ApiResponse response = create();
        millis.add((System.nanoTime() - start) / 1e6);
        if (!response.accepted()) {
          failures.add(response.message());
          return;
        }
      }
    } catch (RuntimeException unanswered) {
      failures.add(unanswered.toString());
    }
  }

  private ApiResponse create() {
    return api.send(
        "POST",
        "/apis/apps/v1/namespaces/" + NAMESPACE + "/deployments?dryRun=All",
        "application/json",
        deployment);
  }
}
