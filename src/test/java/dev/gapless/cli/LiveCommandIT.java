package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.gapless.kube.ApiResponse;
import dev.gapless.kube.Await;
import dev.gapless.kube.KubeApiServer;
import dev.gapless.kube.NeedsApiServer;
import dev.gapless.rule.Rule;
import dev.gapless.rules.Catalog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `why` and `diff` of what is in a real cluster.
@NeedsApiServer
class LiveCommandIT {
  /// What fixes whatever can be fixed.
  private static final String FIXING =
      Catalog.RULES.stream()
          .filter(Rule::fixes)
          .map(rule -> "{name: " + rule.doc().id() + ", mode: Fix}")
          .collect(Collectors.joining(", ", "{mode: Fix, rules: [", "]}"));

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final YAMLMapper YAML = new YAMLMapper();

  private static final String CRD_NAME = "rolloutpolicies.gapless.dev";
  private static final String POLICIES = "/apis/gapless.dev/v1alpha1/rolloutpolicies";

  private static final String CRD =
      """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: rolloutpolicies.gapless.dev}
      spec:
        group: gapless.dev
        scope: Cluster
        names: {kind: RolloutPolicy, listKind: RolloutPolicyList, plural: rolloutpolicies, singular: rolloutpolicy, shortNames: [rop]}
        versions:
        - name: v1alpha1
          served: true
          storage: true
          schema:
            openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
      """;

