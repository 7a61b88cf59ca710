package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.kube.ApiResponse;
import dev.gapless.kube.Await;
import dev.gapless.kube.KubeApiServer;
import dev.gapless.kube.NeedsApiServer;
import dev.gapless.rules.Catalog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// The packaged `scan` and a real API server with 2,000 workloads.
@NeedsApiServer
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ScanIT {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Path JAR = Path.of("target", "quarkus-app", "quarkus-run.jar");
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final int WORKLOADS = 2_000;
  private static final int WRITERS = 8;
  private static final List<String> NAMESPACES = List.of("scan-a", "scan-b", "scan-c", "scan-d");

  /// What no rule looks at: 64 MB in all, as much as the scan's whole heap.
  private static final String PADDING = "x".repeat(32 * 1024);

  private static final String HEAP = "-Xmx64m";

  /// The heap, and what a JVM with a TLS client needs besides.
  private static final long MAX_RESIDENT_KB = 320L * 1024;

  private final KubeApiServer server;

  @TempDir private Path directory;

  ScanIT(KubeApiServer server) {
    this.server = server;
  }

  /// A finished process.
  private record Run(int exitCode, String out, String err, long maxResidentKb) {
    JsonNode json() {
      try {
        return JSON.readTree(out);
      } catch (JsonProcessingException e) {
        throw new AssertionError(err, e);
      }
    }
  }

  @BeforeAll
  void fill() throws InterruptedException, ExecutionException {
    for (String namespace : NAMESPACES) {
      created("/api/v1/namespaces", namespace(namespace));
      created("/api/v1/namespaces/" + namespace + "/services", service(namespace));
    }
    try (var writers = Executors.newFixedThreadPool(WRITERS)) {
      var written = new ArrayList<Future<?>>();
      for (int i = 0; i < WORKLOADS; i++) {
        ObjectNode workload = workload(i, PADDING);
        written.add(writers.submit(() -> created(path(workload), workload)));
      }
      for (Future<?> one : written) {
        one.get();
      }
    }
  }

  // Other tests of this run ask the same API server.
  @AfterAll
  void empty() {
    for (String namespace : NAMESPACES) {
      for (String plural : List.of("deployments", "statefulsets", "daemonsets")) {
        String path = "/apis/apps/v1/namespaces/" + namespace + "/" + plural;
        ApiResponse response = server.send("DELETE", path, "", "");
        assertTrue(response.accepted(), response::message);
      }
    }
  }

  private void created(String path, JsonNode object) {
    ApiResponse response = server.send("POST", path, "application/json", object.toString());
    assertTrue(response.accepted() || response.status() == 409, response::message);
  }

  private static String path(JsonNode workload) {
    return "/apis/apps/v1/namespaces/"
        + workload.at("/metadata/namespace").asText()
        + "/"
        + workload.path("kind").asText().toLowerCase(Locale.ROOT)
        + "s";
  }

  private static ObjectNode namespace(String name) {
    ObjectNode namespace = JSON.createObjectNode().put("apiVersion", "v1").put("kind", "Namespace");
    ObjectNode metadata = namespace.putObject("metadata").put("name", name);
    metadata.putObject("labels").put("team", name.substring(name.length() - 1));
    if (name.equals("scan-d")) {
      metadata.putObject("annotations").put("exempt.gapless.dev/recreate-strategy", "a test");
    }
    return namespace;
  }

  private static ObjectNode service(String namespace) {
    ObjectNode service = JSON.createObjectNode().put("apiVersion", "v1").put("kind", "Service");
    service.putObject("metadata").put("name", "portless").put("namespace", namespace);
    ObjectNode spec = service.putObject("spec");
    spec.putObject("selector").put("served", "yes");
    spec.putArray("ports").addObject().put("port", 80);
    return service;
  }

  /// Every seventh of another kind, and faults in all combinations.
  private static ObjectNode workload(int i, String padding) {
    String kind = i % 7 == 0 ? "StatefulSet" : i % 7 == 1 ? "DaemonSet" : "Deployment";
    String name = "w-%04d".formatted(i);
    ObjectNode workload = JSON.createObjectNode().put("apiVersion", "apps/v1").put("kind", kind);
    ObjectNode metadata =
        workload
            .putObject("metadata")
            .put("name", name)
            .put("namespace", NAMESPACES.get(i % NAMESPACES.size()));
    metadata.putObject("labels").put("shard", "s" + i % 10);
    ObjectNode spec = workload.putObject("spec");
    spec.putObject("selector").putObject("matchLabels").put("app", name);
    if (kind.equals("StatefulSet")) {
      spec.put("serviceName", name);
    }
    if (kind.equals("Deployment")) {
      // Never 1: of a stored object nobody knows whether its author wrote the default.
      spec.put("replicas", i % 13 * 2);
      if (i % 11 == 0) {
        spec.putObject("strategy").put("type", "Recreate");
      } else if (i % 5 == 0) {
        spec.putObject("strategy").putObject("rollingUpdate").put("maxUnavailable", 1);
      }
    }
    ObjectNode template = spec.putObject("template");
    ObjectNode labels = template.putObject("metadata").putObject("labels").put("app", name);
    if (i % 6 == 0) {
      labels.put("served", "yes");
    }
    ObjectNode pod = template.putObject("spec");
    if (i % 9 == 0) {
      pod.put("terminationGracePeriodSeconds", 5);
    }
    ObjectNode container = pod.putArray("containers").addObject();
    container.put("name", "main").put("image", "registry.example/main:1");
    if (!padding.isEmpty()) {
      container.putArray("env").addObject().put("name", "PADDING").put("value", padding);
    }
    if (i % 3 > 0) {
      container.putArray("ports").addObject().put("containerPort", 8080).put("name", "http");
    }
    if (i % 4 > 0) {
      container
          .putObject("readinessProbe")
          .putObject("httpGet")
          .put("path", "/")
          .put("port", i % 8 == 1 ? "https" : "http");
    }
    if (i % 10 == 0) {
      container.putObject("lifecycle").putObject("preStop").putObject("sleep").put("seconds", 3);
    }
    return workload;
  }

  @Test
  void findsInASmallHeapWhatCheckFindsInTheManifests() throws IOException {
    Path policy = enforcing();
    Run scan = scan("-A", "-o", "json", "--policy", policy.toString());
    assertEquals(1, scan.exitCode(), scan.err());
    assertTrue(
        scan.maxResidentKb() < MAX_RESIDENT_KB,
        scan.maxResidentKb() + " KB were resident, of " + MAX_RESIDENT_KB);
    Path manifests = Files.createDirectories(directory.resolve("manifests"));
    for (String namespace : NAMESPACES) {
      Files.writeString(manifests.resolve(namespace + "-ns.json"), namespace(namespace).toString());
      Files.writeString(manifests.resolve(namespace + "-svc.json"), service(namespace).toString());
    }
    for (int i = 0; i < WORKLOADS; i++) {
      Files.writeString(manifests.resolve(i + ".json"), workload(i, "").toString());
    }
    Invocation check =
        Invocation.of(
            Path.of(""),
            Catalog.RULES,
            "",
            Map.of(),
            false,
            "check",
            "-o",
            "json",
            "--policy",
            policy.toString(),
            "--kubernetes-version",
            server.version(),
            manifests.toString());
    assertEquals(1, check.exitCode(), check.err());
    Set<String> expected = findings(JSON.readTree(check.out()));
    assertTrue(expected.size() > WORKLOADS, "only " + expected.size() + " findings");
    assertEquals(expected, findings(scan.json()));
    assertTrue(scan.json().at("/summary/judged").asInt() >= WORKLOADS);
    assertEquals(
        scan.json().at("/summary/denied").asInt(),
        stream(scan.json().path("namespaces")).mapToInt(it -> it.path("denied").asInt()).sum());
  }

  @Test
  void looksAtWhatItIsAskedFor() {
    Run selected = scan("-A", "-l", "shard in (s3)", "-o", "json");
    assertEquals(WORKLOADS / 10, selected.json().at("/summary/judged").asInt(), selected.err());
    Run one = scan("-n", "scan-b", "-o", "json");
    // And the Service.
    assertEquals(WORKLOADS / 4 + 1, one.json().at("/summary/judged").asInt(), one.err());
    assertTrue(
        stream(one.json().path("findings"))
            .allMatch(it -> it.path("file").asText().startsWith("scan-b/")));
    JsonNode first = one.json().at("/findings/0");
    assertFalse(first.has("line"), first::toString);
    Run text = scan("-n", "scan-b", "-l", "shard=s1", "--fail-on", "any");
    assertEquals(1, text.exitCode());
    assertTrue(
        text.out()
            .lines()
            .anyMatch(it -> it.matches("scan-b/Deployment/w-\\d{4}: spec\\..*]( .*)?")),
        text.out());
    assertTrue(text.out().lines().anyMatch(it -> it.matches("NAMESPACE +RULE +DENIED .*")));
    assertEquals(2, scan("-n", "scan-nowhere").exitCode());
  }

  @Test
  void judgesByThePoliciesOfTheCluster() {
    server
        .kubectl("delete", "--ignore-not-found", "crd", "rolloutpolicies.gapless.dev")
        .succeeded();
    Run without = scan("-n", "scan-a", "-l", "shard=s2", "-o", "json");
    assertTrue(without.err().contains("judged by the built-in policy"), without.err());
    assertTrue(without.json().at("/summary/denied").asInt() > 0);
    server
        .kubectlWith(
            """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: rolloutpolicies.gapless.dev}
            spec:
              group: gapless.dev
              names: {kind: RolloutPolicy, plural: rolloutpolicies, singular: rolloutpolicy, shortNames: [rop]}
              scope: Cluster
              versions:
                - name: v1alpha1
                  served: true
                  storage: true
                  schema:
                    openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
            """,
            "apply",
            "-f",
            "-")
        .succeeded();
    try {
      Await.until(
          "the policies to be served",
          LIMIT,
          () ->
              server.send("GET", "/apis/gapless.dev/v1alpha1/rolloutpolicies", "", "").accepted());
      policy("scanned", "{mode: Warn, match: {namespaceSelector: {matchLabels: {team: a}}}}");
      Run warned = scan("-A", "-l", "shard=s2", "-o", "json");
      assertEquals(0, warned.exitCode(), warned.err());
      assertTrue(warned.json().at("/summary/warned").asInt() > 0);
      assertTrue(
          stream(warned.json().path("findings"))
              .filter(it -> !it.path("consequence").asText().equals("recorded"))
              .allMatch(it -> it.path("file").asText().startsWith("scan-a/")));
      policy("mistaken", "{mode: Loud}");
      Run mistaken = scan("-n", "scan-a", "-l", "shard=s2");
      assertEquals(2, mistaken.exitCode());
      assertTrue(mistaken.err().contains("RolloutPolicy/mistaken: spec.mode: "), mistaken.err());
    } finally {
      server.kubectl("delete", "crd", "rolloutpolicies.gapless.dev").succeeded();
    }
  }

  private void policy(String name, String spec) {
    server
        .kubectlWith(
            "{apiVersion: gapless.dev/v1alpha1, kind: RolloutPolicy, metadata: {name: %s}, spec: %s}"
                .formatted(name, spec),
            "apply",
            "-f",
            "-")
        .succeeded();
  }

  @Test
  void comparesWithAnEarlierScan() throws IOException {
    server.createNamespace("scan-compared");
    String policy = enforcing().toString();
    String saved = directory.resolve("saved.json").toString();
    ObjectNode stays = faulty("stays");
    ObjectNode goes = faulty("goes");
    created(path(stays), stays);
    created(path(goes), goes);
    Run first = scan("-n", "scan-compared", "--policy", policy, "--save", saved);
    assertEquals(1, first.exitCode(), first.err());
    Run same = scan("-n", "scan-compared", "--policy", policy, "--against", saved, "-q");
    assertEquals(0, same.exitCode(), same.err());
    assertEquals("", same.out());
    server.kubectl("delete", "statefulset", "-n", "scan-compared", "goes").succeeded();
    ObjectNode comes = faulty("comes");
    created(path(comes), comes);
    Run later = scan("-n", "scan-compared", "--policy", policy, "--against", saved);
    assertEquals(1, later.exitCode(), later.err());
    List<String> lines = later.out().lines().toList();
    assertTrue(lines.getFirst().startsWith("scan-compared/StatefulSet/comes: "), later.out());
    assertTrue(
        lines.stream().anyMatch(it -> it.startsWith("gone: scan-compared/StatefulSet/goes: ")),
        later.out());
    assertTrue(lines.stream().noneMatch(it -> it.startsWith("scan-compared/StatefulSet/stays")));
    assertTrue(
        lines.stream()
            .anyMatch(it ->
                it.matches("compared with the saved scan: (\\d) new, \\1 gone, \\1 the same")),
        later.out());
  }

  private static ObjectNode faulty(String name) {
    ObjectNode workload = workload(4 * 7, "");
    ((ObjectNode) workload.path("metadata")).put("name", name).put("namespace", "scan-compared");
    return workload;
  }

  @Test
  void judgesArgoRolloutsWhereTheyAreServed() {
    server.defineRollouts();
    server.createNamespace("scan-rollouts");
    for (String spec :
        List.of(
            "{replicas: 3, template: {spec: {containers: [{name: main, image: a, ports:"
                + " [{containerPort: 80}]}]}}}",
            "{workloadRef: {apiVersion: apps/v1, kind: Deployment, name: web}}")) {
      server
          .kubectlWith(
              "{apiVersion: argoproj.io/v1alpha1, kind: Rollout, metadata: {name: %s, namespace: scan-rollouts}, spec: %s}"
                  .formatted(spec.startsWith("{workloadRef") ? "split" : "own", spec),
              "apply",
              "-f",
              "-")
          .succeeded();
    }
    Run scan = scan("-n", "scan-rollouts", "-o", "json", "--namespace-labels", "team=a");
    assertEquals(1, scan.json().at("/summary/judged").asInt(), scan.err());
    assertTrue(
        stream(scan.json().path("findings"))
            .anyMatch(it ->
                it.path("file").asText().equals("scan-rollouts/Rollout/own")
                    && it.path("rule").asText().equals("readiness-probe-missing")),
        scan.out());
    assertEquals("template-elsewhere", scan.json().at("/skipped/0/reason").asText());
    assertEquals("scan-rollouts/Rollout/split", scan.json().at("/skipped/0/file").asText());
  }

  @Test
  void saysWhatItMayNotReadAndGoesOn() throws IOException {
    server
        .kubectlWith(
            """
            apiVersion: v1
            kind: ServiceAccount
            metadata: {name: reader, namespace: scan-a}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: reader, namespace: scan-a}
            rules:
              - {apiGroups: [apps], resources: [deployments, daemonsets], verbs: [list]}
              - {apiGroups: [argoproj.io], resources: [rollouts], verbs: [list]}
              - {apiGroups: [""], resources: [services], verbs: [list]}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: reader, namespace: scan-a}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
            subjects: [{kind: ServiceAccount, name: reader, namespace: scan-a}]
            """,
            "apply",
            "-f",
            "-")
        .succeeded();
    String token =
        server.kubectl("create", "token", "reader", "-n", "scan-a").succeeded().stdout().strip();
    Path kubeconfig = kubeconfig("reader", "token: [^}]+", "token: " + token);
    String policy = enforcing().toString();
    String saved = directory.resolve("unsaved.json").toString();
    Run scan = scan(kubeconfig, "-n", "scan-a", "--policy", policy, "--save", saved, "-o", "json");
    assertEquals(2, scan.exitCode());
    long deployments =
        stream(scan.json().path("findings"))
            .filter(it -> it.at("/object/kind").asText().equals("Deployment"))
            .count();
    assertTrue(deployments > 0, scan.err());
    List<String> said = scan.err().lines().toList();
    assertTrue(
        said.get(0)
            .startsWith(
                "ingresses, persistentvolumeclaims, nodes, resourcequotas cannot be read, and rules"
                    + " go without: "),
        scan.err());
    assertTrue(said.get(1).startsWith("scan-a/namespaces: cannot be read: "), scan.err());
    assertTrue(said.get(2).startsWith("scan-a/statefulsets: cannot be read: "), scan.err());
    assertTrue(
        said.get(3).startsWith("scan-a/horizontalpodautoscalers: cannot be read: "), scan.err());
    assertTrue(said.get(4).startsWith("scan-a/poddisruptionbudgets: cannot be read: "), scan.err());
    assertTrue(said.get(5).endsWith("not written, for the scan is incomplete"), scan.err());
    assertEquals(6, said.size(), scan.err());
    assertFalse(Files.exists(Path.of(saved)));
    Run policies = scan(kubeconfig, "-n", "scan-a");
    assertTrue(policies.err().contains("name a file with --policy to do without"), policies.err());
  }

  @Test
  void saysWhatIsWrongWithTheWayToTheCluster() throws IOException {
    Run context = scan("--context", "elsewhere");
    assertEquals(2, context.exitCode());
    assertTrue(context.err().contains("has no context \"elsewhere\""), context.err());
    Run missing = scan(directory.resolve("nothing"));
    assertEquals(2, missing.exitCode());
    assertTrue(missing.err().contains("does not exist"), missing.err());
    Run away = scan(kubeconfig("away", "https://[^\"]+", "https://127.0.0.1:1"));
    assertEquals(2, away.exitCode());
    assertEquals(1, away.err().lines().count(), away.err());
    assertTrue(
        away.err().startsWith("cannot ask the API server https://127.0.0.1:1: "), away.err());
    Run stranger = scan(kubeconfig("stranger", "token: [^}]+", "token: nobody"));
    assertEquals(2, stranger.exitCode());
    assertTrue(stranger.err().contains("Unauthorized"), stranger.err());
  }

  private Path kubeconfig(String name, String pattern, String replacement) throws IOException {
    return Files.writeString(
        directory.resolve(name),
        Files.readString(server.kubeconfig()).replaceFirst(pattern, replacement));
  }

  private Path enforcing() throws IOException {
    return Files.writeString(
        directory.resolve("policy.yaml"),
        """
        apiVersion: gapless.dev/v1alpha1
        kind: RolloutPolicy
        metadata: {name: enforcing}
        spec: {mode: Enforce}
        """);
  }

  /// What was found in the namespaces of this test, whatever others left in the cluster.
  private static Set<String> findings(JsonNode report) {
    var findings = new TreeSet<String>();
    for (JsonNode finding : report.path("findings")) {
      JsonNode object = finding.path("object");
      // That there is no budget is known of the cluster only: among the manifests there might be.
      if (NAMESPACES.contains(object.path("namespace").asText())
          && !finding.path("rule").asText().equals("disruption-budget-missing")) {
        findings.add(
            object.path("namespace").asText()
                + "/"
                + object.path("kind").asText()
                + "/"
                + object.path("name").asText()
                + " "
                + finding.path("path").asText()
                + ": "
                + finding.path("message").asText()
                + " "
                + finding.path("consequence").asText());
      }
    }
    return findings;
  }

  private static Stream<JsonNode> stream(JsonNode list) {
    return ((ArrayNode) list).valueStream();
  }

  private Run scan(String... arguments) {
    return scan(server.kubeconfig(), arguments);
  }

  private Run scan(Path kubeconfig, String... arguments) {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-jar",
                JAR.toString(),
                "scan",
                "--kubeconfig",
                kubeconfig.toString()));
    command.addAll(List.of(arguments));
    try {
      Path out = Files.createTempFile(directory, "scan", ".out");
      Path err = Files.createTempFile(directory, "scan", ".err");
      Process process =
          new ProcessBuilder(command)
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      long most = 0;
      long end = System.nanoTime() + LIMIT.toNanos();
      while (!process.waitFor(50, TimeUnit.MILLISECONDS)) {
        most = Math.max(most, maxResidentKb(process.pid()).orElse(0L));
        if (System.nanoTime() > end) {
          process.destroyForcibly();
          throw new IllegalStateException("scan still ran after " + LIMIT);
        }
      }
      return new Run(process.exitValue(), Files.readString(out), Files.readString(err), most);
    } catch (IOException e) {
      throw new AssertionError("cannot run scan", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /// The most memory that a process has held so far, as Linux tells it; empty when it has ended.
  private static Optional<Long> maxResidentKb(long pid) {
    try (Stream<String> status = Files.lines(Path.of("/proc/" + pid + "/status"))) {
      return status
          .filter(it -> it.startsWith("VmHWM:"))
          .map(it -> Long.valueOf(it.replaceAll("\\D", "")))
          .findFirst();
    } catch (IOException | UncheckedIOException _) {
      return Optional.empty();
    }
  }
}
