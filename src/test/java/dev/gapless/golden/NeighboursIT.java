package dev.gapless.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.engine.Engine;
import dev.gapless.engine.Evaluation;
import dev.gapless.engine.JudgedKinds;
import dev.gapless.engine.Namespace;
import dev.gapless.engine.Review;
import dev.gapless.kube.ApiResponse;
import dev.gapless.kube.Await;
import dev.gapless.kube.GaplessServer;
import dev.gapless.kube.KubeApiServer;
import dev.gapless.kube.NeedsApiServer;
import dev.gapless.kube.Webhooks;
import dev.gapless.manifest.ManifestParser;
import dev.gapless.neighbour.NeighbourReader;
import dev.gapless.neighbour.Surroundings;
import dev.gapless.policy.Policies;
import dev.gapless.policy.PolicyReader;
import dev.gapless.rules.Catalog;
import dev.gapless.workload.Authorship;
import dev.gapless.workload.KubernetesVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/// Findings about two objects in a real API server: the same whichever of them is written last, and
/// none where the server may not read the other one.
@NeedsApiServer
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NeighboursIT {
  // What the server is told a moment after the API server has stored it.
  private static final Duration SOON = Duration.ofSeconds(10);

  /// A namespace whose webhooks know the Services, and one whose webhooks may not read them.
  private static final String KNOWING = "neighbours-known";

  private static final String FORBIDDEN = "neighbours-forbidden";

  private static final String CUT = "\u2026 [";

  private static final String SERVICE =
      """
      {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
       "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}}
      """;

  /// Only the Service says that it takes traffic.
  private static final String DEPLOYMENT =
      """
      {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
       "spec": {"selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}},
         "spec": {"containers": [{"name": "web", "image": "example/web:1"}]}}}}
      """;

  private final KubeApiServer server;
  private final KubernetesVersion kubernetes;
  private final Engine engine = new Engine(Catalog.RULES);
  private final List<GoldenCase> cases =
      GoldenCase.all().stream().filter(NeighboursIT::canRunHere).toList();
  private final List<AutoCloseable> started = new ArrayList<>();

  NeighboursIT(KubeApiServer server) {
    this.server = server;
    this.kubernetes = KubernetesVersion.parse(server.version()).orElseThrow();
  }

  /// Not what needs a stored object, a policy, a day or a namespace of its own, an older release or
  /// kinds that no API server of the tests knows.
  private static boolean canRunHere(GoldenCase golden) {
    return golden.isAboutFiles()
        && !golden.around().isEmpty()
        && !Files.exists(golden.file("policy.yaml"))
        && golden.namespace().labels().isEmpty()
        && golden.kubernetes().equals(KubernetesVersion.NEWEST_KNOWN)
        && documents(golden)
            .allMatch(it ->
                it.at("/metadata/namespace").isMissingNode()
                    && !it.path("apiVersion").asText().startsWith("gateway."));
  }

  private static Stream<ObjectNode> documents(GoldenCase golden) {
    return Stream.concat(Stream.of(golden.input()), golden.around().stream())
        .map(ObjectNode.class::cast);
  }

  private String namespace(GoldenCase golden) {
    return "neighbours-" + cases.indexOf(golden);
  }

  @BeforeAll
  void startGapless() throws IOException {
    server.defineRollouts();
    List<String> namespaces = cases.stream().map(this::namespace).toList();
    namespaces.forEach(server::createNamespace);
    Path policy = server.folder().resolve("neighbours-policy.yaml");
    Files.writeString(policy, policy());
    GaplessServer warning =
        serve("neighbours", "--kubeconfig=" + server.kubeconfig(), "--policy=" + policy);
    register(warning, "neighbours", namespaces);

    Path enforce = server.folder().resolve("neighbours-enforce.yaml");
    Files.writeString(enforce, policy("Enforce", "readiness-probe-missing"));
    for (String namespace : List.of(KNOWING, FORBIDDEN)) {
      server.createNamespace(namespace);
      GaplessServer one =
          serve(
              namespace,
              "--kubeconfig=" + kubeconfig(namespace, namespace.equals(KNOWING)),
              "--policy=" + enforce);
      register(one, namespace, List.of(namespace));
    }
  }

  private GaplessServer serve(String name, String... options) {
    GaplessServer gapless = GaplessServer.start(server, name, options);
    started.add(gapless);
    return gapless;
  }

  // The one that was started last.
  private GaplessServer forbidden() {
    return started.stream()
        .filter(GaplessServer.class::isInstance)
        .map(GaplessServer.class::cast)
        .toList()
        .getLast();
  }

  private void register(GaplessServer gapless, String name, List<String> namespaces) {
    started.add(Webhooks.register(server, gapless, name, namespaces));
  }

  /// All rules that look at neighbours tell, and no other one.
  private String policy() {
    String[] rules = cases.stream().map(GoldenCase::rule).distinct().toArray(String[]::new);
    return policy("Warn", rules);
  }

  private static String policy(String mode, String... rules) {
    String modes =
        Arrays.stream(rules)
            .map(it -> "{name: %s, mode: %s}".formatted(it, mode))
            .collect(Collectors.joining(", "));
    return """
    apiVersion: gapless.dev/v1alpha1
    kind: RolloutPolicy
    metadata: {name: some}
    spec: {mode: Disabled, rules: [%s]}
    """
        .formatted(modes);
  }

  // An account with the permissions of the installation, be it without the one for Services.
  private Path kubeconfig(String namespace, boolean services) throws IOException {
    String rbac =
        Files.readString(Path.of("deploy/kubernetes/rbac.yaml"))
            .replace("gapless-system", namespace)
            .replaceAll("name: gapless\n(?!    namespace)", "name: " + namespace + "\n");
    String account =
        "{apiVersion: v1, kind: ServiceAccount, metadata: {name: gapless, namespace: %s}}\n---\n"
            .formatted(namespace);
    String granted = services ? rbac : rbac.replace("resources: [services]", "resources: [none]");
    server.kubectlWith(account + granted, "apply", "--filename=-").succeeded();
    return server.kubeconfigOf(namespace, "gapless");
  }

  @AfterAll
  void stopGapless() throws Exception {
    for (AutoCloseable it : started.reversed()) {
      it.close();
    }
    server
        .kubectl(
            "delete", "clusterrole,clusterrolebinding", KNOWING, FORBIDDEN, "--ignore-not-found")
        .succeeded();
  }

  @Test
  void whatMayNotBeReadDeniesNothing() {
    for (String namespace : List.of(KNOWING, FORBIDDEN)) {
      assertEquals("", create(object(SERVICE), namespace).message());
    }
    // The server that may read them says no as soon as it knows of its own; by then the other one
    // has had as much time, and says yes.
    Await.until(
        "the Deployment to be denied",
        SOON,
        () ->
            apply(object(DEPLOYMENT), KNOWING)
                .message()
                .contains("Service \"web\" selects the pods"));
    assertEquals("", apply(object(DEPLOYMENT), FORBIDDEN).message());
    assertTrue(forbidden().readiness().contains("\"services\": \"forbidden\""));
    for (String namespace : List.of(KNOWING, FORBIDDEN)) {
      delete(object(SERVICE), namespace);
    }
  }

  @Test
  void someCasesRunHere() {
    assertTrue(cases.size() >= 3, "only " + cases.size() + " cases");
  }

  @TestFactory
  Stream<DynamicTest> theFindingIsTheSameWhicheverIsWrittenLast() {
    return cases.stream()
        .flatMap(golden -> {
          int count = (int) documents(golden).count();
          return IntStream.range(0, count)
              .filter(it -> JudgedKinds.read(documents(golden).toList().get(it)).isPresent())
              .mapToObj(it ->
                  dynamicTest(
                      golden.name() + ", last " + title(documents(golden).toList().get(it)),
                      () -> judge(golden, it)));
        });
  }

  private static String title(JsonNode object) {
    return object.path("kind").asText() + " " + object.at("/metadata/name").asText();
  }

  private void judge(GoldenCase golden, int last) {
    String namespace = namespace(golden);
    List<ObjectNode> others = new ArrayList<>(documents(golden).toList());
    ObjectNode written = others.remove(last);
    List<String> expected = expected(golden.rule(), namespace, written, others);
    try {
      for (ObjectNode other : others) {
        ApiResponse created = create(other, namespace);
        if (!created.accepted()) {
          abort("the API server does not take " + title(other) + ": " + created.message());
        }
      }
      ApiResponse first = apply(written, namespace);
      if (!first.accepted()) {
        abort("the API server does not take " + title(written) + ": " + first.message());
      }
      Await.until(
          () ->
              "the findings "
                  + expected
                  + ", they are "
                  + told(golden.rule(), apply(written, namespace)),
          SOON,
          () -> isSame(expected, told(golden.rule(), apply(written, namespace))));
    } finally {
      others.forEach(it -> delete(it, namespace));
    }
  }

  /// What the engine says when it knows all of them.
  private List<String> expected(
      String rule, String namespace, ObjectNode written, List<ObjectNode> others) {
    var around = new Surroundings(_ -> true, false);
    others.forEach(it -> NeighbourReader.read(in(namespace, it)).ifPresent(around::put));
    var review =
        new Review(
            in(namespace, written),
            Optional.empty(),
            Authorship.Source.FILE,
            Namespace.named(namespace),
            around,
            kubernetes,
            LocalDate.now(ZoneOffset.UTC));
    return engine.evaluate(review, policies()) instanceof Evaluation.Judged judged
        ? judged
            .judgements()
            .map(Object::toString)
            .filter(it -> it.endsWith("[" + rule + "]"))
            .sorted()
            .toList()
        : List.of();
  }

  private Policies policies() {
    JsonNode policy = yaml(policy());
    return PolicyReader.read(policy, Catalog.ids(), JudgedKinds.ALL)
            instanceof PolicyReader.Valid(var valid)
        ? Policies.of(List.of(valid))
        : Policies.of(List.of());
  }

  // A warning that is too long for all clients is cut before the rule's id.
  private static boolean isSame(List<String> expected, List<String> told) {
    return expected.size() == told.size()
        && IntStream.range(0, told.size())
            .allMatch(i -> {
              int cut = told.get(i).lastIndexOf(CUT);
              return cut < 0
                  ? told.get(i).equals(expected.get(i))
                  : expected.get(i).startsWith(told.get(i).substring(0, cut));
            });
  }

  private static List<String> told(String rule, ApiResponse response) {
    return response.warnings().stream()
        .filter(it -> it.endsWith("[" + rule + "]"))
        .sorted()
        .toList();
  }

  /// By server-side apply, so that what is written is known to be.
  private ApiResponse create(ObjectNode object, String namespace) {
    String path = path(object, namespace) + "/" + object.at("/metadata/name").asText();
    ApiResponse created =
        server.send(
            "PATCH",
            path + "?fieldManager=golden&force=true",
            "application/apply-patch+yaml",
            in(namespace, object).toString());
    if (created.accepted() && object.has("status")) {
      ObjectNode status = JsonNodeFactory.instance.objectNode();
      status.set("status", object.path("status"));
      server.send("PATCH", path + "/status", "application/merge-patch+json", status.toString());
    }
    if (created.accepted() && !isNamespaced(object)) {
      // The API server taints each new node until somebody says that it is ready.
      ObjectNode spec = JsonNodeFactory.instance.objectNode();
      spec.putObject("spec").set("taints", object.at("/spec/taints").deepCopy());
      if (object.at("/spec/taints").isMissingNode()) {
        spec.putObject("spec").putNull("taints");
      }
      server.send("PATCH", path, "application/merge-patch+json", spec.toString());
    }
    return created;
  }

  /// A dry-run server-side apply.
  private ApiResponse apply(ObjectNode object, String namespace) {
    return server.send(
        "PATCH",
        path(object, namespace)
            + "/"
            + object.at("/metadata/name").asText()
            + "?fieldManager=golden&force=true&dryRun=All",
        "application/apply-patch+yaml",
        in(namespace, object).toString());
  }

  private void delete(ObjectNode object, String namespace) {
    String path = path(object, namespace) + "/" + object.at("/metadata/name").asText();
    server.send("DELETE", path, "", "");
    // No controller takes it from a claim.
    server.send(
        "PATCH", path, "application/merge-patch+json", "{\"metadata\": {\"finalizers\": null}}");
  }

  private static String path(ObjectNode object, String namespace) {
    String version = object.path("apiVersion").asText();
    String kind = object.path("kind").asText().toLowerCase(Locale.ROOT);
    return (version.contains("/") ? "/apis/" : "/api/")
        + version
        + (isNamespaced(object) ? "/namespaces/" + namespace : "")
        + "/"
        + kind
        + (kind.endsWith("s") ? "es" : "s");
  }

  private static ObjectNode in(String namespace, ObjectNode object) {
    ObjectNode copy = object.deepCopy();
    if (isNamespaced(object)) {
      copy.withObject("/metadata").put("namespace", namespace);
    }
    return copy;
  }

  private static boolean isNamespaced(ObjectNode object) {
    return !object.path("kind").asText().equals("Node");
  }

  private static ObjectNode object(String json) {
    return (ObjectNode) yaml(json);
  }

  private static JsonNode yaml(String text) {
    return ManifestParser.parse("yaml", text).documents().getFirst().tree();
  }
}
