package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gapless.rules.Catalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which policy governs, and why, offline.
class WhyCommandTest {
  private static final JsonMapper JSON = new JsonMapper();

  private static final String POLICIES =
      """
      apiVersion: gapless.dev/v1alpha1
      kind: RolloutPolicy
      metadata: {name: shop}
      spec:
        priority: 10
        match:
          namespaceSelector: {matchLabels: {team: shop}}
        mode: Warn
        rules:
        - {name: readiness-probe-missing, mode: Enforce}
        - {name: recreate-strategy, mode: Disabled}
        exemptions: {maxDays: 90}
      ---
      apiVersion: gapless.dev/v1alpha1
      kind: RolloutPolicy
      metadata: {name: blog}
      spec:
        priority: 20
        match:
          namespaceSelector: {matchLabels: {team: blog}}
        mode: Enforce
      """;

  private static final String PLATFORM =
      """
      apiVersion: gapless.dev/v1alpha1
      kind: RolloutPolicy
      metadata: {name: platform}
      spec: {mode: Audit}
      """;

  private static final String WEB =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: web
        namespace: shop-prod
        annotations:
          exempt.gapless.dev/pre-stop-sleep-missing: "drains by itself"
          exempt.gapless.dev/readiness-prob-missing: "no"
          gapless.dev/exempt-until: "2026-12-24"
      spec:
        template:
          spec:
            containers: [{name: web, image: web, ports: [{containerPort: 80}]}]
      ---
      apiVersion: v1
      kind: Namespace
      metadata:
        name: shop-prod
        labels: {team: shop}
        annotations:
          exempt.gapless.dev/rollout-loses-capacity: "sandbox"
      """;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path directory;

  @BeforeEach
  void write() throws IOException {
    Files.createDirectory(directory.resolve("policies"));
    Files.writeString(directory.resolve("policies/teams.yaml"), POLICIES);
    Files.writeString(directory.resolve("platform.yaml"), PLATFORM);
    Files.writeString(directory.resolve("web.yaml"), WEB);
  }

  @Test
  void itNamesTheGoverningPolicyTheOthersAndEachRulesMode() {
    assertEquals(
        new Invocation(
            0,
            """
            Deployment "web" in namespace "shop-prod"
            policy: shop (priority 10), mode Warn
              not blog (priority 20): does not match: spec.match.namespaceSelector: label "team" must be "blog", is "shop"
              not platform (priority 0): matches too, but its priority is lower
            rules:
              readiness-probe-missing              Enforce   named in the policy
              worker-readiness-probe-missing       Warn      the rule's default is Enforce, the policy's mode Warn
              readiness-probe-partial              Warn      the rule's default
              readiness-port-undeclared            Warn      the rule's default is Enforce, the policy's mode Warn
              service-selects-nothing              Audit     the rule's default
              service-port-unmatched               Audit     the rule's default
              service-mixes-workloads              Audit     the rule's default
              not-ready-published                  Audit     the rule's default
              liveness-same-as-readiness           Audit     the rule's default
              liveness-kills-slow-start            Audit     the rule's default
              probe-timeout-exceeds-period         Audit     the rule's default
              pre-stop-sleep-missing               Exempt    the rule's default is Fix, the policy's mode Warn; exempt: drains by itself
              exec-hook-unsafe                     Audit     the rule's default
              pre-stop-sleep-too-short             Audit     the rule's default
              load-balancer-delay                  Audit     the rule's default
              grace-period-too-short               Warn      the rule's default is Fix, the policy's mode Warn
              pre-stop-outlives-grace              Audit     the rule's default
              sidecar-dies-first                   Audit     the rule's default
              replicas-fight-hpa                   Audit     the rule's default
              rollout-loses-capacity               Warn      the rule's default is Fix, the policy's mode Warn; the exemption does not count: gapless.dev/exempt-until is missing
              min-ready-seconds-zero               Audit     the rule's default
              progress-deadline-too-short          Audit     the rule's default
              surge-cannot-schedule                Audit     the rule's default
              recreate-strategy                    Disabled  named in the policy
              single-replica                       Audit     the rule's default
              hpa-minimum-one                      Audit     the rule's default
              external-traffic-local               Audit     the rule's default
              statefulset-loses-quorum             Audit     the rule's default
              daemonset-has-gap                    Audit     the rule's default
              rollback-history-missing             Audit     the rule's default
              rollout-paused                       Audit     the rule's default
              spread-missing                       Audit     the rule's default
              disruption-budget-missing            Audit     the rule's default
              disruption-budget-blocks-drain       Audit     the rule's default
              disruption-budgets-overlap           Audit     the rule's default
              disruption-budget-ignores-unhealthy  Audit     the rule's default
            note: metadata.annotations[exempt.gapless.dev/readiness-prob-missing]: does not count: there is no rule "readiness-prob-missing" (did you mean "readiness-probe-missing"?) [gapless]
            """,
            ""),
        run("why", "-f", "web.yaml", "--policy", "policies", "--policy", "platform.yaml"));
  }

  @Test
  void asJsonItSaysTheSame() throws IOException {
    Invocation why =
        run("why", "-f", "web.yaml", "-o", "json", "--policy=policies", "--policy=platform.yaml");
    JsonNode web = JSON.readTree(why.out()).path("objects").path(0);

    assertEquals(
        JSON.readTree("{\"name\":\"shop\",\"priority\":10,\"mode\":\"Warn\"}"), web.path("policy"));
    assertEquals(
        "[\"blog\",\"platform\"]",
        web.path("others").findValues("name").toString().replace(", ", ","));
    assertEquals(
        JSON.readTree(
            """
            {"rule":"pre-stop-sleep-missing","mode":"Warn",
             "because":"the rule's default is Fix, the policy's mode Warn; exempt: drains by itself",
             "exempt":true}
            """),
        rule(web, "pre-stop-sleep-missing"));
    assertEquals(Catalog.RULES.size(), web.path("rules").size());
    assertEquals(1, web.path("notes").size());
  }

  private static JsonNode rule(JsonNode workload, String id) {
    for (JsonNode rule : workload.path("rules")) {
      if (rule.path("rule").asText().equals(id)) {
        return rule;
      }
    }
    throw new AssertionError("no " + id + " in " + workload);
  }

  @Test
  void aRolloutHasItsOwnApiVersion() throws IOException {
    Files.writeString(
        directory.resolve("rollout.yaml"),
        "{apiVersion: argoproj.io/v1alpha1, kind: Rollout, metadata: {name: web}, spec: {}}");
    assertEquals(
        "argoproj.io/v1alpha1",
        JSON.readTree(run("why", "-f", "rollout.yaml", "-o", "json").out())
            .at("/objects/0/object/apiVersion")
            .asText());
  }

  @Test
  void checkSaysItToo() throws IOException {
    String why = run("why", "-f", "web.yaml", "--policy", "policies").out();
    Invocation check = run("check", "web.yaml", "--policy", "policies", "--why");
    assertTrue(check.out().startsWith(why), check.out());
    assertTrue(check.out().contains("[readiness-probe-missing]\n"), check.out());
    assertTrue(
        check.out().contains("web.yaml:8: metadata.annotations[exempt.gapless.dev/readiness-prob"),
        check.out());
    JsonNode report =
        JSON.readTree(
            run("check", "web.yaml", "--policy", "policies", "--why", "-o", "json").out());
    assertEquals("shop", report.at("/why/0/policy/name").asText());
    assertEquals(8, report.at("/notes/0/line").asInt());
  }

  @Test
  void namespaceLabelsDecide() {
    Invocation why =
        run("why", "-f", "web.yaml", "--policy", "policies", "--namespace-labels", "team=blog");
    assertTrue(why.out().contains("policy: blog (priority 20), mode Enforce\n"), why.out());
  }

  @Test
  void withoutAPolicyTheBuiltInOneGoverns() {
    Invocation why = run("why", "-f", "web.yaml");
    assertTrue(why.out().contains("\npolicy: built-in, mode Enforce\nrules:\n"), why.out());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|either one object in a cluster must be named, such as deployment/web, or manifests"
            + " with -f",
        "deployment/web -f web.yaml|either one object in a cluster must be named, such as"
            + " deployment/web, or manifests with -f",
        "deployment|one object must be named, such as deployment/web, is \"deployment\"",
        "deployment/|one object must be named, such as deployment/web, is \"deployment/\"",
        "deploy web other|one object must be named, such as deployment/web, is \"deploy web"
            + " other\"",
        "pod/web|the kind must be deployment, statefulset, daemonset, rollout, service,"
            + " horizontalpodautoscaler or poddisruptionbudget, is \"pod\"",
        "deploymnet/web|the kind must be deployment, statefulset, daemonset, rollout, service,"
            + " horizontalpodautoscaler or poddisruptionbudget, is \"deploymnet\""
            + " (did you mean \"deployment\"?)",
        "deployment.argoproj.io/web|the kind must be deployment, statefulset, daemonset, rollout, service,"
            + " horizontalpodautoscaler or poddisruptionbudget, is \"deployment.argoproj.io\" (did you mean \"deployment\"?)",
        "deploy/web --kubeconfig none|DIR/none: the kubeconfig does not exist; name another one with"
            + " --kubeconfig"
      })
  void whatCannotBeAnsweredIsSaid(String arguments, String message) {
    for (String command : new String[] {"why", "diff"}) {
      String[] words = (command + " " + arguments).strip().split(" ");
      assertEquals(
          new Invocation(2, "", message.replace("DIR", directory.toString()) + "\n"), run(words));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "deployment/web,deployments",
    "deployments/web,deployments",
    "deploy/web,deployments",
    "Deployment/web,deployments",
    "deployment.apps/web,deployments",
    "deployments.v1.apps/web,deployments",
    "deploy web,deployments",
    "sts/web,statefulsets",
    "statefulset web,statefulsets",
    "statefulsets/web,statefulsets",
    "ds/web,daemonsets",
    "daemonset/web,daemonsets",
    "daemonsets web,daemonsets",
    "rollout/web,rollouts",
    "rollouts web,rollouts",
    "ro/web,rollouts",
    "rollouts.argoproj.io/web,rollouts",
    "rollouts.v1alpha1.argoproj.io/web,rollouts"
  })
  void aWorkloadIsNamedAsForKubectl(String words, String resource) {
    LiveTarget target = LiveTarget.of(Arrays.asList(words.split(" ")));
    assertEquals("web", target.name());
    assertEquals(resource, target.resource().plural());
  }

  private Invocation run(String... arguments) {
    return Invocation.of(directory, Catalog.RULES, "", Map.of(), false, arguments);
  }
}
