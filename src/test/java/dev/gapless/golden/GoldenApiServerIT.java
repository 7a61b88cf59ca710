package dev.gapless.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.engine.Consequence;
import dev.gapless.engine.Engine;
import dev.gapless.engine.Evaluation;
import dev.gapless.engine.Namespace;
import dev.gapless.engine.Review;
import dev.gapless.engine.RuleResult;
import dev.gapless.engine.Verdict;
import dev.gapless.kube.ApiResponse;
import dev.gapless.kube.GaplessServer;
import dev.gapless.kube.KubeApiServer;
import dev.gapless.kube.NeedsApiServer;
import dev.gapless.kube.Webhooks;
import dev.gapless.neighbour.Surroundings;
import dev.gapless.policy.Mode;
import dev.gapless.policy.Policies;
import dev.gapless.rules.Catalog;
import dev.gapless.workload.Authorship;
import dev.gapless.workload.Injected;
import dev.gapless.workload.KubernetesVersion;
import dev.gapless.workload.WorkloadReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/// Golden cases in a real API server, by server-side apply: what the engine says of a file is what
/// the webhooks do to it.
@NeedsApiServer
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GoldenApiServerIT {
  /// A namespace that no webhook watches.
  private static final String PLAIN = "golden-plain";

  /// What the API server puts on every DaemonSet.
  private static final String SERVERS_OWN = "deprecated.daemonset.template.generation";

  private static final String BUILT_IN = "golden-built-in";

  /// Inputs that the API server rejects, with or without the fixes.
  private static final Set<String> REJECTED =
      Set.of(
          "grace-period-too-short/largest-number-there-is",
          "liveness-same-as-readiness/probe-without-action-is-the-api-servers-to-reject",
          "pre-stop-sleep-missing/null-container-is-not-judged",
          "pre-stop-sleep-missing/unknown-fields-survive",
          "readiness-port-undeclared/number-in-quotes-is-the-api-servers-to-reject",
          "readiness-probe-missing/pod-template-without-containers",
          "readiness-probe-missing/unreadable-object-is-not-judged",
          "rollout-loses-capacity/more-than-all-is-all",
          "worker-readiness-probe-missing/pod-template-without-containers");

  /// Inputs that the API server rejects and that the fixes make valid.
  private static final Set<String> CURED =
      Set.of(
          "grace-period-too-short/native-sidecar-waits-too",
          "grace-period-too-short/sleep-beyond-an-int",
          "pre-stop-sleep-missing/empty-hook-is-filled");

  /// Inputs that older API servers drop a field of or reject, and the first release that does not.
  private static final Map<String, KubernetesVersion> SINCE =
      Map.of(
          // Its matchLabelKeys, alpha and off in 1.29 and 1.30.
          "rollout-loses-capacity/anti-affinity-within-a-revision-is-judged",
          KubernetesVersion.parse("1.31").orElseThrow(),
          // A sleep of 0 seconds.
          "pre-stop-sleep-too-short/no-wait-at-all-is-too-short",
          KubernetesVersion.parse("1.33").orElseThrow());

  /// Inputs with a field that some releases drop, and that means nothing there.
  private static final Set<String> BY_RELEASE =
      Set.of(
          "statefulset-loses-quorum/both-of-two",
          "statefulset-loses-quorum/partition-holds-the-others-back",
          "statefulset-loses-quorum/percentage-that-leaves-half",
          "statefulset-loses-quorum/several-at-a-time-are-dropped-on-1-34",
          "statefulset-loses-quorum/several-at-a-time-are-off-again-on-1-36",
          "statefulset-loses-quorum/several-at-a-time-in-some-patches-of-1-35",
          "statefulset-loses-quorum/several-at-a-time-on-the-release-that-heeds-it",
          "statefulset-loses-quorum/small-percentage-counts-as-1",
          // matchLabelKeys of an anti-affinity: on by default from 1.31 on.
          "rollout-loses-capacity/anti-affinity-within-a-revision-is-judged",
          "surge-cannot-schedule/anti-affinity-within-a-revision-passes");

  private final KubeApiServer server;
  private final GaplessServer builtIn;
  private final Engine engine = new Engine(Catalog.RULES);
  private final List<GoldenCase> cases;
  private final GoldenPolicies policies;
  private final List<AutoCloseable> started = new ArrayList<>();
  private final KubernetesVersion kubernetes;

  GoldenApiServerIT(KubeApiServer server, GaplessServer builtIn) {
    this.server = server;
    this.builtIn = builtIn;
    this.kubernetes = KubernetesVersion.parse(server.version()).orElseThrow();
    this.cases =
        GoldenCase.all().stream()
            .filter(GoldenApiServerIT::canRunHere)
            .filter(it -> kubernetes.atLeast(SINCE.getOrDefault(it.name(), kubernetes)))
            .toList();
    this.policies = GoldenPolicies.of(cases);
  }

  /// Not what needs a stored object, another day, neighbours, namespace metadata that a server
  /// without a cluster cannot know, or an old API server; nor kinds that Gapless is not sent.
  private static boolean canRunHere(GoldenCase golden) {
    return golden.isAboutFiles()
        && golden.around().isEmpty()
        && golden.namespace().labels().isEmpty()
        && golden.kubernetes().atLeast(KubernetesVersion.SLEEP_ACTION)
        && WorkloadReader.reads(
            golden.input().path("apiVersion").asText(), golden.input().path("kind").asText());
  }

  @BeforeAll
  void startGapless() throws IOException {
    server.createNamespace(PLAIN);
    server.createNamespace(BUILT_IN);
    policies.namespaces().forEach(server::createNamespace);
    Path file = server.folder().resolve("golden-policies.yaml");
    Files.writeString(file, policies.text());
    GaplessServer governed = GaplessServer.start(server, "golden-policies", "--policy=" + file);
    started.add(governed);
    // Registered before the kind exists, as in a cluster where Argo Rollouts comes later.
    started.add(Webhooks.register(server, builtIn, BUILT_IN, List.of(BUILT_IN)));
    server.defineRollouts();
    started.add(Webhooks.register(server, governed, "golden-policies", policies.namespaces()));
  }

  @AfterAll
  void stopGapless() throws Exception {
    for (AutoCloseable it : started.reversed()) {
      it.close();
    }
  }

  @Test
  void mostCasesRunHere() {
    assertTrue(cases.size() > 90, "only " + cases.size() + " cases");
    assertTrue(policies.namespaces().size() > 10, "only " + policies.namespaces());
    List<String> names =
        GoldenCase.all().stream()
            .filter(GoldenApiServerIT::canRunHere)
            .map(GoldenCase::name)
            .toList();
    Stream.of(REJECTED, CURED, BY_RELEASE, SINCE.keySet())
        .flatMap(Set::stream)
        .forEach(it -> assertTrue(names.contains(it), it + " is gone"));
  }

  @TestFactory
  Stream<DynamicTest> theServerAcceptsWhatTheEngineMakes() {
    return each(golden -> {
      ApiResponse given = apply(golden.input(), PLAIN);
      ApiResponse fixed = apply(fixed(golden), PLAIN);
      boolean cured = CURED.contains(golden.name());
      assertEquals(!cured && !REJECTED.contains(golden.name()), given.accepted(), given::message);
      assertEquals(cured ? "" : reason(given), reason(fixed));
    });
  }

  @TestFactory
  Stream<DynamicTest> theReadersDefaultsAreTheServersOwn() {
    return each(golden -> {
      ApiResponse given = apply(golden.input(), PLAIN);
      if (given.accepted() && !BY_RELEASE.contains(golden.name())) {
        assertEquals(
            WorkloadReader.read(in(PLAIN, golden.input())),
            WorkloadReader.read(withoutAnnotation(SERVERS_OWN, given.body())));
      }
    });
  }

  @TestFactory
  Stream<DynamicTest> theWebhooksDoWhatTheEngineSays() {
    return each(golden -> {
      String namespace = namespace(golden);
      ApiResponse answer = apply(golden.input(), namespace);
      ApiResponse fixed = apply(fixed(golden), PLAIN);
      if (!fixed.accepted()) {
        assertEquals(reason(fixed), reason(answer));
        return;
      }
      switch (withoutPatched(evaluate(golden, namespace)).verdict()) {
        case Verdict.Deny(String message) ->
            assertEquals(
                "admission webhook \"validate.gapless.dev\" denied the request: " + message,
                answer.message());
        case Verdict.Admit(List<String> warnings) -> {
          assertEquals("", answer.message());
          var told = new ArrayList<>(answer.warnings());
          fixed.warnings().forEach(told::remove);
          assertEquals(warnings, told);
          assertEquals(
              stored(fixed.body()).toPrettyString(), stored(answer.body()).toPrettyString());
        }
      }
    });
  }

  @TestFactory
  Stream<DynamicTest> aPolicyOfACaseSaysTheSameInTheFileOfAll() {
    return each(golden -> {
      if (BY_RELEASE.contains(golden.name())) {
        return;
      }
      Review review = review(golden, namespace(golden), golden.review().today());
      assertEquals(
          golden.expected().orElseThrow().toPrettyString(),
          Expectation.of(golden.rule(), engine.evaluate(review, policies(golden)))
              .toPrettyString());
    });
  }

  private Stream<DynamicTest> each(Consumer<GoldenCase> test) {
    return cases.stream().map(it -> dynamicTest(it.name(), () -> test.accept(it)));
  }

  private String namespace(GoldenCase golden) {
    return policies.namespace(golden).orElse(BUILT_IN);
  }

  private Policies policies(GoldenCase golden) {
    return policies.namespace(golden).isPresent()
        ? policies.policies()
        : Policies.builtIn(Mode.ENFORCE);
  }

  private Evaluation evaluate(GoldenCase golden, String namespace) {
    return engine.evaluate(
        review(golden, namespace, LocalDate.now(ZoneOffset.UTC)), policies(golden));
  }

  private Review review(GoldenCase golden, String namespace, LocalDate today) {
    return new Review(
        golden.input(),
        golden.old(),
        Authorship.Source.FILE,
        Namespace.named(namespace),
        Surroundings.unknown(),
        kubernetes,
        today);
  }

  private JsonNode fixed(GoldenCase golden) {
    return evaluate(golden, namespace(golden)) instanceof Evaluation.Judged judged
        ? judged.fixed()
        : golden.input();
  }

  /// What is left to say once the fixes are applied.
  private static Evaluation withoutPatched(Evaluation evaluation) {
    if (!(evaluation instanceof Evaluation.Judged judged)) {
      return evaluation;
    }
    List<RuleResult> results =
        judged.results().stream()
            .map(it ->
                new RuleResult(
                    it.doc(),
                    it.mode(),
                    it.outcome(),
                    it.judgements().stream()
                        .filter(judgement -> judgement.consequence() != Consequence.PATCHED)
                        .toList(),
                    it.withdrawn()))
            .toList();
    return new Evaluation.Judged(
        judged.object(), judged.policy(), results, judged.notes(), judged.patch(), judged.fixed());
  }

  /// Why the API server rejects an object. Of several fields that its schema has not, it names one
  /// or all, as it happens; and its namespace.
  private static String reason(ApiResponse response) {
    return response.message().replaceFirst("(?s)(failed to create typed patch object).*", "$1");
  }

  /// A dry-run server-side apply.
  private ApiResponse apply(JsonNode object, String namespace) {
    return server.send(
        "PATCH",
        "/apis/%s/namespaces/%s/%ss/%s?fieldManager=golden&force=true&dryRun=All"
            .formatted(
                object.path("apiVersion").asText(),
                namespace,
                object.path("kind").asText().toLowerCase(Locale.ROOT),
                object.path("metadata").path("name").asText()),
        "application/apply-patch+yaml",
        in(namespace, object).toString());
  }

  private static ObjectNode in(String namespace, JsonNode object) {
    ObjectNode copy = object.deepCopy();
    copy.withObject("/metadata").put("namespace", namespace);
    return copy;
  }

  /// An object without what differs from one apply to the next, and without our own record.
  private static JsonNode stored(JsonNode object) {
    ObjectNode copy = withoutAnnotation(Injected.ANNOTATION, object);
    copy.withObject("/metadata")
        .remove(List.of("namespace", "uid", "creationTimestamp", "managedFields"));
    return copy;
  }

  private static ObjectNode withoutAnnotation(String name, JsonNode object) {
    ObjectNode copy = object.deepCopy();
    ObjectNode metadata = copy.withObject("/metadata");
    if (metadata.path("annotations") instanceof ObjectNode annotations) {
      annotations.remove(name);
      if (annotations.isEmpty()) {
        metadata.remove("annotations");
      }
    }
    return copy;
  }
}
