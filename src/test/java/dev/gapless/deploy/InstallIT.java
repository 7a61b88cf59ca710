package dev.gapless.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.kube.ApiResponse;
import dev.gapless.kube.Await;
import dev.gapless.kube.ChildProcess;
import dev.gapless.kube.GaplessServer;
import dev.gapless.kube.KubeApiServer;
import dev.gapless.kube.KubectlResult;
import dev.gapless.kube.NeedsApiServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Installing, upgrading and uninstalling on a real API server, with the commands of a user.
///
/// There are no nodes: pods stay pending, and where the webhooks are to answer, a patch sends the
/// API server to a process of this machine.
@NeedsApiServer
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InstallIT {
  private static final String MANIFESTS = Path.of("deploy/kubernetes").toAbsolutePath().toString();
  private static final String CHART = Path.of("deploy/helm/gapless").toAbsolutePath().toString();
  private static final String CRD = "customresourcedefinition/rolloutpolicies.gapless.dev";

  /// Every webhook: its configuration and its place there.
  private static final List<String> WEBHOOKS =
      List.of("mutating/webhooks/0", "validating/webhooks/0", "validating/webhooks/1");

  private static final String CONFIGURATIONS =
      "mutatingwebhookconfigurations,validatingwebhookconfigurations";
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String SHOP = "install-shop";
  private static final Pattern ADMISSIONS =
      Pattern.compile("gapless_admissions_total\\{(\\S+)} (\\d+)");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");
  private static final Pattern ERRORS =
      Pattern.compile("apiserver_admission_match_condition_evaluation_errors_total\\{.*gapless.*");
  private static final Pattern EXCLUSIONS =
      Pattern.compile("apiserver_admission_match_condition_exclusions_total\\{.*gapless.*");

  /// What is judged beside workloads.
  ///
  /// @param path of its list in a namespace
  /// @param changePath the same in the version in which its spec is changed
  private record Neighbour(
      String kind, String path, String body, String changePath, String change) {}

  private static final List<Neighbour> NEIGHBOURS =
      List.of(
          new Neighbour(
              "Service",
              "/api/v1/namespaces/%s/services",
              """
              {"metadata": {"name": "alive"},
               "spec": {"selector": {"app": "alive"}, "ports": [{"port": 80}]}}
              """,
              "/api/v1/namespaces/%s/services",
              "{\"spec\": {\"selector\": {\"app\": \"alive-2\"}}}"),
          // Changed in the old version; webhooks are told in the one that they know.
          new Neighbour(
              "HorizontalPodAutoscaler",
              "/apis/autoscaling/v2/namespaces/%s/horizontalpodautoscalers",
              """
              {"metadata": {"name": "alive"},
               "spec": {"maxReplicas": 5, "scaleTargetRef":
                {"apiVersion": "apps/v1", "kind": "Deployment", "name": "alive"}}}
              """,
              "/apis/autoscaling/v1/namespaces/%s/horizontalpodautoscalers",
              "{\"spec\": {\"minReplicas\": 2}}"),
          new Neighbour(
              "PodDisruptionBudget",
              "/apis/policy/v1/namespaces/%s/poddisruptionbudgets",
              """
              {"metadata": {"name": "alive"},
               "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "alive"}}}}
              """,
              "/apis/policy/v1/namespaces/%s/poddisruptionbudgets",
              "{\"spec\": {\"maxUnavailable\": 2}}"));

  private final KubeApiServer server;

  InstallIT(KubeApiServer server) {
    this.server = server;
    assumeTrue(
        server.hasAllPrograms() || "true".equals(System.getenv("CI")),
        "KUBEBUILDER_ASSETS hold neither helm nor a controller manager");
  }

  @SuppressWarnings("NullAway.Init")
  private ChildProcess controllers;

  @BeforeAll
  void startControllers() {
    controllers =
        server.startControllers(
            "namespace-controller", "deployment-controller", "replicaset-controller");
    server.createNamespace(SHOP);
    server.createNamespace("install-disabled");
    server
        .kubectl("label", "namespace", "install-disabled", "gapless.dev/admission=disabled")
        .succeeded();
  }

  @AfterAll
  void stopControllers() {
    server.kubectl("delete", "namespace", SHOP, "install-disabled").succeeded();
    controllers.close();
  }

  @Test
  void whatIsAppliedIsAcceptedAndStaysAndLeavesNothingBehind() throws IOException {
    applyCrd();
    KubectlResult applied = server.kubectl("apply", "-k", MANIFESTS).succeeded();
    // No warning either: of Pod Security, of a deprecated version, of an unknown field.
    assertEquals("", applied.stderr());
    applied
        .stdout()
        .lines()
        .filter(it -> !it.startsWith("customresourcedefinition"))
        .forEach(it -> assertTrue(it.endsWith(" created"), it));
    assertTrue(
        applied.stdout().contains("rolloutpolicy.gapless.dev/default created"), applied::stdout);

    // The namespace enforces the level `restricted`.
    Await.until(
        "two pods of Gapless",
        LIMIT,
        () -> names("pods", "--namespace=gapless-system").lines().count() == 2);

    putCaBundle();
    server
        .kubectl("apply", "-k", MANIFESTS)
        .succeeded()
        .stdout()
        .lines()
        // Which kubectl says to configure each time, as it replaces its selector by the same one.
        .filter(it -> !it.startsWith("poddisruptionbudget"))
        .forEach(it -> assertTrue(it.endsWith(" unchanged"), it));
    assertEquals(Set.of(caBundle()), caBundles());

    server.kubectl("delete", CONFIGURATIONS, "gapless").succeeded();
    server.kubectl("delete", "-k", MANIFESTS, "--ignore-not-found").succeeded();
    assertNothingIsLeft();
    assertEquals("", create("Deployment", "afterwards", SHOP).message());
  }

  @Test
  void inOneGoAllButTheFirstPolicyIsAppliedAndASecondTimeThatToo() {
    assertNothingIsLeft();
    // kubectl looks up the kinds of all objects before it applies any of them; what it remembers of
    // an earlier installation would be no first time.
    String first = "--cache-dir=" + server.folder().resolve("first");
    KubectlResult applied = server.kubectl("apply", "-k", MANIFESTS, first);
    assertEquals(1, applied.exitCode());
    assertTrue(applied.stderr().contains("no matches for kind \"RolloutPolicy\""), applied::stderr);
    assertTrue(applied.stdout().contains("validatingwebhookconfiguration"), applied::stdout);
    server.kubectl("wait", "--for=condition=Established", CRD).succeeded();
    KubectlResult second = server.kubectl("apply", "-k", MANIFESTS, first).succeeded();
    assertTrue(
        second.stdout().contains("rolloutpolicy.gapless.dev/default created"), second::stdout);

    server.kubectl("delete", CONFIGURATIONS, "gapless").succeeded();
    server.kubectl("delete", "-k", MANIFESTS, "--ignore-not-found").succeeded();
    assertNothingIsLeft();
  }

  @Test
  void onlyNewAndChangedSpecsAreAskedAbout() throws IOException {
    Path overlay = Files.createDirectory(server.folder().resolve("overlay"));
    try (GaplessServer gapless = GaplessServer.start(server, "installed")) {
      // Fail: a condition that cannot be evaluated would refuse the change.
      writeOverlay(overlay, gapless);
      applyCrd();
      server.kubectl("apply", "-k", overlay.toString()).succeeded();
      Await.until(
          "the webhooks to be asked",
          LIMIT,
          () -> {
            String path = path("Deployment", SHOP) + "?dryRun=All";
            assertEquals(
                "",
                server.send("POST", path, "application/json", body("Deployment", "x")).message());
            return gapless.calls("mutate") > 0 && gapless.calls("validate") > 0;
          });
      var expected = new TreeMap<String, Integer>();
      for (String kind : List.of("Deployment", "StatefulSet", "DaemonSet")) {
        live(kind);
        for (String webhook : List.of("mutate", "validate")) {
          expected.put(webhook + " CREATE " + kind, 1);
          expected.put(webhook + " UPDATE " + kind, 1);
        }
      }
      for (Neighbour neighbour : NEIGHBOURS) {
        live(neighbour);
        for (String webhook : List.of("mutate", "validate")) {
          expected.put(webhook + " CREATE " + neighbour.kind(), 1);
          expected.put(webhook + " UPDATE " + neighbour.kind(), 1);
        }
      }
      for (String namespace : List.of("kube-system", "gapless-system", "install-disabled")) {
        assertEquals("", create("Deployment", "elsewhere", namespace).message());
        server.kubectl("delete", "deployment", "elsewhere", "--namespace=" + namespace).succeeded();
      }
      String policy = "rolloutpolicy/default";
      server.kubectl("label", policy, "team=platform").succeeded();
      String spec = "{\"spec\":{\"drainSeconds\":5}}";
      server.kubectl("patch", policy, "--type=merge", "--patch", spec).succeeded();
      // Of the policy's two changes the one of its spec.
      expected.put("validate UPDATE RolloutPolicy", 1);
      assertEquals(expected, admissions(gapless.metrics()));
    }
    assertConditionsHaveExcludedAndNeverErred();

    // Fail means what it says, and only for what is asked about.
    assertEquals(500, create("Deployment", "nobody-answers", SHOP).status());
    assertEquals("", create("Deployment", "excluded", "install-disabled").message());

    server.kubectl("delete", CONFIGURATIONS, "gapless").succeeded();
    server.kubectl("delete", "-k", overlay.toString(), "--ignore-not-found").succeeded();
    assertNothingIsLeft();
    awaitThatCreatesPass("nobody-is-asked");
  }

  /// All that happens to a workload in its life, two changes of its spec among it, the second when
  /// it is being deleted.
  private void live(String kind) {
    ApiResponse created = create(kind, "alive", SHOP);
    assertEquals("", created.message());
    assertFalse(
        created
            .body()
            .at("/spec/template/spec/containers/0/lifecycle/preStop/sleep")
            .isMissingNode(),
        "the webhook's fix is in what was stored");
    var object = kind.toLowerCase(Locale.ROOT) + "/alive";
    String in = "--namespace=" + SHOP;
    server.kubectl("label", object, "team=shop", in).succeeded();
    server.kubectl("annotate", object, "note=well", in).succeeded();
    if (!kind.equals("DaemonSet")) {
      server.kubectl("scale", object, "--replicas=3", in).succeeded();
      server.kubectl("scale", object, "--replicas=0", in).succeeded();
    }
    String status = "{\"status\":{\"observedGeneration\":1}}";
    server
        .kubectl("patch", object, "--subresource=status", "--type=merge", "--patch", status, in)
        .succeeded();
    // Without its version, as controllers write to it too.
    ObjectNode stored = (ObjectNode) server.send("GET", path(kind, SHOP) + "/alive", "", "").body();
    stored.withObject("/metadata").remove("resourceVersion");
    server.kubectlWith(stored.toString(), "replace", "--filename=-", in).succeeded();

    server.kubectl("set", "image", object, "app=example/app:2", in).succeeded();

    finalizers(object, "[\"gapless.dev/test\"]");
    server.kubectl("delete", object, "--wait=false", in).succeeded();
    server.kubectl("set", "image", object, "app=example/app:3", in).succeeded();
    finalizers(object, "null");
    server.kubectl("wait", "--for=delete", object, in).succeeded();
  }

  /// The same for what stands beside workloads.
  private void live(Neighbour neighbour) {
    String collection = neighbour.path().formatted(SHOP);
    assertEquals(
        "", server.send("POST", collection, "application/json", neighbour.body()).message());
    String object = neighbour.kind().toLowerCase(Locale.ROOT) + "/alive";
    String in = "--namespace=" + SHOP;
    server.kubectl("label", object, "team=shop", in).succeeded();
    server.kubectl("annotate", object, "note=well", in).succeeded();
    String status = "{\"status\":{\"conditions\":[]}}";
    server
        .kubectl("patch", object, "--subresource=status", "--type=merge", "--patch", status, in)
        .succeeded();
    String change = neighbour.changePath().formatted(SHOP) + "/alive";
    String type = "application/merge-patch+json";
    assertEquals("", server.send("PATCH", change, type, neighbour.change()).message());
    finalizers(object, "[\"gapless.dev/test\"]");
    server.kubectl("delete", object, "--wait=false", in).succeeded();
    String later = neighbour.change().replace('2', '3');
    assertEquals("", server.send("PATCH", change, type, later).message());
    finalizers(object, "null");
    server.kubectl("wait", "--for=delete", object, in).succeeded();
  }

  private void finalizers(String object, String list) {
    String patch = "{\"metadata\":{\"finalizers\":" + list + "}}";
    server
        .kubectl("patch", object, "--type=merge", "--patch", patch, "--namespace=" + SHOP)
        .succeeded();
  }

  @ParameterizedTest(name = "server-side apply: {0}")
  @ValueSource(booleans = {true, false})
  void helmInstallsUpgradesAndUninstalls(boolean serverSide) throws IOException {
    // Helm 4 applies on the server unless told otherwise, Helm 3 never does.
    String apply = "--server-side=" + serverSide;
    String in = "--namespace=gapless-system";
    String quick = "--set=webhooks.timeoutSeconds=1";
    KubectlResult installed =
        server
            .helm("install", "gapless", CHART, in, "--create-namespace", quick, apply)
            .succeeded();
    assertTrue(
        installed.stdout().contains("Gapless 0.1.0 runs in gapless-system"), installed::stdout);
    assertEquals("", installed.stderr());
    assertStoredAsRendered(in);
    // Nobody answers there, and nobody is held up.
    assertEquals("", create("Deployment", "nobody-answers", SHOP).message());

    putCaBundle();
    server
        .helm(
            "upgrade",
            "gapless",
            CHART,
            in,
            quick,
            apply,
            "--set=replicas=3,webhooks.validate.failurePolicy=Fail",
            "--set=defaultPolicy.mode=Enforce")
        .succeeded();
    assertStoredAsRendered(in);
    assertEquals(Set.of(caBundle()), caBundles());
    Await.until(
        "the new failurePolicy",
        LIMIT,
        () -> {
          ApiResponse refused = create("Deployment", "is-refused", SHOP);
          if (refused.accepted()) {
            server.kubectl("delete", "deployment", "is-refused", "--namespace=" + SHOP).succeeded();
          }
          return refused.message().contains("failed calling webhook \"validate.gapless.dev\"");
        });

    server.helm("uninstall", "gapless", in).succeeded();
    assertEquals("", names(CONFIGURATIONS));
    awaitThatCreatesPass("is-accepted");
    // Helm leaves the kind, and with it the policies of others; it blocks nothing.
    assertEquals("", names("rolloutpolicies"));
    server.kubectl("delete", CRD).succeeded();
    server.kubectl("delete", "namespace", "gapless-system").succeeded();
    assertNothingIsLeft();
    server.kubectl("delete", "deployments", "--all", "--namespace=" + SHOP).succeeded();
  }

  private void assertStoredAsRendered(String namespace) {
    String manifest = server.helm("get", "manifest", "gapless", namespace).succeeded().stdout();
    KubectlResult diff =
        server.kubectlWith(
            manifest, "diff", "--server-side", "--force-conflicts", "--filename=-", namespace);
    assertEquals("", diff.stdout() + diff.stderr());
  }

  private void assertNothingIsLeft() {
    assertEquals(
        "", names(CONFIGURATIONS + ",clusterroles,clusterrolebindings,customresourcedefinitions"));
    assertEquals(
        "",
        names(
            "deployments,services,poddisruptionbudgets,serviceaccounts,roles,rolebindings,"
                + "configmaps,secrets,leases",
            "--all-namespaces"));
    assertEquals(
        1,
        server.kubectl("get", "namespace", "gapless-system").exitCode(),
        "the namespace is left");
  }

  private void awaitThatCreatesPass(String name) {
    Await.until(
        "creates that nobody refuses", LIMIT, () -> create("Deployment", name, SHOP).accepted());
  }

  private void assertConditionsHaveExcludedAndNeverErred() {
    String metrics = server.send("GET", "/metrics", "", "").body().asText();
    assertTrue(EXCLUSIONS.matcher(metrics).find(), "no condition has excluded anything");
    assertFalse(
        ERRORS.matcher(metrics).find(),
        () -> ERRORS.matcher(metrics).results().toList().toString());
  }

  /// How many requests arrived: by webhook, operation and kind.
  private static Map<String, Integer> admissions(String metrics) {
    var counted = new TreeMap<String, Integer>();
    ADMISSIONS
        .matcher(metrics)
        .results()
        .forEach(it -> {
          var labels = new TreeMap<String, String>();
          LABEL.matcher(it.group(1)).results().forEach(l -> labels.put(l.group(1), l.group(2)));
          String key =
              String.join(
                  " ",
                  String.valueOf(labels.get("webhook")),
                  String.valueOf(labels.get("operation")),
                  String.valueOf(labels.get("kind")));
          counted.merge(key, Integer.valueOf(it.group(2)), Integer::sum);
        });
    return counted;
  }

  private void writeOverlay(Path folder, GaplessServer gapless) throws IOException {
    String ca = Base64.getEncoder().encodeToString(Files.readAllBytes(gapless.ca()));
    var patches = new StringBuilder();
    for (String webhook : WEBHOOKS) {
      boolean mutates = webhook.startsWith("mutating");
      patches.append(
          """
            - target: {kind: %s}
              patch: |-
                - {op: remove, path: %2$s/clientConfig/service}
                - {op: add, path: %2$s/clientConfig/url, value: "%3$s/%4$s"}
                - {op: add, path: %2$s/clientConfig/caBundle, value: %5$s}
                - {op: replace, path: %2$s/failurePolicy, value: Fail}
          """
              .formatted(
                  mutates ? "MutatingWebhookConfiguration" : "ValidatingWebhookConfiguration",
                  webhook.substring(webhook.indexOf('/')),
                  gapless.url(),
                  mutates ? "mutate" : "validate",
                  ca));
    }
    // Kustomize takes folders by relative paths only.
    Path base = folder.toRealPath().relativize(Path.of(MANIFESTS).toRealPath());
    Files.writeString(
        folder.resolve("kustomization.yaml"),
        "resources: [%s]\npatches:\n%s".formatted(base, patches));
  }

  // As the README has it: before the first policy, its kind must be known.
  private void applyCrd() {
    server.kubectl("apply", "--filename=" + MANIFESTS + "/crd.yaml").succeeded();
    server.kubectl("wait", "--for=condition=Established", CRD).succeeded();
  }

  private void putCaBundle() throws IOException {
    for (String webhook : WEBHOOKS) {
      String kind = webhook.substring(0, webhook.indexOf('/'));
      String patch =
          "[{\"op\": \"add\", \"path\": \"%s/clientConfig/caBundle\", \"value\": \"%s\"}]"
              .formatted(webhook.substring(webhook.indexOf('/')), caBundle());
      server
          .kubectl(
              "patch",
              kind + "webhookconfiguration",
              "gapless",
              "--type=json",
              "--patch",
              patch,
              "--field-manager=ca")
          .succeeded();
    }
  }

  // Any certificate will do.
  private String caBundle() throws IOException {
    Path certificate = server.folder().resolve("certificates/apiserver.crt");
    return Base64.getEncoder().encodeToString(Files.readAllBytes(certificate));
  }

  private Set<String> caBundles() {
    var bundles = new TreeSet<String>();
    for (String webhook : WEBHOOKS) {
      bundles.add(
          configuration(webhook.substring(0, webhook.indexOf('/')))
              .at(webhook.substring(webhook.indexOf('/')) + "/clientConfig/caBundle")
              .asText());
    }
    return bundles;
  }

  private JsonNode configuration(String kind) {
    return server
        .send(
            "GET",
            "/apis/admissionregistration.k8s.io/v1/" + kind + "webhookconfigurations/gapless",
            "",
            "")
        .body();
  }

  private String names(String kinds, String... options) {
    var arguments =
        new ArrayList<>(
            List.of("get", kinds, "--selector=app.kubernetes.io/name=gapless", "--output=name"));
    arguments.addAll(List.of(options));
    return server.kubectl(arguments.toArray(String[]::new)).succeeded().stdout();
  }

  private ApiResponse create(String kind, String name, String namespace) {
    return server.send("POST", path(kind, namespace), "application/json", body(kind, name));
  }

  private static String path(String kind, String namespace) {
    return "/apis/apps/v1/namespaces/" + namespace + "/" + kind.toLowerCase(Locale.ROOT) + "s";
  }

  // With a readiness probe, which nobody but its author can write.
  private static String body(String kind, String name) {
    String replicas = kind.equals("DaemonSet") ? "" : "\"replicas\": 4,";
    return """
    {"apiVersion": "apps/v1", "kind": "%s", "metadata": {"name": "%s"},
     "spec": {%s "selector": {"matchLabels": {"app": "%s"}},
      "template": {"metadata": {"labels": {"app": "%s"}},
       "spec": {"containers": [{"name": "app", "image": "example/app:1",
        "ports": [{"containerPort": 80}],
        "readinessProbe": {"tcpSocket": {"port": 80}}}]}}}}
    """
        .formatted(kind, name, replicas, name, name);
  }
}
