package dev.gapless.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gapless.kube.KubeApiServer;
import dev.gapless.kube.KubectlResult;
import dev.gapless.kube.NeedsApiServer;
import dev.gapless.manifest.ManifestParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The Helm chart: what it renders by default, and what each value changes.
@NeedsApiServer
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChartIT {
  private static final Path CHART = Path.of("deploy/helm/gapless").toAbsolutePath();
  private static final JsonMapper JSON = new JsonMapper();
  private static final String POD = "/spec/template/spec";
  private static final String CONTAINER = POD + "/containers/0";
  private static final String CA =
      """
      -----BEGIN CERTIFICATE-----
      MIIB
      -----END CERTIFICATE-----
      """;

  private final KubeApiServer server;
  private final Manifests defaults;

  ChartIT(KubeApiServer server) {
    this.server = server;
    assumeTrue(server.hasAllPrograms() || inCi(), "KUBEBUILDER_ASSETS hold no helm");
    this.defaults = rendered("");
  }

  /// A value of the chart and what it does.
  ///
  /// @param paths the values set, dotted
  /// @param changes to the objects that the chart renders by default
  private record Value(List<String> paths, String values, List<String> changes) {
    static Value of(String path, String values, String... changes) {
      return new Value(List.of(path), values, List.of(changes));
    }

    @Override
    public String toString() {
      return String.join(", ", paths);
    }
  }

  @BeforeAll
  static void chartAndApplicationAreOfOneVersion() throws IOException {
    JsonNode chart = yaml(CHART.resolve("Chart.yaml"));
    String pom = Files.readString(Path.of("pom.xml"));
    String version = chart.path("version").asText();
    assertTrue(pom.contains("<version>" + version + "</version>"), "pom.xml: not " + version);
    assertEquals(version, chart.path("appVersion").asText());
  }

  @Test
  void theDefaultsAreThePlainManifests() {
    Path plain = Path.of("deploy/kubernetes").toAbsolutePath();
    Manifests applied =
        Manifests.of(server.kubectl("kustomize", plain.toString()).succeeded().stdout());
    // Helm installs into a namespace and does not make it.
    assertEquals(List.of(), applied.without("Namespace", "gapless-system").changesTo(defaults));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("values")
  void eachValueChangesWhatItSays(Value value) {
    assertEquals(
        value.changes().stream().sorted().toList(),
        defaults.changesTo(rendered(value.values())).stream().sorted().toList());
  }

  private static Stream<Value> values() {
    String digest = "sha256:" + "0123456789abcdef".repeat(4);
    String ca = Base64.getEncoder().encodeToString(CA.getBytes(StandardCharsets.UTF_8));
    return Stream.of(
        Value.of(
            "image.repository",
            "image: {repository: example/gapless}",
            "~ Deployment gapless "
                + CONTAINER
                + "/image \"gapless:0.1.0\" -> \"example/gapless:0.1.0\""),
        Value.of(
            "image.tag",
            "image: {tag: '2.3'}",
            "~ Deployment gapless " + CONTAINER + "/image \"gapless:0.1.0\" -> \"gapless:2.3\""),
        Value.of(
            "image.digest",
            "image: {tag: '2.3', digest: '" + digest + "'}",
            "~ Deployment gapless "
                + CONTAINER
                + "/image \"gapless:0.1.0\" -> \"gapless@"
                + digest
                + "\""),
        Value.of(
            "image.pullPolicy",
            "image: {pullPolicy: Always}",
            "+ Deployment gapless " + CONTAINER + "/imagePullPolicy \"Always\""),
        Value.of(
            "imagePullSecrets",
            "imagePullSecrets: [{name: registry}]",
            "+ Deployment gapless " + POD + "/imagePullSecrets/0/name \"registry\""),
        Value.of("replicas", "replicas: 3", "~ Deployment gapless /spec/replicas 2 -> 3"),
        Value.of(
            "webhooks.mutate.failurePolicy",
            "webhooks: {mutate: {failurePolicy: Fail}}",
            "~ MutatingWebhookConfiguration gapless /webhooks/0/failurePolicy \"Ignore\" -> \"Fail\""),
        Value.of(
            "webhooks.validate.failurePolicy",
            "webhooks: {validate: {failurePolicy: Fail}}",
            "~ ValidatingWebhookConfiguration gapless /webhooks/0/failurePolicy \"Ignore\" -> \"Fail\""),
        Value.of(
            "webhooks.timeoutSeconds",
            "webhooks: {timeoutSeconds: 2}",
            "~ MutatingWebhookConfiguration gapless /webhooks/0/timeoutSeconds 5 -> 2",
            "~ ValidatingWebhookConfiguration gapless /webhooks/0/timeoutSeconds 5 -> 2",
            "~ ValidatingWebhookConfiguration gapless /webhooks/1/timeoutSeconds 5 -> 2"),
        Value.of(
            "excludedNamespaces",
            "excludedNamespaces: [kube-system, gapless-system, istio-system]",
            "+ MutatingWebhookConfiguration gapless"
                + " /webhooks/0/namespaceSelector/matchExpressions/0/values/2 \"istio-system\"",
            "+ ValidatingWebhookConfiguration gapless"
                + " /webhooks/0/namespaceSelector/matchExpressions/0/values/2 \"istio-system\""),
        new Value(
            List.of("certificates.source", "certificates.secret.name"),
            "certificates: {source: secret, secret: {name: mine}}",
            mounted("mine")),
        new Value(
            List.of("certificates.secret.caBundle"),
            "certificates: {source: secret, secret: {caBundle: " + quoted(CA) + "}}",
            Stream.concat(
                    mounted("gapless-tls").stream(),
                    Stream.of("Mutating* /0", "Validating* /0", "Validating* /1")
                        .map(it ->
                            "+ "
                                + it.replace("* ", "WebhookConfiguration gapless /webhooks")
                                + "/clientConfig/caBundle \""
                                + ca
                                + "\""))
                .toList()),
        new Value(
            List.of(
                "certificates.certManager.issuerRef.name",
                "certificates.certManager.issuerRef.kind",
                "certificates.certManager.issuerRef.group"),
            "certificates: {source: certManager, certManager: {issuerRef: {name: ca}}}",
            Stream.of(
                    List.of("+ Certificate gapless"),
                    mounted("gapless-tls"),
                    Stream.of("Mutating", "Validating")
                        .map(it ->
                            "+ "
                                + it
                                + "WebhookConfiguration gapless"
                                + " /metadata/annotations/cert-manager.io/inject-ca-from"
                                + " \"gapless-system/gapless\"")
                        .toList())
                .flatMap(List::stream)
                .toList()),
        Value.of(
            "defaultPolicy.enabled", "defaultPolicy: {enabled: false}", "- RolloutPolicy default"),
        Value.of(
            "defaultPolicy.mode",
            "defaultPolicy: {mode: Warn}",
            "~ RolloutPolicy default /spec/mode \"Audit\" -> \"Warn\""),
        Value.of(
            "kubernetesVersion",
            "kubernetesVersion: '1.31'",
            "+ Deployment gapless " + CONTAINER + "/args/3 \"--kubernetes-version\"",
            "+ Deployment gapless " + CONTAINER + "/args/4 \"1.31\""),
        Value.of(
            "logLevel",
            "logLevel: DEBUG",
            "+ Deployment gapless " + CONTAINER + "/args/3 \"--log-level\"",
            "+ Deployment gapless " + CONTAINER + "/args/4 \"DEBUG\""),
        new Value(
            List.of(
                "resources.requests.cpu", "resources.requests.memory", "resources.limits.memory"),
            "resources: {requests: {cpu: 2, memory: 1Gi}, limits: {memory: 1Gi, cpu: '4'}}",
            List.of(
                "+ Deployment gapless " + CONTAINER + "/resources/limits/cpu \"4\"",
                "~ Deployment gapless "
                    + CONTAINER
                    + "/resources/limits/memory \"512Mi\" -> \"1Gi\"",
                "~ Deployment gapless " + CONTAINER + "/resources/requests/cpu \"100m\" -> 2",
                "~ Deployment gapless "
                    + CONTAINER
                    + "/resources/requests/memory \"256Mi\" -> \"1Gi\"")),
        Value.of(
            "nodeSelector",
            "nodeSelector: {kubernetes.io/arch: amd64}",
            "+ Deployment gapless " + POD + "/nodeSelector/kubernetes.io/arch \"amd64\""),
        Value.of(
            "tolerations",
            "tolerations: [{key: infra, operator: Exists}]",
            "+ Deployment gapless " + POD + "/tolerations/0/key \"infra\"",
            "+ Deployment gapless " + POD + "/tolerations/0/operator \"Exists\""),
        Value.of(
            "affinity",
            "affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: []}}",
            "+ Deployment gapless "
                + POD
                + "/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution []"),
        Value.of(
            "priorityClassName",
            "priorityClassName: system-cluster-critical",
            "+ Deployment gapless " + POD + "/priorityClassName \"system-cluster-critical\""),
        Value.of(
            "podDisruptionBudget.enabled",
            "podDisruptionBudget: {enabled: false}",
            "- PodDisruptionBudget gapless"),
        Value.of(
            "podDisruptionBudget.maxUnavailable",
            "podDisruptionBudget: {maxUnavailable: 50%}",
            "~ PodDisruptionBudget gapless /spec/maxUnavailable 1 -> \"50%\""),
        new Value(
            List.of("serviceMonitor.enabled", "serviceMonitor.interval", "serviceMonitor.labels"),
            "serviceMonitor: {enabled: true, interval: 30s, labels: {release: prometheus}}",
            List.of("+ Service gapless-metrics", "+ ServiceMonitor gapless")));
  }

  /// A certificate that others put into a Secret; then Gapless needs no right to keep one.
  private static List<String> mounted(String secret) {
    return Stream.concat(
            mountedFiles(secret).stream(),
            Stream.concat(
                right(18, "mutatingwebhookconfigurations"),
                right(19, "validatingwebhookconfigurations")))
        .toList();
  }

  private static Stream<String> right(int index, String resource) {
    return Stream.of(
            "/apiGroups/0 \"admissionregistration.k8s.io\"",
            "/resources/0 \"" + resource + "\"",
            "/resourceNames/0 \"gapless\"",
            "/verbs/0 \"get\"",
            "/verbs/1 \"list\"",
            "/verbs/2 \"watch\"",
            "/verbs/3 \"patch\"")
        .map(it -> "- ClusterRole gapless /rules/" + index + it);
  }

  private static List<String> mountedFiles(String secret) {
    String container = "+ Deployment gapless " + CONTAINER;
    String volume = "+ Deployment gapless " + POD + "/volumes/1";
    return List.of(
        "- Role gapless",
        "- RoleBinding gapless",
        container + "/args/3 \"--certificate\"",
        container + "/args/4 \"/tls/tls.crt\"",
        container + "/args/5 \"--key\"",
        container + "/args/6 \"/tls/tls.key\"",
        container + "/volumeMounts/1/mountPath \"/tls\"",
        container + "/volumeMounts/1/name \"tls\"",
        container + "/volumeMounts/1/readOnly true",
        volume + "/name \"tls\"",
        volume + "/secret/defaultMode 288",
        volume + "/secret/secretName \"" + secret + "\"");
  }

  @Test
  void everyValueIsTestedAndInTheSchema() throws IOException {
    var tested = new TreeSet<String>();
    values().forEach(it -> tested.addAll(it.paths()));
    var documented = new TreeSet<String>();
    JsonNode values = yaml(CHART.resolve("values.yaml"));
    Manifests.leaves(values).keySet().forEach(it -> documented.add(dotted(it)));
    assertEquals(documented, tested);
    var allowed = new TreeSet<String>();
    JsonNode schema = JSON.readTree(Files.readString(CHART.resolve("values.schema.json")));
    schema.path("properties").fieldNames().forEachRemaining(allowed::add);
    var top = new TreeSet<>(Set.of("global"));
    values.fieldNames().forEachRemaining(top::add);
    assertEquals(top, allowed);
  }

  // Of a list that is not empty, the list.
  private static String dotted(String path) {
    return path.substring(1).replaceAll("/\\d+$", "").replace('/', '.');
  }

  @Test
  void aCertificateOfCertManagerIsForTheServiceInTheReleasesNamespace() {
    Manifests rendered =
        render(
            "elsewhere",
            "certificates: {source: certManager, secret: {name: mine},"
                + " certManager: {issuerRef: {name: ca, kind: ClusterIssuer}}}");
    assertEquals(
        yaml(
            """
            secretName: mine
            dnsNames: [gapless.elsewhere.svc, gapless.elsewhere.svc.cluster.local]
            privateKey: {algorithm: ECDSA, size: 256, rotationPolicy: Always}
            issuerRef: {name: ca, kind: ClusterIssuer, group: cert-manager.io}
            """),
        rendered.object("Certificate", "gapless").path("spec"));
    for (String kind : List.of("Mutating", "Validating")) {
      JsonNode configuration = rendered.object(kind + "WebhookConfiguration", "gapless");
      assertEquals(
          "elsewhere/gapless",
          configuration.at("/metadata/annotations/cert-manager.io~1inject-ca-from").asText());
      JsonNode webhook = configuration.at("/webhooks/0");
      assertEquals("elsewhere", webhook.at("/clientConfig/service/namespace").asText());
      assertEquals(
          yaml("[elsewhere, kube-system]"),
          webhook.at("/namespaceSelector/matchExpressions/0/values"));
    }
  }

  @Test
  void theServiceMonitorFindsTheServiceThatFindsThePods() {
    Manifests rendered =
        rendered("serviceMonitor: {enabled: true, interval: 30s, labels: {release: prometheus}}");
    JsonNode monitor = rendered.object("ServiceMonitor", "gapless");
    JsonNode service = rendered.object("Service", "gapless-metrics");
    assertEquals("prometheus", monitor.at("/metadata/labels/release").asText());
    assertEquals(
        yaml("[{port: management, path: /q/metrics, interval: 30s}]"),
        monitor.at("/spec/endpoints"));
    assertEquals(service.at("/metadata/labels"), monitor.at("/spec/selector/matchLabels"));
    assertEquals(
        yaml("[{name: management, port: 9000, targetPort: management}]"),
        service.at("/spec/ports"));
    assertEquals(
        service.at("/spec/selector"),
        rendered.object("Deployment", "gapless").at("/spec/template/metadata/labels"));
    // The webhooks' own Service must not be scraped as well.
    assertTrue(
        rendered
            .object("Service", "gapless")
            .at("/metadata/labels/app.kubernetes.io~1component")
            .isMissingNode());
  }

  @Test
  void whatAValueCannotBeIsSaid() {
    KubectlResult refused =
        template(
            "gapless-system",
            """
            image: {repository: "", tag: "a b", digest: sha256:abc, pullPolicy: Sometimes}
            imagePullSecrets: [registry]
            replicas: 0
            replica: 3
            webhooks: {mutate: {failurePolicy: ignore}, validate: {failurePolicy: No}, timeoutSeconds: 31}
            excludedNamespaces: [kube-*]
            certificates: {source: self, secret: {name: "", caBundle: LS0tLS1}}
            defaultPolicy: {enabled: "yes", mode: "Off"}
            kubernetesVersion: newest
            logLevel: TRACE
            resources: {limits: {memory: plenty}, request: {}}
            nodeSelector: [a]
            tolerations: {}
            affinity: {antiAffinity: {}}
            priorityClassName: 5
            podDisruptionBudget: {enabled: "yes", maxUnavailable: 0}
            serviceMonitor: {enabled: 1, interval: often, labels: {a: 1}}
            """);
    assertEquals(1, refused.exitCode());
    assertEquals(
        """
        at '': additional properties 'replica' not allowed
        at '/affinity': additional properties 'antiAffinity' not allowed
        at '/certificates/secret/caBundle': 'LS0tLS1' does not match pattern '^(\\\\s*-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----)*\\\\s*$'
        at '/certificates/secret/name': '' does not match pattern '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$'
        at '/certificates/source': value must be one of 'selfManaged', 'secret', 'certManager'
        at '/defaultPolicy/enabled': got string, want boolean
        at '/defaultPolicy/mode': value must be one of 'Disabled', 'Audit', 'Warn', 'Fix', 'Enforce'
        at '/excludedNamespaces/0': 'kube-*' does not match pattern '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'
        at '/image/digest': 'sha256:abc' does not match pattern '^(sha256:[0-9a-f]{64})?$'
        at '/image/pullPolicy': value must be one of '', 'Always', 'IfNotPresent', 'Never'
        at '/image/repository': '' does not match pattern '^[^@\\\\s]+$'
        at '/image/repository': minLength: got 0, want 1
        at '/image/tag': 'a b' does not match pattern '^[A-Za-z0-9_.-]{0,128}$'
        at '/imagePullSecrets/0': got string, want object
        at '/kubernetesVersion': 'newest' does not match pattern '^(v?1\\\\.[0-9]+(\\\\.[0-9]+)?)?$'
        at '/logLevel': value must be one of 'ERROR', 'WARN', 'INFO', 'DEBUG'
        at '/nodeSelector': got array, want object
        at '/podDisruptionBudget/enabled': got string, want boolean
        at '/podDisruptionBudget/maxUnavailable': got number, want string
        at '/podDisruptionBudget/maxUnavailable': minimum: got 0, want 1
        at '/priorityClassName': got number, want string
        at '/replicas': minimum: got 0, want 1
        at '/resources': additional properties 'request' not allowed
        at '/resources/limits/memory': 'plenty' does not match pattern '^[0-9]+(\\\\.[0-9]+)?([numkMGTPE]|[KMGTPE]i|[eE][0-9]+)?$'
        at '/serviceMonitor/enabled': got number, want boolean
        at '/serviceMonitor/interval': 'often' does not match pattern '^([0-9]+(ms|s|m|h))*$'
        at '/serviceMonitor/labels/a': got number, want string
        at '/tolerations': got object, want array
        at '/webhooks/mutate/failurePolicy': value must be one of 'Ignore', 'Fail'
        at '/webhooks/timeoutSeconds': maximum: got 31, want 30
        at '/webhooks/validate/failurePolicy': value must be one of 'Ignore', 'Fail'
        """,
        refused
            .stderr()
            .lines()
            .map(String::strip)
            .filter(it -> it.startsWith("- at '") && !it.endsWith(" failed"))
            .map(it -> it.substring(2))
            .sorted()
            .collect(Collectors.joining("\n", "", "\n")));
  }

  @Test
  void certManagerNeedsAnIssuer() {
    KubectlResult refused = template("gapless-system", "certificates: {source: certManager}");
    assertEquals(1, refused.exitCode());
    assertTrue(
        refused.stderr().contains("at '/certificates/certManager/issuerRef/name'"),
        refused::stderr);
  }

  @Test
  void aClusterThatIsTooOldIsRefused() {
    KubectlResult refused =
        server.helm("template", "gapless", CHART.toString(), "--kube-version", "1.29.9");
    assertEquals(1, refused.exitCode());
    assertTrue(refused.stderr().contains("requires kubeVersion: >=1.30.0-0"), refused::stderr);
  }

  @Test
  void theApiServerTakesWhatIsRenderedWithEveryValueOfItsOwnKinds() {
    String rendered =
        template(
                "default",
                """
                image: {pullPolicy: Always}
                imagePullSecrets: [{name: registry}]
                excludedNamespaces: [default, istio-system]
                certificates: {source: secret, secret: {caBundle: %s}}
                defaultPolicy: {enabled: false}
                kubernetesVersion: "1.34"
                logLevel: DEBUG
                nodeSelector: {kubernetes.io/arch: amd64}
                tolerations: [{key: infra, operator: Exists}]
                affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: []}}
                priorityClassName: system-cluster-critical
                podDisruptionBudget: {maxUnavailable: 50%%}
                """
                    .formatted(quoted(certificate())))
            .succeeded()
            .stdout();
    KubectlResult applied =
        server.kubectlWith(rendered, "apply", "--dry-run=server", "--filename=-").succeeded();
    assertEquals("", applied.stderr());
    assertEquals(
        Manifests.of(rendered).objects().size(), applied.stdout().lines().count(), applied::stdout);
  }

  // Any will do.
  private String certificate() {
    try {
      return Files.readString(server.folder().resolve("certificates/apiserver.crt"));
    } catch (IOException e) {
      throw new UncheckedIOException("the API server's certificate is not there", e);
    }
  }

  @Test
  void helmHasNothingToSayAgainstTheChart() {
    KubectlResult linted = server.helm("lint", "--strict", CHART.toString()).succeeded();
    assertTrue(linted.stdout().contains("1 chart(s) linted, 0 chart(s) failed"), linted::stdout);
  }

  @Test
  void gaplessHasNothingToSayAgainstTheChart() throws IOException, InterruptedException {
    Path folder = Files.createDirectory(server.folder().resolve("rendered"));
    Files.writeString(
        folder.resolve("chart.yaml"), template("gapless-system", "").succeeded().stdout());
    for (String files : List.of(folder.toString(), "deploy/kubernetes")) {
      String said = Packaged.gapless("check", files);
      // The Deployment, the Service and the budget.
      assertTrue(said.matches("3 objects judged, .*: no findings\\n"), said);
    }
  }

  private Manifests rendered(String values) {
    return render("gapless-system", values);
  }

  private Manifests render(String namespace, String values) {
    return Manifests.of(template(namespace, values).succeeded().stdout());
  }

  private KubectlResult template(String namespace, String values) {
    return server.helmWith(
        values,
        "template",
        "gapless",
        CHART.toString(),
        "--include-crds",
        "--namespace",
        namespace,
        "--values",
        "-");
  }

  private static String quoted(String text) {
    return JSON.getNodeFactory().textNode(text).toString();
  }

  private static JsonNode yaml(Path file) throws IOException {
    return yaml(Files.readString(file));
  }

  private static JsonNode yaml(String text) {
    return ManifestParser.parse("yaml", text).documents().getFirst().tree();
  }

  private static boolean inCi() {
    return "true".equals(System.getenv("CI"));
  }
}
