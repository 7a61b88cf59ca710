package dev.gapless.kube;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Authors write to an object that admission writes to as well: by every verb of kubectl each must
/// keep what is his.
@NeedsApiServer
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MultiWriterIT {
  private static final String NAMESPACE = "multi-writer";
  private static final String PATH = "/apis/apps/v1/namespaces/" + NAMESPACE + "/deployments/web";

  /// Lacks a preStop sleep and a maxUnavailable of 0, which are filled in.
  private static final String MANIFEST =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: web
      spec:
        replicas: 4
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

  private static final String IMAGE_2 = MANIFEST.replace("web:1", "web:2");
  private static final String OWN_HOOK =
      container("lifecycle: {preStop: {exec: {command: [/bin/drain]}}}");
  private static final String GRACE_PERIOD_OF_1 = pod("terminationGracePeriodSeconds: 1");
  private static final String GRACE_PERIOD_OF_5 = pod("terminationGracePeriodSeconds: 5");
  private static final String WRITTEN_DEFAULT =
      MANIFEST.replace(
          "  replicas: 4\n", "  replicas: 4\n  strategy: {rollingUpdate: {maxUnavailable: 25%}}\n");
  private static final String INJECTED =
      "{\"spec.strategy.rollingUpdate.maxUnavailable\":0,"
          + "\"spec.template.spec.containers[name=web].lifecycle.preStop.sleep.seconds\":10}";

  private static final String[][] APPLIES = {
    {"apply", "-f", "-"}, {"apply", "--server-side", "-f", "-"}
  };

  private final KubeApiServer server;
  private final GaplessServer gapless;
  private final Webhooks webhooks;

  MultiWriterIT(KubeApiServer server, GaplessServer gapless) {
    this.server = server;
    this.gapless = gapless;
    server.createNamespace(NAMESPACE);
    this.webhooks = Webhooks.register(server, gapless, NAMESPACE, List.of(NAMESPACE));
  }

  @AfterAll
  void unregister() {
    webhooks.close();
  }

  @BeforeEach
  void startFromNothing() {
    server.send("DELETE", PATH, "", "");
    assertEquals(404, server.send("GET", PATH, "", "").status());
  }

  // Who creates it

  @Test
  void whatACreateLacksIsFilledIn() {
    kubectl(MANIFEST, "create", "-f", "-");
    assertFilled(stored());
  }

  @Test
  void whatAClientSideApplyLacksIsFilledIn() {
    kubectl(MANIFEST, "apply", "-f", "-");
    assertFilled(stored());
  }

  @Test
  void whatAServerSideApplyLacksIsFilledIn() {
    kubectl(MANIFEST, "apply", "--server-side", "-f", "-");
    assertFilled(stored());
  }

  @Test
  void aDryRunIsAnsweredLikeTheRealThingAndLeavesNothing() {
    String said = kubectl(MANIFEST, "apply", "--dry-run=server", "-o", "json", "-f", "-").stdout();
    assertTrue(said.contains("\"sleep\""), said);
    assertEquals(404, server.send("GET", PATH, "", "").status());
  }

  // The same again

  @Test
  void aClientSideApplyOfTheSameChangesNothing() {
    kubectl(MANIFEST, "apply", "-f", "-");
    assertStays(() -> kubectl(MANIFEST, "apply", "-f", "-"));
  }

  @Test
  void aServerSideApplyOfTheSameChangesNothing() {
    kubectl(MANIFEST, "apply", "--server-side", "-f", "-");
    assertStays(() -> kubectl(MANIFEST, "apply", "--server-side", "-f", "-"));
  }

  @Test
  void aReplaceByTheSameManifestStoresWhatWasStored() {
    kubectl(MANIFEST, "create", "-f", "-");
    JsonNode before = stored();
    kubectl(MANIFEST, "replace", "-f", "-");
    assertEquals(before.path("spec"), stored().path("spec"));
    assertEquals(generation(before), generation(stored()));
    assertFilled(stored());
  }

  @Test
  void aDiffAgainstTheSameManifestIsEmpty() {
    kubectl(MANIFEST, "apply", "-f", "-");
    assertEquals("", kubectl(MANIFEST, "diff", "-f", "-").stdout());
    kubectl(MANIFEST, "apply", "--server-side", "-f", "-");
    assertEquals("", kubectl(MANIFEST, "diff", "--server-side", "-f", "-").stdout());
  }

  // The generation rises all the same, also without us: kubectl rewrites its annotation.
  @Test
  void theMoveFromClientSideToServerSideApplyChangesNoSpec() {
    kubectl(MANIFEST, "apply", "-f", "-");
    JsonNode before = stored();
    kubectl(MANIFEST, "apply", "--server-side", "-f", "-");
    assertEquals(before.path("spec"), stored().path("spec"));
    assertFilled(stored());
    kubectl(IMAGE_2, "apply", "--server-side", "-f", "-");
    assertFilled(stored());
  }

  @Test
  void theMoveBackToClientSideApplyChangesNoSpec() {
    kubectl(MANIFEST, "apply", "--server-side", "-f", "-");
    JsonNode before = stored();
    kubectl(MANIFEST, "apply", "-f", "-");
    assertEquals(before.path("spec"), stored().path("spec"));
    kubectl(IMAGE_2, "apply", "-f", "-");
    assertFilled(stored());
  }

  // A new version

  @Test
  void aNewImageKeepsWhatWasFilledIn() {
    kubectl(MANIFEST, "apply", "-f", "-");
    assertRolls(() -> kubectl(IMAGE_2, "apply", "-f", "-"));
    assertRolls(() -> kubectl("", "set", "image", "deployment/web", "web=registry.example/web:3"));
    assertRolls(() ->
        kubectl(
            "",
            "patch",
            "deployment/web",
            "-p",
            "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":\"registry.example/web:4\"}]}}}}"));
    assertRolls(() -> kubectl("s#web:4#web:5#", "edit", "deployment/web"));
    assertRolls(() -> kubectl("", "rollout", "restart", "deployment/web"));
    assertRolls(() -> kubectl(IMAGE_2, "replace", "-f", "-"));
    assertRolls(() -> kubectl(MANIFEST, "apply", "--server-side", "--force-conflicts", "-f", "-"));
  }

  // An undo sets the annotations to those of the ReplicaSet too: this one comes from before us, and
  // so of the record only what is filled in anew is left.
  @Test
  void anUndoToBeforeOurTimeIsFilledInAndKeepsTheStrategy() {
    kubectl(MANIFEST, "apply", "-f", "-");
    kubectl(
        """
        apiVersion: apps/v1
        kind: ReplicaSet
        metadata:
          name: web-1
          labels: {app: web}
          annotations: {deployment.kubernetes.io/revision: "1"}
          ownerReferences:
            - {apiVersion: apps/v1, kind: Deployment, name: web, controller: true, uid: "%s"}
        spec:
          replicas: 0
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers:
                - name: web
                  image: registry.example/web:0
                  ports: [{containerPort: 8080}]
                  readinessProbe: {httpGet: {path: /ready, port: 8080}}
        """
            .formatted(stored().at("/metadata/uid").asText()),
        "create",
        "-f",
        "-");
    kubectl("", "rollout", "undo", "deployment/web", "--to-revision=1");
    JsonNode stored = stored();
    assertEquals(
        "registry.example/web:0", stored.at("/spec/template/spec/containers/0/image").asText());
    assertEquals("{\"sleep\":{\"seconds\":10}}", preStop(stored).toString());
    assertEquals("0", maxUnavailable(stored).toString());
    assertEquals(
        "{\"spec.template.spec.containers[name=web].lifecycle.preStop.sleep.seconds\":10}",
        injected(stored).asText());
    kubectl("", "delete", "replicaset", "web-1");
  }

  @Test
  void aContainerThatComesLaterIsFilledInToo() {
    kubectl(MANIFEST, "apply", "-f", "-");
    kubectl(
        MANIFEST.replace(
            "      containers:\n",
            "      containers:\n        - {name: proxy, image: registry.example/proxy:1}\n"),
        "apply",
        "-f",
        "-");
    JsonNode containers = stored().at("/spec/template/spec/containers");
    assertEquals(2, containers.size());
    containers.forEach(
        it -> assertEquals(10, it.at("/lifecycle/preStop/sleep/seconds").asInt(), it::toString));
  }

  // What nobody is asked about

  @Test
  void scalingIsNotAskedAbout() {
    kubectl(MANIFEST, "apply", "-f", "-");
    assertNotCalled(() -> kubectl("", "scale", "deployment/web", "--replicas=2"));
    assertEquals(2, stored().at("/spec/replicas").asInt());
    assertNotCalled(() -> kubectl("", "scale", "deployment/web", "--replicas=0"));
  }

  @Test
  void labelsAnnotationsAndStatusAreNotAskedAbout() {
    kubectl(MANIFEST, "apply", "-f", "-");
    assertNotCalled(() -> kubectl("", "label", "deployment/web", "tier=front"));
    assertNotCalled(() -> kubectl("", "annotate", "deployment/web", "note=hello"));
    assertNotCalled(() ->
        kubectl(
            "",
            "patch",
            "deployment/web",
            "--subresource=status",
            "--type=merge",
            "-p",
            "{\"status\":{\"replicas\":4}}"));
    assertNotCalled(() -> kubectl("", "delete", "deployment/web"));
  }

  // The author writes beside what was filled in

  @Test
  void anAuthorsHookTakesThePlaceOfOurSleep() {
    for (String[] apply : APPLIES) {
      startFromNothing();
      kubectl(MANIFEST, apply);
      kubectl(OWN_HOOK, apply);
      assertEquals("{\"exec\":{\"command\":[\"/bin/drain\"]}}", preStop(stored()).toString());
      kubectl(MANIFEST, apply);
      assertFilled(stored());
    }
  }

  @Test
  void aShortGracePeriodShortensOurSleep() {
    for (String[] apply : APPLIES) {
      startFromNothing();
      kubectl(MANIFEST, apply);
      kubectl(GRACE_PERIOD_OF_5, apply);
      assertEquals("{\"sleep\":{\"seconds\":2}}", preStop(stored()).toString());
      kubectl(GRACE_PERIOD_OF_1, apply);
      assertTrue(preStop(stored()).isMissingNode(), () -> stored().toString());
      kubectl(MANIFEST, apply);
      assertFilled(stored());
    }
  }

  @Test
  void anAuthorWhoWritesOurValueOwnsIt() {
    String ours = container("lifecycle: {preStop: {sleep: {seconds: 10}}}");
    for (String[] apply : APPLIES) {
      startFromNothing();
      kubectl(MANIFEST, apply);
      kubectl(ours, apply);
      assertEquals("{\"sleep\":{\"seconds\":10}}", preStop(stored()).toString());
      kubectl(ours.replace("seconds: 10", "seconds: 3"), apply);
      assertEquals("{\"sleep\":{\"seconds\":3}}", preStop(stored()).toString());
    }
  }

  // Written or defaulted

  @Test
  void aDefaultThatAnApplyWritesIsWritten() {
    for (String[] apply : APPLIES) {
      startFromNothing();
      String told = kubectl(WRITTEN_DEFAULT, apply).stderr();
      assertEquals("25%", maxUnavailable(stored()).asText());
      assertTrue(
          told.contains(
              "Warning: spec.strategy.rollingUpdate.maxUnavailable: must come to 0, 25% of 4"
                  + " replicas comes to 1 [rollout-loses-capacity]"),
          told);
    }
  }

  @Test
  void aDefaultThatACreateWritesCannotBeTold() {
    kubectl(WRITTEN_DEFAULT, "create", "-f", "-");
    assertEquals(0, maxUnavailable(stored()).asInt(-1));
  }

  // Other webhooks, other policies

  @Test
  void aContainerThatALaterWebhookAddsIsFilledInToo() {
    try (var _ = SidecarWebhook.register(server, NAMESPACE)) {
      String dryRun = "--dry-run=server";
      Await.until(
          "the sidecar's webhook to be called",
          Duration.ofSeconds(30),
          () ->
              kubectl(MANIFEST, "create", dryRun, "-o", "json", "-f", "-")
                  .stdout()
                  .contains("proxy"));
      kubectl(MANIFEST, "create", "-f", "-");
      JsonNode containers = stored().at("/spec/template/spec/containers");
      assertEquals(2, containers.size());
      containers.forEach(
          it -> assertEquals(10, it.at("/lifecycle/preStop/sleep/seconds").asInt(), it::toString));
    }
  }

  @Test
  void ourValuesFollowAChangedPolicyAtTheNextRolloutAndTheAuthorsStay() throws IOException {
    String namespace = NAMESPACE + "-policy";
    server.createNamespace(namespace);
    String authors = container("lifecycle: {preStop: {sleep: {seconds: 10}}}");
    try (var _ = Webhooks.register(server, gapless, namespace, List.of(namespace))) {
      server.kubectlWith(MANIFEST, "-n", namespace, "apply", "-f", "-").succeeded();
      server
          .kubectlWith(
              authors.replace("  name: web\nspec", "  name: authors\nspec"),
              "-n",
              namespace,
              "apply",
              "-f",
              "-")
          .succeeded();
    }
    Path policy = server.folder().resolve("longer-sleep.yaml");
    Files.writeString(
        policy,
        """
        apiVersion: gapless.dev/v1alpha1
        kind: RolloutPolicy
        metadata: {name: longer-sleep}
        spec: {mode: Fix, preStopSleepSeconds: 15}
        """);
    try (var longer = GaplessServer.start(server, "longer-sleep", "--policy=" + policy);
        var _ = Webhooks.register(server, longer, namespace, List.of(namespace))) {
      server.kubectl("-n", namespace, "scale", "deployment/web", "--replicas=3").succeeded();
      assertEquals(10, sleep(namespace, "web"));
      server.kubectl("-n", namespace, "rollout", "restart", "deployment").succeeded();
      assertEquals(15, sleep(namespace, "web"));
      assertEquals(10, sleep(namespace, "authors"));
    }
  }

  private int sleep(String namespace, String name) {
    String path = PATH.replace(NAMESPACE, namespace).replaceFirst("web$", name);
    return preStop(server.send("GET", path, "", "").body()).at("/sleep/seconds").asInt();
  }

  // Whose it is

  @Test
  void aWorkloadOfAControllerIsLeftAlone() {
    String owned =
        MANIFEST.replace(
            "  name: web\nspec",
            """
              name: web
              ownerReferences:
                - {apiVersion: example.dev/v1, kind: WebSite, name: front, controller: true, uid: "1"}
            spec\
            """);
    assertNotEquals(MANIFEST, owned);
    kubectl(owned.replaceAll(" *readinessProbe.*\n", ""), "create", "-f", "-");
    JsonNode stored = stored();
    assertTrue(preStop(stored).isMissingNode(), stored::toString);
    assertEquals("25%", maxUnavailable(stored).asText());
    assertTrue(injected(stored).isMissingNode(), stored::toString);
  }

  @Test
  void aDenialNamesEveryWayOutAndStoresNothing() {
    KubectlResult denied =
        server.kubectlWith(
            MANIFEST.replaceAll(" *readinessProbe.*\n", ""), "-n", NAMESPACE, "apply", "-f", "-");
    assertEquals(1, denied.exitCode());
    assertTrue(
        denied
            .stderr()
            .startsWith("Error from server (Forbidden): error when creating \"STDIN\": "),
        denied.stderr());
    assertTrue(denied.stderr().contains("[readiness-probe-missing]"), denied.stderr());
    assertTrue(
        denied.stderr().contains("exempt.gapless.dev/readiness-probe-missing"), denied.stderr());
    assertEquals(404, server.send("GET", PATH, "", "").status());
  }

  private KubectlResult kubectl(String input, String... arguments) {
    String[] inNamespace = new String[arguments.length + 2];
    inNamespace[0] = "-n";
    inNamespace[1] = NAMESPACE;
    System.arraycopy(arguments, 0, inNamespace, 2, arguments.length);
    return server.kubectlWith(input, inNamespace).succeeded();
  }

  private JsonNode stored() {
    ApiResponse response = server.send("GET", PATH, "", "");
    assertTrue(response.accepted(), response::message);
    return response.body();
  }

  private static void assertFilled(JsonNode deployment) {
    assertEquals("{\"sleep\":{\"seconds\":10}}", preStop(deployment).toString());
    assertEquals("0", maxUnavailable(deployment).toString());
    assertEquals(INJECTED, injected(deployment).asText());
  }

  /// Nothing is written: not even the resource version moves.
  private void assertStays(Runnable change) {
    JsonNode before = stored();
    change.run();
    assertEquals(before.toPrettyString(), stored().toPrettyString());
  }

  /// A rollout starts, once, and what was filled in stays.
  private void assertRolls(Runnable change) {
    JsonNode before = stored();
    change.run();
    JsonNode after = stored();
    assertNotEquals(before.at("/spec/template"), after.at("/spec/template"));
    assertEquals(generation(before) + 1, generation(after));
    assertFilled(after);
  }

  private void assertNotCalled(Runnable change) {
    long calls = gapless.calls("mutate") + gapless.calls("validate");
    change.run();
    assertEquals(calls, gapless.calls("mutate") + gapless.calls("validate"));
  }

  private static long generation(JsonNode deployment) {
    return deployment.at("/metadata/generation").asLong();
  }

  private static JsonNode preStop(JsonNode deployment) {
    return deployment.at("/spec/template/spec/containers/0/lifecycle/preStop");
  }

  private static JsonNode maxUnavailable(JsonNode deployment) {
    return deployment.at("/spec/strategy/rollingUpdate/maxUnavailable");
  }

  private static JsonNode injected(JsonNode deployment) {
    return deployment.at("/metadata/annotations/gapless.dev~1injected");
  }

  private static String pod(String line) {
    return MANIFEST.replace("      containers:\n", "      " + line + "\n      containers:\n");
  }

  private static String container(String line) {
    return MANIFEST.replace("          ports:", "          " + line + "\n          ports:");
  }
}
