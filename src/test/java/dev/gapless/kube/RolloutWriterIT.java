package dev.gapless.kube;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Authors write to a Rollout that admission writes to as well. Nobody fills in its defaults, and
/// who owns its containers owns the whole list.
@NeedsApiServer
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RolloutWriterIT {
  private static final String NAMESPACE = "rollout-writer";
  private static final String ROLLOUTS = "/apis/argoproj.io/v1alpha1/namespaces/%s/rollouts/%s";
  private static final String PATH = ROLLOUTS.formatted(NAMESPACE, "web");

  /// Lacks a preStop sleep and a maxUnavailable of 0, which are filled in.
  private static final String MANIFEST =
      """
      apiVersion: argoproj.io/v1alpha1
      kind: Rollout
      metadata:
        name: web
      spec:
        replicas: 4
        strategy:
          canary:
            maxSurge: 1
            steps:
              - setWeight: 25
              - pause: {}
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
  private static final String WRITTEN_DEFAULT =
      MANIFEST.replace("      maxSurge: 1\n", "      maxSurge: 1\n      maxUnavailable: 25%\n");
  private static final String INJECTED =
      "{\"spec.strategy.canary.maxUnavailable\":0,"
          + "\"spec.template.spec.containers[name=web].lifecycle.preStop.sleep.seconds\":10}";
  private static final String ANOTHER_TEMPLATE =
      "{\"spec\":{\"template\":{\"metadata\":{\"annotations\":{\"at\":\"noon\"}}}}}";

  private static final String[] CREATE = {"create", "-f", "-"};
  private static final String[] REPLACE = {"replace", "-f", "-"};
  private static final String[] CLIENT_SIDE = {"apply", "-f", "-"};
  private static final String[] SERVER_SIDE = {"apply", "--server-side", "-f", "-"};
  private static final String[][] APPLIES = {CLIENT_SIDE, SERVER_SIDE};

  private final KubeApiServer server;
  private final GaplessServer gapless;
  private final Webhooks webhooks;

  RolloutWriterIT(KubeApiServer server, GaplessServer gapless) {
    this.server = server;
    this.gapless = gapless;
    server.createNamespace(NAMESPACE);
    this.webhooks = Webhooks.register(server, gapless, NAMESPACE, List.of(NAMESPACE));
    server.defineRollouts();
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

  @Test
  void whatIsLackingIsFilledInWhoeverCreatesIt() {
    for (String[] verb : new String[][] {CREATE, CLIENT_SIDE, SERVER_SIDE}) {
      startFromNothing();
      kubectl(MANIFEST, verb);
      assertFilled(stored());
    }
  }

  @Test
  void theSameAgainChangesNothing() {
    for (String[] verb : APPLIES) {
      startFromNothing();
      kubectl(MANIFEST, verb);
      JsonNode before = stored();
      kubectl(MANIFEST, verb);
      assertEquals(before.path("spec"), stored().path("spec"));
      assertEquals(generation(before), generation(stored()));
      assertEquals(
          "",
          verb == CLIENT_SIDE
              ? kubectl(MANIFEST, "diff", "-f", "-").stdout()
              : kubectl(MANIFEST, "diff", "--server-side", "-f", "-").stdout());
      kubectl(MANIFEST, REPLACE);
      assertEquals(before.path("spec"), stored().path("spec"));
      assertEquals(generation(before), generation(stored()));
    }
  }

  @Test
  void aNewVersionRollsOnceAndKeepsWhatWasFilledIn() {
    for (String[] verb : APPLIES) {
      startFromNothing();
      kubectl(MANIFEST, verb);
      assertRolls(() -> kubectl(IMAGE_2, verb));
      assertRolls(
          () -> kubectl("", "patch", "rollout/web", "--type=merge", "-p", ANOTHER_TEMPLATE));
      assertRolls(() -> kubectl("s#web:2#web:3#", "edit", "rollout/web"));
    }
  }

  @Test
  void scalingStatusAndLabelsAreNotAskedAbout() {
    kubectl(MANIFEST, CLIENT_SIDE);
    long calls = gapless.calls("mutate") + gapless.calls("validate");
    kubectl("", "scale", "rollout/web", "--replicas=2");
    kubectl("", "label", "rollout/web", "tier=front");
    kubectl(
        "",
        "patch",
        "rollout/web",
        "--subresource=status",
        "--type=merge",
        "-p",
        "{\"status\":{\"HPAReplicas\":2}}");
    assertEquals(calls, gapless.calls("mutate") + gapless.calls("validate"));
  }

  @Test
  void anAuthorsHookTakesThePlaceOfOurSleep() {
    String hook =
        MANIFEST.replace(
            "          ports:",
            "          lifecycle: {preStop: {exec: {command: [/bin/drain]}}}\n          ports:");
    for (String[] verb : APPLIES) {
      startFromNothing();
      kubectl(MANIFEST, verb);
      kubectl(hook, verb);
      assertEquals("{\"exec\":{\"command\":[\"/bin/drain\"]}}", preStop(stored()).toString());
      kubectl(MANIFEST, verb);
      assertFilled(stored());
    }
  }

  @Test
  void aShortGracePeriodShortensOurSleep() {
    String grace =
        MANIFEST.replace(
            "      containers:\n", "      terminationGracePeriodSeconds: 5\n      containers:\n");
    for (String[] verb : APPLIES) {
      startFromNothing();
      kubectl(MANIFEST, verb);
      kubectl(grace, verb);
      assertEquals("{\"sleep\":{\"seconds\":2}}", preStop(stored()).toString());
    }
  }

  @Test
  void aSurgeOf0TakesOurMaxUnavailableBack() {
    for (String[] verb : APPLIES) {
      startFromNothing();
      kubectl(MANIFEST, verb);
      kubectl(MANIFEST.replace("maxSurge: 1", "maxSurge: 0"), verb);
      assertTrue(maxUnavailable(stored()).isMissingNode(), () -> stored().toString());
    }
  }

  @Test
  void aWrittenDefaultIsWrittenWhateverTheVerb() {
    for (String[] verb : new String[][] {CREATE, CLIENT_SIDE, SERVER_SIDE}) {
      startFromNothing();
      String told = kubectl(WRITTEN_DEFAULT, verb).stderr();
      assertEquals("25%", maxUnavailable(stored()).asText());
      assertTrue(
          told.contains(
              "Warning: spec.strategy.canary.maxUnavailable: must come to 0, 25% of 4 replicas"
                  + " comes to 1 [rollout-loses-capacity]"),
          told);
    }
  }

  @Test
  void ourValuesInAListOfAnotherOwnerFollowAChangedPolicyAndTheAuthorsStay() throws IOException {
    String namespace = NAMESPACE + "-policy";
    server.createNamespace(namespace);
    String authors =
        MANIFEST.replace(
            "          ports:",
            "          lifecycle: {preStop: {sleep: {seconds: 10}}}\n          ports:");
    try (var _ = Webhooks.register(server, gapless, namespace, List.of(namespace))) {
      applyAs("ours-client", namespace, MANIFEST, CLIENT_SIDE);
      applyAs("ours-server", namespace, MANIFEST, SERVER_SIDE);
      applyAs("authors-client", namespace, authors, CLIENT_SIDE);
      applyAs("authors-server", namespace, authors, SERVER_SIDE);
    }
    String owners = stored(namespace, "ours-server").at("/metadata/managedFields").toString();
    assertTrue(owners.contains("\"f:containers\":{}"), owners);
    Path policy = server.folder().resolve("longer-sleep-of-rollouts.yaml");
    Files.writeString(
        policy,
        """
        apiVersion: gapless.dev/v1alpha1
        kind: RolloutPolicy
        metadata: {name: longer-sleep}
        spec: {mode: Fix, preStopSleepSeconds: 15}
        """);
    try (var longer = GaplessServer.start(server, "longer-for-rollouts", "--policy=" + policy);
        var _ = Webhooks.register(server, longer, namespace, List.of(namespace))) {
      assertEquals(15, sleepAfterARollout(namespace, "ours-client"));
      assertEquals(15, sleepAfterARollout(namespace, "ours-server"));
      assertEquals(10, sleepAfterARollout(namespace, "authors-client"));
      assertEquals(10, sleepAfterARollout(namespace, "authors-server"));
    }
  }

  private void applyAs(String name, String namespace, String manifest, String[] verb) {
    server
        .kubectlWith(
            manifest.replace("  name: web\nspec", "  name: " + name + "\nspec"),
            inNamespace(namespace, verb))
        .succeeded();
  }

  private int sleepAfterARollout(String namespace, String name) {
    server
        .kubectl(
            inNamespace(
                namespace, "patch", "rollout/" + name, "--type=merge", "-p", ANOTHER_TEMPLATE))
        .succeeded();
    return preStop(stored(namespace, name)).at("/sleep/seconds").asInt();
  }

  private KubectlResult kubectl(String input, String... arguments) {
    return server.kubectlWith(input, inNamespace(NAMESPACE, arguments)).succeeded();
  }

  private static String[] inNamespace(String namespace, String... arguments) {
    return Stream.concat(Stream.of("-n", namespace), Stream.of(arguments)).toArray(String[]::new);
  }

  private JsonNode stored() {
    return stored(NAMESPACE, "web");
  }

  private JsonNode stored(String namespace, String name) {
    ApiResponse response = server.send("GET", ROLLOUTS.formatted(namespace, name), "", "");
    assertTrue(response.accepted(), response::message);
    return response.body();
  }

  private static void assertFilled(JsonNode rollout) {
    assertEquals("{\"sleep\":{\"seconds\":10}}", preStop(rollout).toString());
    assertEquals("0", maxUnavailable(rollout).toString());
    assertEquals(INJECTED, rollout.at("/metadata/annotations/gapless.dev~1injected").asText());
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

  private static long generation(JsonNode rollout) {
    return rollout.at("/metadata/generation").asLong();
  }

  private static JsonNode preStop(JsonNode rollout) {
    return rollout.at("/spec/template/spec/containers/0/lifecycle/preStop");
  }

  private static JsonNode maxUnavailable(JsonNode rollout) {
    return rollout.at("/spec/strategy/canary/maxUnavailable");
  }
}