  private static final String WEB =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: web
        labels: {app: web}
      spec:
        replicas: 4
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers:
            - {name: proxy, image: proxy}
            - {name: web, image: web, ports: [{containerPort: 80}]}
      """;

  private final KubeApiServer server;
  private final String namespace = "live-" + UUID.randomUUID().toString().substring(0, 8);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path directory;

  LiveCommandIT(KubeApiServer server) {
    this.server = server;
  }

  @BeforeEach
  void deploy() {
    kubectl("", "delete", "crd", CRD_NAME, "--ignore-not-found", "--wait");
    server.createNamespace(namespace);
    kubectl("", "label", "namespace", namespace, "team=shop");
    kubectl(WEB, "apply", "-n", namespace, "-f", "-");
  }

  private void policies(String... documents) {
    kubectl(CRD, "apply", "-f", "-");
    Await.until(
        "the kind to be served", LIMIT, () -> server.send("GET", POLICIES, "", "").accepted());
    for (String document : documents) {
      kubectl(document, "apply", "-f", "-");
    }
  }

  @AfterEach
  void clear() {
    kubectl("", "delete", "deployments", "--all", "-n", namespace);
    kubectl("", "delete", "crd", CRD_NAME, "--ignore-not-found", "--wait");
  }

  @Test
  void whySaysWhatGovernsInTheCluster() {
    policies(
        policy(
            "shop",
            "{priority: 10, mode: Warn, match: {namespaceSelector: {matchLabels: {team: shop}}}}"),
        policy(
            "blog",
            "{priority: 20, mode: Warn, match: {namespaceSelector: {matchLabels: {team: blog}}}}"),
        policy("broken", "{mode: Warning}"));
    kubectl(
        "",
        "annotate",
        "namespace",
        namespace,
        "exempt.gapless.dev/readiness-probe-missing=sandbox");
    Invocation why = gapless("why", "deployment/web", "-n", namespace);

    assertEquals(0, why.exitCode(), why.err());
    assertEquals(
        "policy set aside: broken: spec.mode: must be one of Disabled, Audit, Warn, Fix, Enforce, is"
            + " \"Warning\"\n",
        why.err());
    assertEquals(
        """
        Deployment "web" in namespace "%s"
        policy: shop (priority 10), mode Warn
          not blog (priority 20): does not match: spec.match.namespaceSelector: label "team" must be "blog", is "shop"
        rules:
          readiness-probe-missing         Exempt    the rule's default is Enforce, the policy's mode Warn; exempt: sandbox
        """
            .formatted(namespace),
        why.out().lines().limit(5).collect(Collectors.joining("\n", "", "\n")));
  }

  @Test
  void aWorkloadIsNamedAsForKubectl() throws IOException {
    Path policy = Files.writeString(directory.resolve("policy.yaml"), policy("p", "{mode: Fix}"));
    String expected =
        gapless("why", "deployment/web", "-n", namespace, "--policy", policy + "").out();
    assertTrue(expected.contains("policy: p (priority 0), mode Fix"), expected);
    for (List<String> words :
        List.of(
            List.of("deploy/web"),
            List.of("deployments", "web"),
            List.of("deployment.apps/web"),
            List.of("Deployment", "web"))) {
      var arguments =
          new ArrayList<>(List.of("why", "--namespace=" + namespace, "--policy", policy + ""));
      arguments.addAll(words);
      assertEquals(new Invocation(0, expected, ""), gapless(arguments.toArray(String[]::new)));
    }
  }

  @Test
  void theKubeconfigsContextAndNamespaceAreTaken() throws IOException {
    ObjectNode config = (ObjectNode) YAML.readTree(server.kubeconfig().toFile());
    ObjectNode context = config.withArray("contexts").get(0).deepCopy();
    context.put("name", "shop").withObject("/context").put("namespace", namespace);
    config.withArray("contexts").add(context);
    Path file = directory.resolve("kubeconfig");
    YAML.writeValue(file.toFile(), config);
    Path policy = Files.writeString(directory.resolve("policy.yaml"), policy("p", "{mode: Fix}"));

    Invocation named =
        run(
            Map.of("KUBECONFIG", file.toString()),
            "why",
            "deploy/web",
            "--context",
            "shop",
            "--policy",
            policy + "");
    assertEquals(0, named.exitCode(), named.err());
    assertTrue(named.out().contains("in namespace \"" + namespace + "\""), named.out());

    Invocation elsewhere =
        run(Map.of(), "why", "deploy/web", "--kubeconfig", file + "", "--policy", policy + "");
    assertEquals(
        new Invocation(
            2,
            "",
            url()
                + ": has no deployments \"web\" in namespace \"default\"; name another one, or its"
                + " namespace with -n\n"),
        elsewhere);
    Invocation unknown =
        run(Map.of(), "why", "deploy/web", "--kubeconfig", file + "", "--context=x");
    assertEquals(
        new Invocation(2, "", file + ": has no context \"x\"; its contexts are shop, test\n"),
        unknown);
  }

  @Test
  void aClusterWithoutPoliciesOfThisKindIsAuditedAndThatIsSaid() {
    String said =
        "the cluster has no rolloutpolicies.gapless.dev: without them the server audits by the"
            + " built-in policy\n";
    Invocation why = gapless("why", "deployment/web", "-n", namespace);
    assertEquals(0, why.exitCode(), why.err());
    assertEquals(said, why.err());
    assertTrue(why.out().contains("\npolicy: built-in, mode Audit\n"), why.out());
    Invocation diff = gapless("diff", "deployment/web", "-n", namespace);
    assertEquals(1, diff.exitCode(), diff.err());
    assertTrue(diff.err().startsWith(said), diff.err());
  }

  @Test
  void aPolicyWhoseLastGoodVersionHoldsIsSaid() {
    policies(policy("held", "{mode: Warning}"));
    kubectl(
        "",
        "patch",
        "rop",
        "held",
        "--type=merge",
        "--patch={\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"False\","
            + "\"reason\":\"LastGoodInForce\"}]}}");
    Invocation why = gapless("why", "deployment/web", "-n", namespace);
    assertEquals(0, why.exitCode(), why.err());
    assertEquals(
        "policy held back: held: spec.mode: must be one of Disabled, Audit, Warn, Fix, Enforce, is"
            + " \"Warning\"\n"
            + "  running replicas judge by an earlier generation of it, which cannot be read: this"
            + " answer holds after their restart\n",
        why.err());
    String json = gapless("why", "deployment/web", "-n", namespace, "-o", "json").out();
    assertTrue(json.contains("\"setAside\" : [ ],\n  \"heldBack\" : [ \"held: spec.mode"), json);
  }

  @Test
  void anArgoRolloutIsNamedAsForKubectl() throws IOException {
    policies(policy("audit", "{mode: Audit}"));
    server.defineRollouts();
    ApiResponse created =
        server.send(
            "POST",
            "/apis/argoproj.io/v1alpha1/namespaces/" + namespace + "/rollouts",
            "application/yaml",
            WEB.replace("apps/v1", "argoproj.io/v1alpha1").replace("Deployment", "Rollout"));
    assertTrue(created.accepted(), created.message());
    String expected = gapless("why", "rollout/web", "-n", namespace).out();
    assertTrue(expected.startsWith("Rollout \"web\" in namespace \"" + namespace), expected);
    for (String kind :
        List.of("rollouts", "ro", "rollouts.argoproj.io", "rollouts.v1alpha1.argoproj.io")) {
      assertEquals(new Invocation(0, expected, ""), gapless("why", kind + "/web", "-n", namespace));
    }
    JsonNode json = YAML.readTree(gapless("why", "ro/web", "-n", namespace, "-o", "json").out());
    assertEquals("argoproj.io/v1alpha1", json.at("/objects/0/object/apiVersion").asText());

    // Without a schema the containers of the patch take the place of those in the repository.
    Invocation diff = gapless("diff", "ro/web", "-n", namespace, "-o", "kustomize");
    assertEquals(1, diff.exitCode(), diff.err());
    JsonNode containers = YAML.readTree(diff.out()).at("/spec/template/spec/containers");
    assertEquals(
        List.of("proxy", "web"),
        containers.valueStream().map(it -> it.path("image").asText()).toList());
  }

  @Test
  void thePatchHoldsWhatAdmissionHasSetAlready() throws IOException {
    policies(policy("audit", "{mode: Audit}"));
    String before = gapless("diff", "deploy/web", "-n", namespace, "-o", "kustomize").out();
    kubectl(
        "",
        "patch",
        "-n",
        namespace,
        "deployment",
        "web",
        "-p",
        """
        {"metadata": {"annotations": {"gapless.dev/injected": "{\\"spec.minReadySeconds\\":5}"}},
         "spec": {"minReadySeconds": 5}}
        """);
    String unified = gapless("diff", "deploy/web", "-n", namespace).out();
    assertTrue(!unified.contains("+  minReadySeconds"), unified);
    assertEquals(before, gapless("diff", "deploy/web", "-n", namespace, "-o", "kustomize").out());
    assertTrue(before.contains("  minReadySeconds: 5\n"), before);
  }

  @Test
  void aMissingPermissionIsSaid() throws IOException {
    kubectl("", "create", "serviceaccount", "jane", "-n", namespace);
    kubectl(
        "",
        "create",
        "role",
        "jane",
        "-n",
        namespace,
        "--verb=get",
        "--resource=deployments.apps,namespaces");
    kubectl(
        "",
        "create",
        "rolebinding",
        "jane",
        "-n",
        namespace,
        "--role=jane",
        "--serviceaccount=" + namespace + ":jane");
    String token =
        server.kubectl("create", "token", "jane", "-n", namespace).succeeded().stdout().strip();
    ObjectNode config = (ObjectNode) YAML.readTree(server.kubeconfig().toFile());
    ((ObjectNode) config.at("/users/0")).putObject("user").put("token", token);
    Path file = directory.resolve("kubeconfig");
    YAML.writeValue(file.toFile(), config);
    policies();

    Await.until(
        "the grant",
        LIMIT,
        () ->
            !run(Map.of(), "why", "deploy/web", "--kubeconfig", file + "", "-n", namespace)
                .err()
                .contains("deployments"));
    assertEquals(
        new Invocation(
            2,
            "",
            url()
                + ": forbids you to read rolloutpolicies.gapless.dev; ask for the permission, or give"
                + " the policies with --policy instead\n"),
        run(Map.of(), "why", "deploy/web", "--kubeconfig", file + "", "-n", namespace));
    ((ObjectNode) config.at("/users/0/user")).put("token", "nobody");
    YAML.writeValue(file.toFile(), config);
    assertEquals(
        new Invocation(
            2, "", url() + ": does not know you; renew the credentials in the kubeconfig\n"),
        run(Map.of(), "diff", "deploy/web", "--kubeconfig", file + "", "-n", namespace));
  }

  @Test
  void aClusterThatIsNotThereIsSaid() throws IOException {
    ObjectNode config = (ObjectNode) YAML.readTree(server.kubeconfig().toFile());
    String nowhere = "https://127.0.0.1:" + ServedProcess.freePort();
    ((ObjectNode) config.at("/clusters/0/cluster")).put("server", nowhere);
    Path file = directory.resolve("kubeconfig");
    YAML.writeValue(file.toFile(), config);
    Invocation why = run(Map.of(), "why", "deploy/web", "--kubeconfig", file + "");
    assertEquals(2, why.exitCode());
    assertTrue(why.err().startsWith(nowhere + "/: cannot be reached ("), why.err());
    assertEquals(1, why.err().lines().count(), why.err());
  }

  @Test
  void diffShowsWhatWouldChangeAndThatNothingWouldOnceItHas() {
    policies(policy("audit", "{mode: Audit}"));
    Invocation diff = gapless("diff", "deployment", "web", "-n", namespace);

    assertEquals(1, diff.exitCode(), diff.err());
    String name = "apps.v1.Deployment." + namespace + ".web";
    assertTrue(
        diff.out().startsWith("--- live/" + name + "\n+++ gapless/" + name + "\n@@ "), diff.out());
    List<String> changes =
        diff.out().lines().skip(2).filter(it -> it.startsWith("+") || it.startsWith("-")).toList();
    for (String line :
        List.of(
            "+              seconds: 10",
            "-      maxUnavailable: 25%",
            "+      maxUnavailable: 0")) {
      assertTrue(changes.contains(line), changes.toString());
    }
    assertTrue(diff.err().startsWith("left for the author: "), diff.err());

    String patch = gapless("diff", "deployment/web", "-n", namespace, "-o", "kustomize").out();
    kubectl("", "patch", "-n", namespace, "deployment", "web", "-p", patch);
    assertEquals("", gapless("diff", "deployment/web", "-n", namespace).out());
    assertEquals(0, gapless("diff", "deployment/web", "-n", namespace).exitCode());
  }

  @Test
  void kustomizeMakesOfThePatchWhatGaplessWouldMake() throws IOException {
    policies(policy("audit", "{mode: Audit}"));
    Path audit =
        Files.writeString(directory.resolve("audit.yaml"), policy("audit", "{mode: Audit}"));
    Path web = Files.writeString(directory.resolve("web.yaml"), WEB);
    JsonNode fixed =
        YAML.readTree(
            gapless(
                    "fix",
                    web + "",
                    "--policy",
                    Files.writeString(directory.resolve("fix.yaml"), policy("fix", FIXING)) + "")
                .out());

    Invocation live = gapless("diff", "deploy/web", "-n", namespace, "-o", "kustomize");
    assertEquals(1, live.exitCode(), live.err());
    assertTrue(!live.out().contains("injected"), live.out());
    Files.writeString(directory.resolve("live-patch.yaml"), live.out());
    assertEquals(
        fixed, kustomized("{path: live-patch.yaml, target: {kind: Deployment, name: web}}"));

    Invocation file = gapless("diff", "-f", web + "", "--policy", audit + "", "-o", "kustomize");
    assertEquals(1, file.exitCode(), file.err());
    Files.writeString(directory.resolve("file-patch.yaml"), file.out());
    assertEquals(fixed, kustomized("{path: file-patch.yaml}"));
    assertTrue(live.out().contains("#     target: {kind: Deployment, name: web}\n"), live.out());
  }

  private JsonNode kustomized(String patch) throws IOException {
    Files.writeString(
        directory.resolve("kustomization.yaml"),
        "resources: [web.yaml]\npatches:\n- " + patch + "\n");
    return YAML.readTree(server.kubectl("kustomize", directory.toString()).succeeded().stdout());
  }

  private static String policy(String name, String spec) {
    return "{apiVersion: gapless.dev/v1alpha1, kind: RolloutPolicy, metadata: {name: %s}, spec: %s}\n"
        .formatted(name, spec);
  }

  private String url() throws UncheckedIOException {
    try {
      return YAML.readTree(server.kubeconfig().toFile()).at("/clusters/0/cluster/server").asText()
          + "/";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void kubectl(String input, String... arguments) {
    server.kubectlWith(input, arguments).succeeded();
  }

  private Invocation gapless(String... arguments) {
    return run(Map.of("KUBECONFIG", server.kubeconfig().toString()), arguments);
  }

  private Invocation run(Map<String, String> environment, String... arguments) {
    return Invocation.of(directory, Catalog.RULES, "", environment, false, arguments);
  }
}
