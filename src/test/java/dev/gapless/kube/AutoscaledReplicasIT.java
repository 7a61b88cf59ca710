package dev.gapless.kube;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.neighbour.HorizontalPodAutoscaler;
import dev.gapless.neighbour.Surroundings;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// A number of replicas that an autoscaler has set, under every verb by which its author may set it
/// back: what a real API server makes of it, without `replicas-fight-hpa` and with it.
@NeedsApiServer
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AutoscaledReplicasIT {
  private static final String NAMESPACE = "autoscaled";
  private static final String PATH = "/apis/apps/v1/namespaces/" + NAMESPACE + "/deployments/web";
  private static final Duration ACTIVE_LIMIT = Duration.ofSeconds(30);

  private static final String WITH_2 =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: web
      spec:
        replicas: 2
        selector:
          matchLabels: {app: web}
        template:
          metadata:
            labels: {app: web}
          spec:
            containers:
              - name: web
                image: registry.example/web:1
                ports: [{containerPort: 8080}]
                readinessProbe: {httpGet: {path: /ready, port: 8080}}
      """;

  private static final String WITHOUT = WITH_2.replace("  replicas: 2\n", "");
  private static final String FIGHTS = "[replicas-fight-hpa]";

  private final KubeApiServer server;
  private final EngineWebhook webhook;

  AutoscaledReplicasIT(KubeApiServer server) {
    this.server = server;
    server.createNamespace(NAMESPACE);
    var surroundings = new Surroundings(_ -> true, false);
    surroundings.put(
        new HorizontalPodAutoscaler(NAMESPACE, "web", "Deployment", "web", 2, 30, false));
    this.webhook = EngineWebhook.register(server, NAMESPACE, surroundings);
  }

  @BeforeAll
  void awaitTheWebhooks() {
    Await.until(
        "both webhooks to be called",
        ACTIVE_LIMIT,
        () -> {
          long before = webhook.calls();
          kubectl(WITH_2, "create", "--dry-run=server", "-f", "-");
          return webhook.calls() == before + 2;
        });
  }

  @AfterAll
  void unregister() {
    webhook.close();
  }

  @BeforeEach
  void startFromNothing() {
    server.send("DELETE", PATH, "", "");
    govern("Disabled", "Unset");
  }

  // Without the rule

  @Test
  void aClientSideApplyOfTheNumberSetsItBack() {
    scaled(WITH_2, "apply", "-f", "-");
    kubectl(WITH_2, "apply", "-f", "-");
    assertEquals(2, replicas());
  }

  @Test
  void takingTheNumberOutSetsItTo1() {
    scaled(WITH_2, "apply", "-f", "-");
    kubectl(WITHOUT, "apply", "-f", "-");
    assertEquals(1, replicas());
  }

  @Test
  void aServerSideApplyOfTheNumberIsAConflictUnlessItIsForced() {
    scaled(WITH_2, "apply", "--server-side", "-f", "-");
    KubectlResult refused = run(WITH_2, "apply", "--server-side", "-f", "-");
    assertTrue(refused.stderr().contains(".spec.replicas"), refused.stderr());
    assertEquals(20, replicas());
    kubectl(WITH_2, "apply", "--server-side", "--force-conflicts", "-f", "-");
    assertEquals(2, replicas());
  }

  // The ways out that the remedy names

  @Test
  void afterTheLastAppliedConfigurationTheNumberCanGo() {
    scaled(WITH_2, "apply", "-f", "-");
    kubectl("/replicas: 2/d", "apply", "edit-last-applied", "deployment/web");
    kubectl(WITHOUT, "apply", "-f", "-");
    assertEquals(20, replicas());
  }

  @Test
  void withServerSideApplyTheNumberCanGoOnceItIsScaled() {
    scaled(WITH_2, "apply", "--server-side", "-f", "-");
    kubectl(WITHOUT, "apply", "--server-side", "-f", "-");
    assertEquals(20, replicas());
  }

  @Test
  void withServerSideApplyTheNumberCanGoToAnotherManager() {
    kubectl(WITH_2.replace("replicas: 2", "replicas: 7"), "apply", "--server-side", "-f", "-");
    kubectl(
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 7}}",
        "apply",
        "--server-side",
        "--field-manager=handover",
        "--validate=false",
        "-f",
        "-");
    kubectl(WITHOUT, "apply", "--server-side", "-f", "-");
    assertEquals(7, replicas());
  }

  // With it

  @Test
  void whereNobodyWritesItTheNumberIsKept() {
    scaled(WITH_2, "apply", "-f", "-");
    govern("Enforce", "Unset");
    kubectl(WITHOUT, "apply", "-f", "-");
    assertEquals(20, replicas());
    kubectl(WITHOUT.replace("web:1", "web:2"), "apply", "-f", "-");
    assertEquals(20, replicas());
    kubectl(WITHOUT.replace("web:1", "web:3"), "replace", "-f", "-");
    assertEquals(20, replicas());
    assertTrue(stored().at("/metadata/annotations/gapless.dev~1injected").isMissingNode());
  }

  @Test
  void aWrittenNumberIsRejectedAndStored() {
    scaled(WITH_2, "apply", "-f", "-");
    govern("Enforce", "Unset");
    KubectlResult denied = run(WITH_2, "apply", "-f", "-");
    assertTrue(denied.stderr().contains("is set from 20 to 2 " + FIGHTS), denied.stderr());
    assertEquals(20, replicas());
    govern("Warn", "Unset");
    KubectlResult warned = kubectl(WITH_2, "apply", "-f", "-");
    assertTrue(warned.stderr().contains(FIGHTS), warned.stderr());
    assertEquals(2, replicas());
  }

  @Test
  void withChangeAnyTheNumberIsKeptOverAWrittenOne() {
    scaled(WITH_2, "apply", "-f", "-");
    govern("Enforce", "Any");
    kubectl(WITH_2.replace("web:1", "web:2"), "apply", "-f", "-");
    assertEquals(20, replicas());
    kubectl(WITH_2, "apply", "--server-side", "--force-conflicts", "-f", "-");
    assertEquals(20, replicas());
    kubectl("s/replicas: 20/replicas: 3/", "edit", "deployment/web");
    assertEquals(20, replicas());
  }

  @Test
  void whatTheAutoscalerSetsIsNobodysFault() {
    govern("Enforce", "Unset");
    kubectl(WITHOUT, "apply", "-f", "-");
    kubectl("", "scale", "deployment/web", "--replicas=20");
    kubectl("", "set", "image", "deployment/web", "web=registry.example/web:2");
    kubectl("", "rollout", "restart", "deployment/web");
    kubectl("", "scale", "deployment/web", "--replicas=5");
    kubectl(WITHOUT, "apply", "-f", "-");
    assertEquals(5, replicas());
  }

  @Test
  void switchingTheAutoscalerOffAndOnIsAllowed() {
    scaled(WITHOUT, "apply", "-f", "-");
    govern("Enforce", "Unset");
    kubectl("s/replicas: 20/replicas: 0/", "edit", "deployment/web");
    assertEquals(0, replicas());
    kubectl("s/replicas: 0/replicas: 4/", "edit", "deployment/web");
    assertEquals(4, replicas());
  }

  @Test
  void aNewWorkloadWithANumberIsRejected() {
    govern("Enforce", "Any");
    for (String verb : new String[] {"create", "apply"}) {
      KubectlResult denied = run(WITH_2, verb, "-f", "-");
      assertTrue(denied.stderr().contains("each apply sets it back " + FIGHTS), denied.stderr());
      kubectl(WITHOUT, verb, "--dry-run=server", "-f", "-");
    }
  }

  /// Stores a Deployment and has it scaled as an autoscaler does.
  private void scaled(String manifest, String... verb) {
    kubectl(manifest, verb);
    kubectl("", "scale", "deployment/web", "--replicas=20");
    assertEquals(20, replicas());
  }

  private void govern(String mode, String change) {
    webhook.govern(
        """
        {"apiVersion": "gapless.dev/v1alpha1", "kind": "RolloutPolicy",
         "metadata": {"name": "autoscaled"},
         "spec": {"mode": "Audit", "change": "%s",
                  "rules": [{"name": "replicas-fight-hpa", "mode": "%s"}]}}
        """
            .formatted(change, mode));
  }

  private int replicas() {
    return stored().at("/spec/replicas").asInt();
  }

  private JsonNode stored() {
    ApiResponse response = server.send("GET", PATH, "", "");
    assertTrue(response.accepted(), response::message);
    return response.body();
  }

  private KubectlResult kubectl(String input, String... arguments) {
    return run(input, arguments).succeeded();
  }

  private KubectlResult run(String input, String... arguments) {
    String[] inNamespace = new String[arguments.length + 2];
    inNamespace[0] = "-n";
    inNamespace[1] = NAMESPACE;
    System.arraycopy(arguments, 0, inNamespace, 2, arguments.length);
    return server.kubectlWith(input, inNamespace);
  }
}
