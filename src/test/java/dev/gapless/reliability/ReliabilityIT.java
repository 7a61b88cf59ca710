package dev.gapless.reliability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gapless.kube.ApiResponse;
import dev.gapless.kube.Await;
import dev.gapless.kube.KubeApiServer;
import dev.gapless.kube.NeedsApiServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What becomes of admissions while Gapless is restarted, killed or cut off: each scenario counts
/// creates that a real API server sends through two replicas.
///
/// `gapless.reliability.creates` and `gapless.reliability.cut-seconds` make it longer; see `make
/// reliability`.
@NeedsApiServer
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReliabilityIT {
  private static final int CREATES = Integer.getInteger("gapless.reliability.creates", 200);
  private static final int CUT_SECONDS = Integer.getInteger("gapless.reliability.cut-seconds", 3);

  private static final String HTTP_1 = "reliability-http1";
  private static final String HTTP_2 = "reliability-http2";
  private static final String IGNORING = "reliability-ignoring";
  private static final String ROTATING = "reliability-rotating";
  private static final Duration ROTATION_LIMIT = Duration.ofMinutes(2);
  private static final int WIDTH = 16;
  private static final int PRE_STOP_CREATES = 2 * Creates.RATE;
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private static final String POLICY =
      """
      apiVersion: gapless.dev/v1alpha1
      kind: RolloutPolicy
      metadata: {name: reliability}
      spec: {mode: Enforce}
      """;

  private final KubeApiServer server;
  private final List<String> table = new ArrayList<>();
  private final Path folder;
  private final List<String> inCluster;
  private final Forwarder apiServer;
  private final GivenCertificate certificate;
  private final Service service;

  ReliabilityIT(KubeApiServer server) throws IOException {
    this.server = server;
    this.folder = Files.createDirectory(server.folder().resolve("reliability"));
    String kubeconfig = Files.readString(server.kubeconfig());
    Matcher address = Pattern.compile("(https://127\\.0\\.0\\.1:)(\\d+)").matcher(kubeconfig);
    assertTrue(address.find(), kubeconfig);
    int port = Integer.parseInt(address.group(2));
    this.apiServer = Forwarder.to(() -> OptionalInt.of(port));
    Path reach = folder.resolve("kubeconfig");
    Files.writeString(reach, address.replaceFirst("$1" + apiServer.port()));
    Path policy = folder.resolve("policy.yaml");
    Files.writeString(policy, POLICY);
    this.inCluster = List.of("--kubeconfig=" + reach, "--policy=" + policy);
    this.certificate = GivenCertificate.in(folder);
    var options = new ArrayList<>(inCluster);
    options.addAll(
        List.of("--certificate=" + certificate.certificate(), "--key=" + certificate.key()));
    this.service = new Service(folder, options);
  }

  @BeforeAll
  void register() {
    service.complete();
    register(HTTP_1, service.http1Url(), "Fail", Optional.of(certificate.caBundle()));
    register(HTTP_2, service.http2Url(), "Fail", Optional.of(certificate.caBundle()));
    register(IGNORING, service.http1Url(), "Ignore", Optional.of(certificate.caBundle()));
    List.of(HTTP_1, HTTP_2, IGNORING).forEach(this::awaitPatched);
  }

  private void register(
      String namespace, String url, String failurePolicy, Optional<String> caBundle) {
    server.createNamespace(namespace);
    for (String webhook : List.of("mutating", "validating")) {
      String path = webhook.equals("mutating") ? "/mutate" : "/validate";
      ApiResponse response =
          server.send(
              "POST",
              "/apis/admissionregistration.k8s.io/v1/" + webhook + "webhookconfigurations",
              "application/json",
              """
              {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "%s",
               "metadata": {"name": "%s"},
               "webhooks": [{
                 "name": "%s.gapless.dev",
                 "admissionReviewVersions": ["v1"],
                 "sideEffects": "None",
                 "timeoutSeconds": 5,
                 "failurePolicy": "%s",
                 "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "%s"}},
                 "rules": [{"apiGroups": ["apps"], "apiVersions": ["v1"],
                            "operations": ["CREATE"], "resources": ["deployments"]}],
                 "clientConfig": {"url": "%s%s"%s}}]}
              """
                  .formatted(
                      webhook.equals("mutating")
                          ? "MutatingWebhookConfiguration"
                          : "ValidatingWebhookConfiguration",
                      namespace,
                      webhook,
                      failurePolicy,
                      namespace,
                      url,
                      path,
                      caBundle.map(it -> ", \"caBundle\": \"" + it + "\"").orElse("")));
      assertTrue(response.accepted(), response::message);
    }
  }

  // The API server learns of a configuration in its own time.
  private void awaitPatched(String namespace) {
    var last = new AtomicReference<>(Creates.one(server, namespace));
    Await.until(
        () -> "creates in " + namespace + " to be patched: " + last.get(),
        LIMIT,
        () -> {
          last.set(Creates.one(server, namespace));
          return last.get().lossless();
        });
  }

  private void startWhatIsMissing() throws InterruptedException {
    service.complete();
    for (String namespace : List.of(HTTP_1, HTTP_2)) {
      Creates.burst(server, namespace, WIDTH);
    }
  }

  @Test
  void aRollingRestartLosesNothing() throws InterruptedException {
    startWhatIsMissing();
    try (Creates http1 = Creates.steadily(server, HTTP_1);
        Creates http2 = Creates.steadily(server, HTTP_2)) {
      List<GaplessProcess> old = service.replicas();
      for (int i = 0; i < old.size(); i++) {
        service.add();
        GaplessProcess leaving = old.get(i);
        // The first as the kubelet ends it, after the preStop sleep; the next without one, which
        // leaves all to the server's own delay.
        if (i == 0) {
          service.delete(leaving);
          http1.untilSentMore(PRE_STOP_CREATES);
        }
        leaving.terminate();
        assertEquals(0, leaving.awaitEnd(), leaving::log);
        service.remove(leaving);
      }
      http1.untilSent(CREATES);
      http2.untilSent(CREATES);
      Tally overHttp1 = record("(a) rolling restart, HTTP/1.1", http1.stop());
      Tally overHttp2 = record("(a) rolling restart, HTTP/2", http2.stop());
      assertNothingLost(overHttp1);
      assertNothingLost(overHttp2);
    }
    assertEquals(0, service.overHttp1().offeringHttp2(), "HTTP/1.1 was to be spoken");
    assertEquals(
        service.overHttp2().connections(), service.overHttp2().offeringHttp2(), "all over HTTP/2");
  }

  /// The leader is a replica that gets no requests, so that its death costs none by itself.
  @Test
  void rotationsLoseNothingEvenWhenTheLeaderDiesInOne() throws IOException {
    Path own = Files.createDirectory(folder.resolve("rotation"));
    var options = new ArrayList<>(inCluster);
    options.addAll(
        List.of(
            "--self-managed-certificate",
            "--namespace=" + ROTATING,
            "--mutating-webhook-configuration=" + ROTATING,
            "--validating-webhook-configuration=" + ROTATING,
            "-Dgapless.self-managed.names=0.0.0.0",
            "-Dgapless.self-managed.life=36s",
            "-Dgapless.self-managed.settle=3s",
            "-Dgapless.self-managed.interval=1s",
            "-Dgapless.self-managed.lease-duration=4s"));
    try (var rotating = new Service(own, options)) {
      register(ROTATING, rotating.http1Url(), "Fail", Optional.empty());
      try (GaplessProcess leader = GaplessProcess.start("leader", own, options)) {
        leader.ready();
        awaitLine(leader, "is kept by this replica", 0);
        rotating.complete();
        awaitPatched(ROTATING);

        try (Creates creates = Creates.steadily(server, ROTATING)) {
          awaitRotation(rotating);
          creates.untilSent(CREATES);
          assertNothingLost(record("(b) rotation of CA and certificate", creates.stop()));
        }
        try (Creates creates = Creates.steadily(server, ROTATING)) {
          awaitLine(leader, "certificate issued", lines(leader, "certificate issued"));
          leader.kill();
          assertEquals(137, leader.awaitEnd());
          awaitRotation(rotating);
          creates.untilSent(CREATES);
          assertNothingLost(record("(f) leader dies in a rotation", creates.stop()));
        }
      }
    } finally {
      server.kubectl(
          "delete", "mutatingwebhookconfiguration,validatingwebhookconfiguration", ROTATING);
    }
  }

  private static void awaitRotation(Service rotating) {
    List<GaplessProcess> replicas = rotating.replicas();
    List<Long> before = replicas.stream().map(it -> lines(it, "certificate switched")).toList();
    for (int i = 0; i < replicas.size(); i++) {
      awaitLine(replicas.get(i), "certificate switched", before.get(i));
    }
  }

  private static void awaitLine(GaplessProcess process, String text, long before) {
    Await.until(
        () -> process.name() + " to say \"" + text + "\":\n" + process.log(),
        ROTATION_LIMIT,
        () -> lines(process, text) > before);
  }

  private static long lines(GaplessProcess process, String text) {
    return process.log().lines().filter(it -> it.contains(text)).count();
  }

  @Test
  void aKilledReplicaLosesAtMostWhatWasInFlight() throws InterruptedException {
    startWhatIsMissing();
    try (Creates creates = Creates.steadily(server, HTTP_1)) {
      creates.untilSent(CREATES / 2);
      GaplessProcess killed = service.replicas().getFirst();
      int before = creates.answered();
      killed.kill();
      assertEquals(137, killed.awaitEnd());
      // Sent before its connections had ended, not answered before it was killed.
      int inFlight = creates.sent() - before;
      creates.untilSent(CREATES);
      Tally tally = record("(c) kill -9 of one replica, HTTP/1.1", creates.stop());
      assertTrue(
          tally.failed() <= inFlight,
          tally.failed() + " lost, at most " + inFlight + " in flight: " + tally.complaints());
      assertEquals(0, tally.unpatched());
    }
  }

  @Test
  void withoutTheApiServerAdmissionGoesOn() throws InterruptedException {
    startWhatIsMissing();
    try (Creates creates = Creates.steadily(server, HTTP_1)) {
      creates.untilSentMore(Creates.RATE);
      apiServer.cut();
      try {
        creates.untilSentMore(CUT_SECONDS * Creates.RATE).untilSent(CREATES);
        assertTrue(service.replicas().stream().allMatch(GaplessProcess::isReady));
      } finally {
        apiServer.mend();
      }
      assertNothingLost(
          record("(d) API server out of reach for %d s".formatted(CUT_SECONDS), creates.stop()));
    }
  }

  @Test
  void withoutAnyReplicaNothingIsBlockedWhereFailuresAreIgnored() throws InterruptedException {
    startWhatIsMissing();
    try (Creates creates = Creates.steadily(server, IGNORING)) {
      creates.untilSentMore(Creates.RATE);
      service.replicas().forEach(GaplessProcess::kill);
      service.replicas().forEach(GaplessProcess::awaitEnd);
      creates.untilSent(CREATES);
      Tally tally = record("(e) all replicas down, failurePolicy Ignore", creates.stop());
      assertEquals(0, tally.failed(), () -> tally.complaints().toString());
      assertTrue(tally.unpatched() > 0, "somebody still answered");
    }
  }

  private static void assertNothingLost(Tally tally) {
    assertEquals(0, tally.failed(), () -> tally.complaints().toString());
    assertEquals(0, tally.unpatched());
  }

  private Tally record(String scenario, Tally tally) {
    table.add(
        String.format(
            Locale.ROOT,
            "| %-45s | %6d | %6d | %9d | %8.1f | %8.1f |",
            scenario,
            tally.sent(),
            tally.failed(),
            tally.unpatched(),
            tally.percentile(0.5),
            tally.percentile(0.99)));
    return tally;
  }

  @AfterAll
  void printTable() {
    service.close();
    apiServer.close();
    System.out.println();
    System.out.printf(
        "| %-45s | %6s | %6s | %9s | %8s | %8s |%n",
        "scenario", "sent", "failed", "unpatched", "p50 (ms)", "p99 (ms)");
    System.out.println("|---|---:|---:|---:|---:|---:|");
    table.stream().sorted().forEach(System.out::println);
    System.out.println();
  }
}
