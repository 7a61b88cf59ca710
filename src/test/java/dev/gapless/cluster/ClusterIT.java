package dev.gapless.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.engine.Namespace;
import dev.gapless.kube.Await;
import dev.gapless.kube.KubeApiServer;
import dev.gapless.kube.NeedsApiServer;
import dev.gapless.neighbour.HorizontalPodAutoscaler;
import dev.gapless.neighbour.Neighbour;
import dev.gapless.neighbour.NeighbourType;
import dev.gapless.neighbour.PersistentVolumeClaim;
import dev.gapless.neighbour.Surroundings;
import dev.gapless.workload.LabelSelector;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Collectors;
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

  // Of what is not installed no object can be missing.
  private static void awaitInStep(Replica replica, WatchedResource resource) {
    boolean custom = Set.of("argoproj.io", "gateway.networking.k8s.io").contains(resource.group());
    Await.until(
        () -> resource.plural() + " to be in step, they are " + replica.cluster.states(),
        LIMIT,
        () -> {
          String state = replica.cluster.states().get(resource.plural());
          return CacheState.IN_STEP.label().equals(state)
              || (custom && CacheState.NOT_INSTALLED.label().equals(state));
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
      for (WatchedResource resource : WatchedResource.of(NeighbourType.WORKLOAD)) {
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

  private static void awaitAllKnown(Replica replica) {
    Await.until(
        () -> "all to be known, they are " + replica.cluster.states(),
        LIMIT,
        () -> known(replica).size() == NeighbourType.values().length);
  }

  private static <T> void await(String what, T expected, Supplier<T> actual) {
    Await.until(() -> what + ", it is " + actual.get(), LIMIT, () -> expected.equals(actual.get()));
  }

  private static List<String> names(Optional<? extends List<? extends Neighbour>> found) {
    return found.orElseThrow().stream().map(it -> it.name()).toList();
  }

  /// One neighbour of each type but routes of the Gateway API.
  private static final String NEIGHBOURS =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web, namespace: cluster-it}
      spec: {selector: {app: web}, ports: [{port: 80}]}
      ---
      apiVersion: networking.k8s.io/v1
      kind: Ingress
      metadata: {name: web, namespace: cluster-it}
      spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}
      ---
      apiVersion: autoscaling/v1
      kind: HorizontalPodAutoscaler
      metadata: {name: web, namespace: cluster-it}
      spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, maxReplicas: 5}
      ---
      apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata: {name: web, namespace: cluster-it}
      spec: {minAvailable: 1, selector: {matchLabels: {app: web}}}
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data, namespace: cluster-it}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
      ---
      apiVersion: v1
      kind: ResourceQuota
      metadata: {name: pods, namespace: cluster-it}
      spec: {hard: {pods: "10"}}
      ---
      apiVersion: v1
      kind: Node
      metadata: {name: cluster-it, labels: {zone: a}}
      """;

  private void deleteNeighbours() {
    // No controller takes it from a claim.
    server
        .kubectl(
            "patch",
            "persistentvolumeclaim",
            "data",
            "--namespace=" + NAMESPACE,
            "--type=merge",
            "--patch={\"metadata\": {\"finalizers\": null}}")
        .succeeded();
    server.kubectlWith(NEIGHBOURS, "delete", "--filename=-").succeeded();
  }

  @Test
  void whatStandsAroundIsKnownInStepAndForgotten() {
    try (var replica = replica()) {
      awaitAllKnown(replica);
      Surroundings around = replica.cluster.surroundings();
      int neighbours = around.size();
      int labels = around.labels();
      double workloads = replica.gauge("gapless.neighbours", "type", "workload");

      workload("Deployment", "web", LocalDate.now(ZoneOffset.UTC));
      apply(NEIGHBOURS);
      var pods = Map.of("app", "web");
      await("the Service", List.of("web"), () -> names(around.servicesSelecting(NAMESPACE, pods)));
      await("the Ingress", List.of("web"), () -> names(around.routesTo(NAMESPACE, "web")));
      await(
          "the autoscaler",
          List.of(new HorizontalPodAutoscaler(NAMESPACE, "web", "Deployment", "web", 1, 5, false)),
          () -> around.autoscalersOf(NAMESPACE, "Deployment", "web").orElseThrow());
      await("the budget", List.of("web"), () -> names(around.budgetsSelecting(NAMESPACE, pods)));
      await(
          "the claim",
          Optional.of(new PersistentVolumeClaim(NAMESPACE, "data", Set.of("ReadWriteOnce"))),
          () -> around.claim(NAMESPACE, "data"));
      await("the quota", List.of("pods"), () -> names(around.quotas(NAMESPACE)));
      await("the node", List.of("cluster-it"), () -> names(around.nodes()));
      var web = new LabelSelector(pods, List.of());
      await("the workload", List.of("web"), () -> names(around.workloadsSelected(NAMESPACE, web)));
      assertEquals(workloads + 1, replica.gauge("gapless.neighbours", "type", "workload"));
      assertEquals(1, replica.gauge("gapless.watch.in.step", "resource", "services"));

      server
          .kubectl(
              "patch",
              "service",
              "web",
              "--namespace=" + NAMESPACE,
              "--type=merge",
              "--patch={\"spec\":{\"selector\":{\"app\":\"other\"}}}")
          .succeeded();
      await("no Service", List.of(), () -> names(around.servicesSelecting(NAMESPACE, pods)));
      assertEquals(
          List.of("web"), names(around.servicesSelecting(NAMESPACE, Map.of("app", "other"))));

      deleteNeighbours();
      server.kubectl("delete", "deployment", "web", "--namespace=" + NAMESPACE).succeeded();
      await("nothing to be left", neighbours, around::size);
      assertEquals(labels, around.labels());
    }
  }

  @Test
  void routesOfTheGatewayApiAreKnownFromWhenItIsInstalled() {
    try (var replica = replica()) {
      awaitAllKnown(replica);
      Surroundings around = replica.cluster.surroundings();
      assertEquals(List.of(), names(around.routesTo(NAMESPACE, "web")));
      apply(
          """
          apiVersion: apiextensions.k8s.io/v1
          kind: CustomResourceDefinition
          metadata:
            name: httproutes.gateway.networking.k8s.io
            annotations: {api-approved.kubernetes.io: "unapproved, for a test"}
          spec:
            group: gateway.networking.k8s.io
            scope: Namespaced
            names: {kind: HTTPRoute, plural: httproutes, singular: httproute}
            versions:
              - name: v1
                served: true
                storage: true
                schema:
                  openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
          """);
      String crd = "customresourcedefinition/httproutes.gateway.networking.k8s.io";
      try {
        server.kubectl("wait", "--for=condition=Established", crd).succeeded();
        apply(
            """
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: shop, namespace: cluster-it}
            spec: {rules: [{backendRefs: [{name: web, port: 80}]}]}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: unreadable, namespace: cluster-it}
            spec: {rules: web}
            """);
        await("the route", List.of("shop"), () -> names(around.routesTo(NAMESPACE, "web")));
      } finally {
        server.kubectl("delete", crd).succeeded();
      }
      await("no route", List.of(), () -> names(around.routesTo(NAMESPACE, "web")));
    }
  }

  @Test
  void whoAsksWhileTheClusterChangesSeesEachObjectAsItWasOrAsItIs()
      throws ExecutionException, InterruptedException {
    try (var replica = replica();
        var reviews = Executors.newSingleThreadExecutor()) {
      awaitAllKnown(replica);
      Surroundings around = replica.cluster.surroundings();
      int neighbours = around.size();
      int labels = around.labels();
      var pods = Map.of("app", "web", "tier", "front");
      apply(NEIGHBOURS);
      await("the Service", List.of("web"), () -> names(around.servicesSelecting(NAMESPACE, pods)));
      var done = new AtomicBoolean();
      Future<Set<List<String>>> seen =
          reviews.submit(() -> {
            var all = new HashSet<List<String>>();
            while (!done.get()) {
              all.add(names(around.servicesSelecting(NAMESPACE, pods)));
            }
            return all;
          });
      String services = "/api/v1/namespaces/" + NAMESPACE + "/services";
      for (int i = 0; i < 60; i++) {
        // It selects the pods at any time, by one of their labels or by the other.
        String selector =
            i % 2 == 0
                ? "{\"app\": null, \"tier\": \"front\"}"
                : "{\"app\": \"web\", \"tier\": null}";
        String switched = "{\"spec\": {\"selector\": " + selector + "}}";
        String other =
            """
            {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "other"},
             "spec": {"selector": {"tier": "back"}, "ports": [{"port": 80}]}}
            """;
        assertAccepted("PATCH", services + "/web", switched);
        assertAccepted("POST", services, other);
        assertAccepted("DELETE", services + "/other", "");
      }
      done.set(true);
      assertEquals(Set.of(List.of("web")), seen.get());

      deleteNeighbours();
      server.kubectl("delete", "services", "--all", "--namespace=" + NAMESPACE).succeeded();
      await("nothing to be left", neighbours, around::size);
      assertEquals(labels, around.labels());
    }
  }

  private void assertAccepted(String method, String path, String body) {
    String type = method.equals("PATCH") ? "application/merge-patch+json" : "application/json";
    assertEquals("", server.send(method, path, body.isEmpty() ? "" : type, body).message());
  }

  @Test
  void whileTheApiServerIsAwayTheLastStateHoldsAndAfterwardsAllArrives() {
    installCrd();
    applyPolicy("all", "mode: Enforce");
    apply(NEIGHBOURS);
    try (var replica = replica()) {
      awaitAllKnown(replica);
      Surroundings around = replica.cluster.surroundings();
      Await.until("the status", LIMIT, () -> reason("all", "Ready").equals("InForce"));
      server.stop();
      try {
        for (WatchedResource resource : WatchedResource.ofNeighbours()) {
          awaitState(replica, resource, CacheState.OUT_OF_REACH);
        }
        awaitState(replica, WatchedResource.POLICIES, CacheState.OUT_OF_REACH);
        awaitState(replica, WatchedResource.NAMESPACES, CacheState.OUT_OF_REACH);
        assertTrue(replica.cluster.answered());
        assertEquals(
            List.of("web"), names(around.servicesSelecting(NAMESPACE, Map.of("app", "web"))));
        assertEquals(1, replica.gauge("gapless.policies", "state", "accepted"));
        assertTrue(replica.cluster.namespace(NAMESPACE).isPresent());
        assertEquals(0, replica.gauge("gapless.watch.in.step", "resource", "namespaces"));
      } finally {
        server.startAgain();
      }
      applyPolicy("other", "mode: Warn");
      server.kubectl("label", "namespace", NAMESPACE, "team=shop").succeeded();
      deleteNeighbours();
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
      await(
          "no Service",
          List.of(),
          () -> names(around.servicesSelecting(NAMESPACE, Map.of("app", "web"))));
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
    try (var replica = new Replica(server.kubeconfigOf(NAMESPACE, "gapless"), "1.0.0")) {
      for (WatchedResource resource : all()) {
        awaitState(replica, resource, CacheState.FORBIDDEN);
      }
      assertTrue(replica.cluster.answered());
      assertEquals(Set.of(), known(replica));

      String rbac =
          Files.readString(Path.of("deploy/kubernetes/rbac.yaml"))
              .replace("gapless-system", NAMESPACE)
              .replaceAll("name: gapless\n(?!    namespace)", "name: cluster-it\n");
      apply(rbac);
      for (WatchedResource resource : all()) {
        awaitInStep(replica, resource);
      }
      assertEquals(EnumSet.allOf(NeighbourType.class), known(replica));
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

  private static Set<NeighbourType> known(Replica replica) {
    return Arrays.stream(NeighbourType.values())
        .filter(replica.cluster.surroundings()::knows)
        .collect(Collectors.toSet());
  }

  private static List<WatchedResource> all() {
    return Stream.concat(
            Stream.of(WatchedResource.POLICIES, WatchedResource.NAMESPACES),
            WatchedResource.ofNeighbours().stream())
        .toList();
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
