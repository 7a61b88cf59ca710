package dev.gapless.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.kube.Await;
import dev.gapless.kube.GaplessServer;
import dev.gapless.kube.KubeApiServer;
import dev.gapless.kube.KubectlResult;
import dev.gapless.kube.NeedsApiServer;
import dev.gapless.kube.Webhooks;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What a platform team does after installing, from the first look to enforcing, on a real API
/// server and a served process; and what becomes of a policy that is broken.
@NeedsApiServer
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PolicyStoryIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Path DEPLOY = Path.of("deploy/kubernetes").toAbsolutePath();
  private static final String NAMESPACE = "story";
  private static final String IN = "--namespace=" + NAMESPACE;
  private static final String EXEMPT = "exempt.gapless.dev/readiness-probe-missing";
  private static final String RULE = "readiness-probe-missing";

  private final KubeApiServer server;

  PolicyStoryIT(KubeApiServer server) {
    this.server = server;
  }

  @BeforeAll
  void install() {
    server.createNamespace(NAMESPACE);
    server.kubectl("apply", "--filename=" + DEPLOY.resolve("crd.yaml")).succeeded();
    server
        .kubectl(
            "wait",
            "--for=condition=Established",
            "customresourcedefinition/rolloutpolicies.gapless.dev")
        .succeeded();
  }

  @AfterAll
  void uninstall() {
    server.kubectl("delete", "--filename=" + DEPLOY.resolve("crd.yaml")).succeeded();
    server.kubectl("delete", "deployments", "--all", IN).succeeded();
    server.kubectl("delete", "namespace", NAMESPACE, "--wait=false").succeeded();
  }

  private GaplessServer serve(String name) {
    return GaplessServer.start(server, name, "--kubeconfig=" + server.kubeconfig());
  }

  private Webhooks webhooks(GaplessServer gapless) {
    return Webhooks.register(server, gapless, "story", List.of(NAMESPACE));
  }

  @Test
  void fromTheFirstLookToEnforcing() {
    server.kubectl("apply", "--filename=" + DEPLOY.resolve("default-policy.yaml")).succeeded();
    try (GaplessServer gapless = serve("story");
        Webhooks _ = webhooks(gapless)) {
      Await.until(
          "RolloutPolicy/default",
          LIMIT,
          () -> gapless.metric("gapless_policies{state=\"accepted\"}") == 1);
      awaitReady("default");

      // Audit: admitted as it is; metrics and the audit log tell.
      assertEquals("", create("audited", "").succeeded().stderr());
      assertUntouched("audited");
      assertEquals(1, evaluations(gapless, "Audit", "failed"));
      JsonNode told = annotations("audited");
      assertTrue(
          told.path("validate.gapless.dev/findings").asText().contains("[" + RULE + "]"),
          told::toString);
      assertTrue(
          told.path("validate.gapless.dev/would-patch").asText().contains("preStop"),
          told::toString);
      assertEquals("default", told.path("validate.gapless.dev/policy").asText());

      // Warn: admitted as it is, and whoever made the change is told.
      mode("Warn");
      KubectlResult warned =
          awaitTried("a warning", it -> it.stderr().contains("Warning: ") && it.exitCode() == 0);
      assertTrue(warned.stderr().contains("[" + RULE + "]"), warned::stderr);
      assertTrue(warned.stderr().contains("[pre-stop-sleep-missing]"), warned::stderr);
      create("warned", "").succeeded();
      assertUntouched("warned");

      // Fix: what nobody wrote is filled in, and what only the author can write is told.
      mode("Fix");
      awaitTried("a fix", it -> !it.stderr().contains("[pre-stop-sleep-missing]"));
      KubectlResult fixed = create("fixed", "").succeeded();
      assertTrue(fixed.stderr().contains("[" + RULE + "]"), fixed::stderr);
      assertEquals(10, pod("fixed").at("/containers/0/lifecycle/preStop/sleep/seconds").intValue());
      assertEquals(0, pod("fixed").at("/containers/0/readinessProbe").size());

      // Enforce: what is left is denied.
      mode("Enforce");
      KubectlResult denied = awaitTried("a denial", it -> it.exitCode() != 0);
      assertTrue(denied.stderr().contains("is rejected by policy \"default\""), denied::stderr);
      assertTrue(denied.stderr().contains(EXEMPT), denied::stderr);

      // Exempt, with a reason: admitted and counted, beside what other tests have left.
      String exemptions = "gapless_exemptions{rule=\"" + RULE + "\"}";
      double before = gapless.metric(exemptions);
      assertEquals("", create("exempt", EXEMPT + ": legacy balancer").succeeded().stderr());
      assertEquals(1, evaluations(gapless, "Enforce", "exempt"));
      Await.until(
          "the exemption to be counted", LIMIT, () -> gapless.metric(exemptions) == before + 1);

      // Its date was yesterday: denied again.
      LocalDate yesterday = LocalDate.now(ZoneOffset.UTC).minusDays(1);
      KubectlResult ended =
          apply(
              "exempt",
              EXEMPT + ": legacy balancer, gapless.dev/exempt-until: '" + yesterday + "'",
              "2");
      assertEquals(1, ended.exitCode());
      assertTrue(ended.stderr().contains("it ended on " + yesterday), ended::stderr);

      // The namespace may be exempt as well.
      server.kubectl("annotate", "namespace", NAMESPACE, EXEMPT + "=a trial").succeeded();
      awaitTried("an exempt namespace", it -> it.exitCode() == 0);
      server.kubectl("annotate", "namespace", NAMESPACE, EXEMPT + "-").succeeded();
      awaitTried("the namespace to be exempt no more", it -> it.exitCode() != 0);

      // So may the namespace's labels decide, by a policy of higher priority.
      policy(
          "trial",
          "priority: 1, mode: Warn, match: {namespaceSelector: {matchLabels: {stage: trial}}}");
      awaitReady("trial");
      awaitTried("the label to be asked for", it -> it.exitCode() != 0);
      server.kubectl("label", "namespace", NAMESPACE, "stage=trial").succeeded();
      awaitTried("the label to count", it -> it.exitCode() == 0);

      // No policy at all: nothing is denied, nothing changed, nobody told.
      server.kubectl("delete", "rolloutpolicies", "--all").succeeded();
      awaitTried("no policy", it -> it.exitCode() == 0 && it.stderr().isEmpty());
      create("unguarded", "").succeeded();
      assertUntouched("unguarded");
      assertEquals(0, gapless.metric("gapless_policy_generation"));
    }
  }

  @Test
  void aPolicyWrittenPastTheWebhookLeavesTheLastGoodOneInForceUntilARestart() {
    policy("broken-later", "mode: Enforce");
    try (GaplessServer gapless = serve("past")) {
      awaitReady("broken-later");
      // No webhook is registered yet, so nobody is asked.
      policy("broken-later", "mode: Enforce, rules: [{name: no-such-rule, mode: Warn}]");
      awaitCondition("broken-later", "Ready", "LastGoodInForce");
      assertEquals(1, gapless.metric("gapless_policies{state=\"held-back\"}"));
      assertEquals(1, gapless.metric("gapless_policy_generation"));
      assertTrue(
          message("broken-later").contains("there is no rule \"no-such-rule\""),
          () -> message("broken-later"));
      try (Webhooks _ = webhooks(gapless)) {
        assertEquals(1, tried().exitCode());
      }
    }
    try (GaplessServer gapless = serve("restarted");
        Webhooks _ = webhooks(gapless)) {
      awaitCondition("broken-later", "Ready", "SetAside");
      assertEquals(1, gapless.metric("gapless_policies{state=\"set-aside\"}"));
      KubectlResult tried = tried().succeeded();
      assertEquals("", tried.stderr());
      assertTrue(
          gapless.readiness().contains("\"rolloutpolicies\": \"in-step\""), gapless::readiness);
    } finally {
      server.kubectl("delete", "rolloutpolicies", "--all").succeeded();
    }
    // Three changes, three writes: valid, held back, set aside.
    assertEquals(3, statusWrites("broken-later"));
  }

  @Test
  void whatTheSchemaForbidsIsRejectedWithoutAnybodysHelp() {
    KubectlResult rejected =
        server.kubectlWith(
            document("bad", "mode: Warn, maxSurge: 0, preStopSleepSeconds: 0"),
            "create",
            "--filename=-");
    assertEquals(1, rejected.exitCode());
    assertTrue(
        rejected.stderr().contains("spec.preStopSleepSeconds in body should be greater than"),
        rejected::stderr);
  }

  @Test
  void whatOnlyGaplessKnowsToBeWrongIsRejectedByIt() {
    try (GaplessServer gapless = serve("judging");
        Webhooks _ = webhooks(gapless)) {
      KubectlResult rejected =
          server.kubectlWith(
              document("bad", "mode: Warn, rules: [{name: recreate-stratgy, mode: Warn}]"),
              "create",
              "--filename=-");
      assertEquals(1, rejected.exitCode());
      assertTrue(
          rejected.stderr().contains("did you mean \"recreate-strategy\""), rejected::stderr);
      assertTrue(rejected.stderr().contains("policies.gapless.dev"), rejected::stderr);
      policy("good", "mode: Warn, rules: [{name: recreate-strategy, mode: Warn}]");
    } finally {
      server.kubectl("delete", "rolloutpolicies", "--all").succeeded();
    }
  }

  private void mode(String mode) {
    server
        .kubectl(
            "patch",
            "rolloutpolicy",
            "default",
            "--type=merge",
            "--patch={\"spec\":{\"mode\":\"" + mode + "\"}}")
        .succeeded();
  }

  private void policy(String name, String spec) {
    server.kubectlWith(document(name, spec), "apply", "--filename=-").succeeded();
  }

  private static String document(String name, String spec) {
    return "{apiVersion: gapless.dev/v1alpha1, kind: RolloutPolicy, metadata: {name: %s}, spec: {%s}}"
        .formatted(name, spec);
  }

  private void awaitReady(String policy) {
    awaitCondition(policy, "Ready", "InForce");
  }

  private void awaitCondition(String policy, String type, String reason) {
    Await.until(
        () -> policy + " to be " + reason + ", it is " + stored(policy).path("status"),
        LIMIT,
        () -> condition(policy, type).path("reason").asText().equals(reason));
  }

  private String message(String policy) {
    return condition(policy, "Accepted").path("message").asText();
  }

  private JsonNode condition(String policy, String type) {
    for (JsonNode condition : stored(policy).at("/status/conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition;
      }
    }
    return stored(policy).path("none");
  }

  private JsonNode stored(String policy) {
    return server
        .send("GET", "/apis/gapless.dev/v1alpha1/rolloutpolicies/" + policy, "", "")
        .body();
  }

  private KubectlResult awaitTried(String what, Predicate<KubectlResult> wanted) {
    return Await.value(what, LIMIT, () -> java.util.Optional.of(tried()).filter(wanted));
  }

  /// Without a trace: it counts nowhere.
  private KubectlResult tried() {
    return server.kubectlWith(
        deployment("tried", "", "1"), "create", "--dry-run=server", "--filename=-");
  }

  private KubectlResult create(String name, String annotations) {
    return server.kubectlWith(deployment(name, annotations, "1"), "create", "--filename=-");
  }

  private KubectlResult apply(String name, String annotations, String version) {
    return server.kubectlWith(deployment(name, annotations, version), "apply", "--filename=-");
  }

  // It takes traffic, has no readiness probe, waits for nobody and loses capacity.
  private static String deployment(String name, String annotations, String version) {
    return """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: %s, namespace: %s, annotations: {%s}}
    spec:
      replicas: 4
      selector: {matchLabels: {app: %s}}
      template:
        metadata: {labels: {app: %s}}
        spec: {containers: [{name: web, image: example/web:%s, ports: [{containerPort: 80}]}]}
    """
        .formatted(name, NAMESPACE, annotations, name, name, version);
  }

  private JsonNode pod(String name) {
    return server
        .send("GET", "/apis/apps/v1/namespaces/" + NAMESPACE + "/deployments/" + name, "", "")
        .body()
        .at("/spec/template/spec");
  }

  private void assertUntouched(String name) {
    assertTrue(pod(name).at("/containers/0/lifecycle").isMissingNode(), () -> pod(name).toString());
    assertEquals(30, pod(name).path("terminationGracePeriodSeconds").intValue());
  }

  private static double evaluations(GaplessServer gapless, String mode, String outcome) {
    return gapless.metric(
        "gapless_evaluations_total{mode=\"%s\",outcome=\"%s\",rule=\"%s\"}"
            .formatted(mode, outcome, RULE));
  }

  private JsonNode annotations(String name) {
    return server.audit().stream()
        .filter(it ->
            it.at("/objectRef/name").asText().equals(name)
                && it.at("/objectRef/namespace").asText().equals(NAMESPACE)
                && it.path("verb").asText().equals("create"))
        .findFirst()
        .orElseThrow()
        .path("annotations");
  }

  private long statusWrites(String policy) {
    return server.audit().stream()
        .filter(it ->
            it.at("/objectRef/name").asText().equals(policy)
                && it.at("/objectRef/subresource").asText().equals("status")
                && it.at("/responseStatus/code").asInt() == 200)
        .count();
  }
}
