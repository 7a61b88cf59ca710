package dev.gapless.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.kube.ApiResponse;
import dev.gapless.kube.Await;
import dev.gapless.kube.KubeApiServer;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

/// What a create of a Deployment takes in a real API server, as a dry run, with and without two
/// webhooks.
final class Cluster {
  static final String ADDED = "dry-run create, p50 above none";
  static final String KEPT = "dry-run creates, 8 clients, beside none";

  private static final String PART = "cluster";
  private static final String NONE = "none";
  private static final String NAMESPACE = "shop";
  private static final int CLIENTS = 8;
  private static final Duration ROUND = Duration.ofSeconds(3);
  private static final Duration ACTIVE_LIMIT = Duration.ofSeconds(30);
  private static final int WARM_UP = 3_000;
  private static final String API = "/apis/admissionregistration.k8s.io/v1/";
  private static final List<String> KINDS = List.of("Mutating", "Validating");

  private final Samples samples;
  private final Programs programs;
  private final KubeApiServer api;
  private final String deployment;
  private final String unprobed;

  private Cluster(Samples samples, Programs programs, KubeApiServer api) {
    this.samples = samples;
    this.programs = programs;
    this.api = api;
    JsonNode review;
    try {
      review = new JsonMapper().readTree(SampleReview.body());
    } catch (IOException impossible) {
      throw new IllegalStateException("the sample is JSON", impossible);
    }
    this.deployment = author(review.at("/request/object"));
    this.unprobed =
        author(SampleReview.creation(SampleReview.Size.SMALL_2K, false).at("/request/object"));
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

  /// The middles of one round.
  private record Round(double p50, double perSecond) {}

  static void run(Samples samples, Report report, Programs programs)
      throws IOException, InterruptedException {
    if (Optional.ofNullable(System.getenv("KUBEBUILDER_ASSETS")).orElse("").isBlank()) {
      report.leaveOut("cluster: there is no API server (KUBEBUILDER_ASSETS)");
      return;
    }
    try (KubeApiServer api = KubeApiServer.start()) {
      api.createNamespace(NAMESPACE);
      var cluster = new Cluster(samples, programs, api);
      Optional<Server> gapless = programs.start(Server.GAPLESS);
      Optional<Server> go = programs.start(Server.GO);
      try {
        cluster.compare(gapless, go);
      } finally {
        gapless.ifPresent(Server::close);
        go.ifPresent(Server::close);
      }
    }
  }

  private void compare(Optional<Server> gapless, Optional<Server> go)
      throws IOException, InterruptedException {
    for (Optional<Server> server : List.of(gapless, go)) {
      if (server.isPresent()) {
        server.get().awaitFirstAnswer(SampleReview.body());
        try (Load load =
            Load.on(
                server.get(), programs.ca(), HttpVersion.HTTP_2, CLIENTS, SampleReview.body())) {
          load.count(WARM_UP);
        }
      }
    }
    round("none, warming");
    for (int i = 0; i < Bench.REPETITIONS; i++) {
      Round before = round(NONE + " before");
      Optional<Round> ours = with(gapless);
      Optional<Round> theirs = with(go);
      Round after = round(NONE + " after");
      ours.ifPresent(it -> compared(Server.GAPLESS, it, before, after));
      theirs.ifPresent(it -> compared(Server.GO, it, before, after));
    }
  }

  private void compared(String subject, Round round, Round before, Round after) {
    samples.add(PART, subject, ADDED, "ms", round.p50() - (before.p50() + after.p50()) / 2);
    samples.add(
        PART, subject, KEPT, "x", 2 * round.perSecond() / (before.perSecond() + after.perSecond()));
  }

  private Optional<Round> with(Optional<Server> server) throws IOException, InterruptedException {
    if (server.isEmpty()) {
      return Optional.empty();
    }
    for (String kind : KINDS) {
      register(kind, server.get());
    }
    Await.until("both webhooks to be called", ACTIVE_LIMIT, () -> patched() && denied());
    double cpu = server.get().cpuSeconds();
    double[] asked = admission();
    Round round = round(server.get().kind());
    double[] answered = admission();
    double creates = (answered[1] - asked[1]) / KINDS.size();
    String kind = server.get().kind();
    samples.add(
        PART,
        kind,
        "webhooks' CPU per create",
        "us",
        (server.get().cpuSeconds() - cpu) * 1e6 / creates);
    samples.add(
        PART,
        kind,
        "mean of admission_duration_seconds, a webhook",
        "ms",
        (answered[0] - asked[0]) * 1e3 / (answered[1] - asked[1]));
    for (String each : KINDS) {
      api.send("DELETE", path(each) + "/bench", "", "");
    }
    Await.until("no webhook to be called", ACTIVE_LIMIT, () -> !patched() && !denied());
    return Optional.of(round);
  }

  private static String path(String kind) {
    return API + kind.toLowerCase(java.util.Locale.ROOT) + "webhookconfigurations";
  }

  private void register(String kind, Server server) throws IOException {
    String url =
        "https://127.0.0.1:" + server.port() + (kind.equals("Mutating") ? "/mutate" : "/validate");
    ApiResponse response =
        api.send(
            "POST",
            path(kind),
            "application/yaml",
            """
            apiVersion: admissionregistration.k8s.io/v1
            kind: %sWebhookConfiguration
            metadata: {name: bench}
            webhooks:
              - name: bench.gapless.dev
                admissionReviewVersions: [v1]
                clientConfig: {url: "%s", caBundle: %s}
                sideEffects: None
                failurePolicy: Fail
                rules:
                  - {apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}
            """
                .formatted(
                    kind,
                    url,
                    Base64.getEncoder().encodeToString(Files.readAllBytes(programs.ca()))));
    if (!response.accepted()) {
      throw new IllegalStateException("cannot register a webhook: " + response.message());
    }
  }

  private boolean patched() {
    return !create(deployment)
        .body()
        .at("/spec/template/spec/containers/0/lifecycle/preStop")
        .isMissingNode();
  }

  private boolean denied() {
    return !create(unprobed).accepted();
  }

  private ApiResponse create(String object) {
    return api.send(
        "POST",
        "/apis/apps/v1/namespaces/" + NAMESPACE + "/deployments?dryRun=All",
        "application/json",
        object);
  }

  /// The webhooks' seconds and calls, as the API server counts them.
  private double[] admission() {
    String metrics = api.send("GET", "/metrics", "", "").body().asText();
    String name = "apiserver_admission_webhook_admission_duration_seconds";
    return new double[] {sum(metrics, name + "_sum{"), sum(metrics, name + "_count{")};
  }

  private static double sum(String metrics, String prefix) {
    return metrics
        .lines()
        .filter(it -> it.startsWith(prefix) && it.contains("name=\"bench.gapless.dev\""))
        .mapToDouble(it -> Double.parseDouble(it.substring(it.lastIndexOf(' ') + 1)))
        .sum();
  }

  private Round round(String subject) throws InterruptedException {
    double[] alone = creates(1);
    double[] together = creates(CLIENTS);
    double p50 = alone[alone.length / 2];
    double perSecond = together.length / (double) ROUND.toSeconds();
    samples.add(PART, subject, "dry-run create, p50", "ms", p50);
    samples.add(PART, subject, "dry-run create, p99", "ms", alone[alone.length * 99 / 100]);
    samples.add(PART, subject, "dry-run creates, 8 clients", "/s", perSecond);
    return new Round(p50, perSecond);
  }

  /// How long each create took in one round, in milliseconds, sorted.
  private double[] creates(int clients) throws InterruptedException {
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
        ApiResponse response = create(deployment);
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
}
