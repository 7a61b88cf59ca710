package dev.gapless.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.engine.Namespace;
import dev.gapless.kube.Await;
import dev.gapless.kube.KubeApiServer;
import dev.gapless.kube.NeedsApiServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What is known of a real API server: when it tells, keeps silent, is away and comes back.
@NeedsApiServer
class ClusterIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration RETRY = Duration.ofMillis(200);
  private static final String CRD = "deploy/kubernetes/crd.yaml";
  private static final String NAMESPACE = "cluster-it";

  private final KubeApiServer server;

  ClusterIT(KubeApiServer server) {
    this.server = server;
  }

  /// A replica, as far as it knows the cluster.
  private static final class Replica implements AutoCloseable {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Cluster cluster;

    Replica(Path kubeconfig, String release) {
      ClusterConfig config = new GivenConfig(Optional.of(kubeconfig));
      cluster =
          new Cluster(new ApiServerRelease(config), config, new ClusterMeters(registry), release);
      cluster.watchPolicies();
    }

    double gauge(String name, String... labels) {
      return registry.get(name).tags(labels).gauge().value();
    }

    double count(String result) {
      return registry.find("gapless.policy.status.writes").tag("result", result).counters().stream()
          .mapToDouble(it -> it.count())
          .sum();
    }

    @Override
    public void close() {
      cluster.stop(new ShutdownEvent());
    }
  }

  private record GivenConfig(Optional<Path> kubeconfig) implements ClusterConfig {
    @Override
    public Optional<String> version() {
      return Optional.of("1.34");
    }

    @Override
    public Optional<String> context() {
      return Optional.empty();
    }

    @Override
    public Duration retryInterval() {
      return RETRY;
    }
  }

  private Replica replica() {
    return replica("1.0.0");
  }

  private Replica replica(String release) {
    return new Replica(server.kubeconfig(), release);
  }

  @BeforeEach
  void makeNamespace() {
    server.createNamespace(NAMESPACE);
  }

  @AfterEach
  void leaveNothing() {
    server.kubectl("delete", "--ignore-not-found", "--filename=" + absolute(CRD)).succeeded();
    // No controller empties it.
    server.kubectl("delete", "namespace", NAMESPACE, "--wait=false").succeeded();
    server.send(
        "PUT",
        "/api/v1/namespaces/" + NAMESPACE + "/finalize",
        "application/json",
        "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"%s\"},\"spec\":{\"finalizers\":[]}}"
            .formatted(NAMESPACE));
    Await.until(
        "the namespace to go",
        LIMIT,
        () -> server.send("GET", "/api/v1/namespaces/" + NAMESPACE, "", "").status() == 404);
  }

  private static String absolute(String path) {
    return Path.of(path).toAbsolutePath().toString();
  }

  private void installCrd() {
    server.kubectl("apply", "--filename=" + absolute(CRD)).succeeded();
    server
        .kubectl(
            "wait",
            "--for=condition=Established",
            "customresourcedefinition/rolloutpolicies.gapless.dev")
        .succeeded();
  }

  private void apply(String manifest) {
    server.kubectlWith(manifest, "apply", "--filename=-").succeeded();
  }

  private void applyPolicy(String name, String spec) {
    apply(
        "{apiVersion: gapless.dev/v1alpha1, kind: RolloutPolicy, metadata: {name: %s}, spec: {%s}}"
            .formatted(name, spec));
  }

  private JsonNode status(String name) {
    return server
        .send("GET", WatchedResource.POLICIES.path() + "/" + name, "", "")
        .body()
        .path("status");
  }

  private String reason(String name, String type) {
    for (JsonNode condition : status(name).path("conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition.path("reason").asText();
      }
    }
    return "";
  }

  // Where Argo Rollouts is not installed no object of its kind can be missing.
  private static void awaitInStep(Replica replica, WatchedResource resource) {
    boolean argo = resource.group().equals("argoproj.io");
    Await.until(
        () -> resource.plural() + " to be in step, they are " + replica.cluster.states(),
        LIMIT,
        () -> {
          String state = replica.cluster.states().get(resource.plural());
          return CacheState.IN_STEP.label().equals(state)
              || (argo && CacheState.NOT_INSTALLED.label().equals(state));
        });
  }

  private static void awaitState(Replica replica, WatchedResource resource, CacheState state) {
    Await.until(
        () -> resource.plural() + " to be " + state + ", they are " + replica.cluster.states(),
        LIMIT,
        () -> state.label().equals(replica.cluster.states().get(resource.plural())));
  }

  @Test
  void withoutTheResourceItIsReadyAndTakesPoliciesWhenItComes() {
    try (var replica = replica()) {
      awaitState(replica, WatchedResource.POLICIES, CacheState.NOT_INSTALLED);
      Await.until("an answer", LIMIT, replica.cluster::answered);

      installCrd();
      applyPolicy("all", "mode: Enforce");
      Await.until(
          "the policy to be in force",
          LIMIT,
          () -> replica.gauge("gapless.policies", "state", "accepted") == 1);
      assertEquals(1, replica.gauge("gapless.policy.generation"));
      Await.until("the status", LIMIT, () -> reason("all", "Ready").equals("InForce"));

      server.kubectl("delete", "--filename=" + absolute(CRD)).succeeded();
      Await.until(
          "no policy to be in force",
          LIMIT,
          () -> replica.gauge("gapless.policies", "state", "accepted") == 0);
    }
  }

  @Test
  void labelsAndExemptionsOfNamespacesArrive() {
    try (var replica = replica()) {
      Await.until("the namespace", LIMIT, () -> replica.cluster.namespace(NAMESPACE).isPresent());
      server.kubectl("label", "namespace", NAMESPACE, "team=shop").succeeded();
      server
          .kubectl(
              "annotate",
              "namespace",
              NAMESPACE,
              "note=not ours",
              "exempt.gapless.dev/probe-timeout-exceeds-period=a reason")
          .succeeded();
      var expected =
          new Namespace(
              Map.of("kubernetes.io/metadata.name", NAMESPACE, "team", "shop"),
              Map.of("exempt.gapless.dev/probe-timeout-exceeds-period", "a reason"));
      Await.until(
          "labels and annotations",
          LIMIT,
          () -> replica.cluster.namespace(NAMESPACE).filter(expected::equals).isPresent());
      assertEquals(1, replica.gauge("gapless.exemptions", "rule", "probe-timeout-exceeds-period"));
      assertEquals(
          0, replica.gauge("gapless.exemptions.expiring", "rule", "probe-timeout-exceeds-period"));
    }
  }

  @Test
  void exemptionsOfWorkloadsAreCountedUntilTheyEnd() {
    LocalDate today = LocalDate.now(ZoneOffset.UTC);
    workload("DaemonSet", "soon", today.plusDays(3));
    workload("StatefulSet", "later", today.plusDays(30));
    workload("Deployment", "over", today.minusDays(1));
    try (var replica = replica()) {
      for (WatchedResource resource : WatchedResource.WORKLOADS) {
        awaitInStep(replica, resource);
      }
      assertEquals(2, replica.gauge("gapless.exemptions", "rule", "probe-timeout-exceeds-period"));
      assertEquals(
          1, replica.gauge("gapless.exemptions.expiring", "rule", "probe-timeout-exceeds-period"));
      assertEquals(0, replica.gauge("gapless.exemptions", "rule", "rollout-paused"));

      server.kubectl("delete", "daemonset", "soon", "--namespace=" + NAMESPACE).succeeded();
      server
          .kubectl(
              "annotate",
              "statefulset",
              "later",
              "exempt.gapless.dev/probe-timeout-exceeds-period-",
              "--namespace=" + NAMESPACE)
          .succeeded();
      Await.until(
          "no exemption",
          LIMIT,
          () -> replica.gauge("gapless.exemptions", "rule", "probe-timeout-exceeds-period") == 0);
    }
    server
        .kubectl("delete", "deployments,statefulsets", "--all", "--namespace=" + NAMESPACE)
        .succeeded();
  }

  private void workload(String kind, String name, LocalDate until) {
    apply(
        """
        apiVersion: apps/v1
        kind: %s
        metadata:
          name: %s
          namespace: %s
          annotations:
            exempt.gapless.dev/probe-timeout-exceeds-period: a reason
            gapless.dev/exempt-until: "%s"
        spec:
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: web, image: example/web:1}]}
        """
            .formatted(kind, name, NAMESPACE, until));
  }

  @Test
  void whileTheApiServerIsAwayTheLastStateHoldsAndAfterwardsAllArrives() {
    installCrd();
    applyPolicy("all", "mode: Enforce");
    try (var replica = replica()) {
      Await.until("the status", LIMIT, () -> reason("all", "Ready").equals("InForce"));
      server.stop();
      try {
        for (WatchedResource resource : WatchedResource.WORKLOADS) {
          awaitState(replica, resource, CacheState.OUT_OF_REACH);
        }
        awaitState(replica, WatchedResource.POLICIES, CacheState.OUT_OF_REACH);
        awaitState(replica, WatchedResource.NAMESPACES, CacheState.OUT_OF_REACH);
        assertTrue(replica.cluster.answered());
        assertEquals(1, replica.gauge("gapless.policies", "state", "accepted"));
        assertTrue(replica.cluster.namespace(NAMESPACE).isPresent());
        assertEquals(0, replica.gauge("gapless.watch.in.step", "resource", "namespaces"));
      } finally {
        server.startAgain();
      }
      applyPolicy("other", "mode: Warn");
      server.kubectl("label", "namespace", NAMESPACE, "team=shop").succeeded();
      Await.until(
          "what has changed since",
          LIMIT,
          () ->
              replica.gauge("gapless.policies", "state", "accepted") == 2
                  && replica
                      .cluster
                      .namespace(NAMESPACE)
                      .filter(it -> "shop".equals(it.labels().get("team")))
                      .isPresent());
      assertEquals(1, replica.gauge("gapless.watch.in.step", "resource", "namespaces"));
    }
  }

  @Test
  void aReplicaThatFindsNoApiServerIsNotReady() throws IOException {
    Path nowhere = Files.createTempFile(server.folder(), "kubeconfig", "-nowhere");
    Files.writeString(
        nowhere,
        Files.readString(server.kubeconfig())
            .replaceFirst("server: \"[^\"]*\"", "server: \"https://127.0.0.1:1\""));
    try (var replica = new Replica(nowhere, "1.0.0")) {
      awaitState(replica, WatchedResource.POLICIES, CacheState.OUT_OF_REACH);
      awaitState(replica, WatchedResource.NAMESPACES, CacheState.OUT_OF_REACH);
      assertFalse(replica.cluster.answered());
    }
  }

  @Test
  void withoutPermissionItIsReadyAndTheManifestsGrantEnough() throws IOException {
    installCrd();
    applyPolicy("all", "mode: Enforce");
    applyPolicy("unknown-rule", "mode: Enforce, rules: [{name: no-such-rule, mode: Warn}]");
    apply(
        "{apiVersion: v1, kind: ServiceAccount, metadata: {name: gapless, namespace: %s}}"
            .formatted(NAMESPACE));
    try (var replica = new Replica(kubeconfigOf("gapless"), "1.0.0")) {
      for (WatchedResource resource : all()) {
        awaitState(replica, resource, CacheState.FORBIDDEN);
      }
      assertTrue(replica.cluster.answered());

      String rbac =
          Files.readString(Path.of("deploy/kubernetes/rbac.yaml"))
              .replace("gapless-system", NAMESPACE)
              .replaceAll("name: gapless\n(?!    namespace)", "name: cluster-it\n");
      apply(rbac);
      for (WatchedResource resource : all()) {
        awaitInStep(replica, resource);
      }
      Await.until(
          "both statuses",
          LIMIT,
          () ->
              reason("all", "Ready").equals("InForce")
                  && reason("unknown-rule", "Ready").equals("SetAside"));
      assertEquals(0, replica.count("failed"));
    } finally {
      server.kubectl("delete", "clusterrole,clusterrolebinding", "cluster-it");
    }
  }

  private static List<WatchedResource> all() {
    return Stream.concat(
            Stream.of(WatchedResource.POLICIES, WatchedResource.NAMESPACES),
            WatchedResource.WORKLOADS.stream())
        .toList();
  }

  private Path kubeconfigOf(String account) throws IOException {
    String token =
        server
            .send(
                "POST",
                "/api/v1/namespaces/" + NAMESPACE + "/serviceaccounts/" + account + "/token",
                "application/json",
                "{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":\"TokenRequest\",\"spec\":{}}")
            .body()
            .at("/status/token")
            .asText();
    Path kubeconfig = Files.createTempFile(server.folder(), "kubeconfig", "-" + account);
    Files.writeString(
        kubeconfig,
        Files.readString(server.kubeconfig()).replaceFirst("token: [^}]+", "token: " + token));
    return kubeconfig;
  }

  @Test
  void eachChangeIsOneWriteOfTheStatusHoweverManyReplicasThereAre() {
    installCrd();
    try (var one = replica();
        var two = replica();
        var three = replica("1.1.0")) {
      applyPolicy("all", "mode: Enforce");
      Await.until("the first status", LIMIT, () -> reason("all", "Ready").equals("InForce"));
      applyPolicy("all", "mode: Warn");
      awaitObserved(2);
      applyPolicy("all", "mode: Warn, rules: [{name: no-such-rule, mode: Warn}]");
      awaitObserved(3);
      assertEquals("LastGoodInForce", reason("all", "Ready"));
      assertEquals("Invalid", reason("all", "Accepted"));
      for (Replica replica : List.of(one, two, three)) {
        Await.until(
            "the last good version to be held",
            LIMIT,
            () -> replica.gauge("gapless.policies", "state", "held-back") == 1);
        assertEquals(2, replica.gauge("gapless.policy.generation"));
      }

      // One that starts now knows no good version, and says so once; the others let it stand.
      try (var late = replica()) {
        Await.until("the graver status", LIMIT, () -> reason("all", "Ready").equals("SetAside"));
        assertEquals(1, late.gauge("gapless.policies", "state", "set-aside"));
        Await.until("its write to be counted", LIMIT, () -> late.count("written") == 1);

        applyPolicy("all", "mode: Fix");
        awaitObserved(4);
        assertEquals("InForce", reason("all", "Ready"));
        for (Replica replica : List.of(one, two, three, late)) {
          Await.until(
              "the mended version", LIMIT, () -> replica.gauge("gapless.policy.generation") == 4);
        }
        Await.until(
            "five writes",
            LIMIT,
            () ->
                Stream.of(one, two, three, late).mapToDouble(it -> it.count("written")).sum() == 5);
      }
    }
  }

  private void awaitObserved(long generation) {
    Await.until(
        () -> "generation " + generation + " to be observed, it is " + status("all"),
        LIMIT,
        () -> status("all").path("observedGeneration").asLong() == generation);
  }

  @Test
  void aStatusThatWasWipedOutIsWrittenAgain() {
    installCrd();
    applyPolicy("all", "mode: Enforce");
    try (var replica = replica()) {
      Await.until("the status", LIMIT, () -> reason("all", "Ready").equals("InForce"));
      server
          .kubectl(
              "patch",
              "rolloutpolicy",
              "all",
              "--subresource=status",
              "--type=merge",
              "--patch={\"status\":{\"conditions\":[]}}")
          .succeeded();
      Await.until("the status again", LIMIT, () -> reason("all", "Ready").equals("InForce"));
      assertEquals(2, replica.count("written"));
    }
  }
}
