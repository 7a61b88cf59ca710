package dev.gapless.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.neighbour.HorizontalPodAutoscaler;
import dev.gapless.neighbour.NeighbourType;
import dev.gapless.neighbour.Node;
import dev.gapless.neighbour.PersistentVolumeClaim;
import dev.gapless.neighbour.ResourceQuota;
import dev.gapless.neighbour.Service;
import dev.gapless.neighbour.Surroundings;
import dev.gapless.policy.Change;
import dev.gapless.policy.EffectivePolicy;
import dev.gapless.policy.ExemptionTerms;
import dev.gapless.policy.Mode;
import dev.gapless.policy.Policies;
import dev.gapless.policy.RolloutPolicy;
import dev.gapless.rule.Rule;
import dev.gapless.rules.Catalog;
import dev.gapless.workload.Authorship;
import dev.gapless.workload.IntOrString;
import dev.gapless.workload.KubernetesVersion;
import io.fabric8.zjsonpatch.JsonPatch;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What must hold of the fixes of all rules together, on workloads that nobody would think of.
class FixPropertyTest {
  private static final int WORKLOADS = 20_000;

  /// Their fixes need more than a new workload alone: a stored one and an autoscaler, or a budget.
  private static final Set<String> ELSEWHERE =
      Set.of("replicas-fight-hpa", "disruption-budget-ignores-unhealthy");

  private static final Set<String> RULES_WITH_FIXES =
      Catalog.RULES.stream()
          .filter(Rule::fixes)
          .map(rule -> rule.doc().id())
          .filter(id -> !ELSEWHERE.contains(id))
          .collect(Collectors.toUnmodifiableSet());
  private static final JsonMapper JSON = new JsonMapper();
  private static final String[] IMAGES = {
    "registry.example/app:1.0",
    "registry.example/app:1.1",
    "gcr.io/distroless/static-debian12:nonroot",
    "gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.14.1"
  };

  private static final Map<String, Mode> ALL_AUDITED = all(Mode.AUDIT);
  private static final Map<String, Mode> ALL_ENFORCED = all(Mode.ENFORCE);

  private static final List<String> PROBE_NUMBERS =
      List.of(
          "initialDelaySeconds",
          "periodSeconds",
          "timeoutSeconds",
          "successThreshold",
          "failureThreshold");

  private static final Surroundings AROUND = behindALoadBalancer();

  private final Engine engine = new Engine(Catalog.RULES);

  @Test
  void fixedObjectsAreValidAndStable() {
    int patched = 0;
    var fixedBy = new TreeMap<String, Integer>();
    for (int seed = 0; seed < WORKLOADS; seed++) {
      var random = new Random(seed);
      ObjectNode object = workload(random);
      Policies policies = policies(random);
      Authorship.Source source =
          random.nextBoolean() ? Authorship.Source.FILE : Authorship.Source.API_SERVER;
      KubernetesVersion version = new KubernetesVersion(1, random.nextBoolean() ? 29 : 34);
      String what = "seed " + seed + ": " + object;
      boolean validBefore = valid(object);
      var first = judge(object, source, version, policies);
      assertEquals(first.fixed(), JsonPatch.apply(first.patch(), object.deepCopy()), what);
      assertTrue(
          !validBefore || valid(first.fixed()),
          () -> what + "\nbecame invalid by " + first.patch() + "\n" + first.policy());
      if (first.patch().isEmpty()) {
        continue;
      }
      patched++;
      var second = judge(first.fixed(), source, version, policies);
      assertTrue(
          second.patch().isEmpty(), () -> what + "\n" + first.patch() + "\nthen " + second.patch());
      assertEquals(List.of(), second.that(Consequence.PATCHED), what);
      long before =
          first.judgements().filter(it -> it.consequence() != Consequence.PATCHED).count();
      assertTrue(
          second.judgements().filter(it -> !tellsOfNoRoom(it)).count() <= before,
          () -> what + "\nfixes caused " + second.judgements().toList());
      Set<String> unfixed = findings(judge(object, source, version, audited(first.policy())));
      Set<String> caused = findings(second);
      caused.removeAll(unfixed);
      caused.removeIf(it -> isUncovered(it, unfixed));
      assertEquals(Set.of(), caused, () -> what + "\ncaused by " + first.patch());
      first.that(Consequence.PATCHED).forEach(it -> fixedBy.merge(it.rule(), 1, Integer::sum));
    }
    assertTrue(patched > WORKLOADS / 4, "only " + patched + " workloads were patched");
    for (String rule : RULES_WITH_FIXES) {
      assertTrue(fixedBy.getOrDefault(rule, 0) > WORKLOADS / 250, rule + " fixed: " + fixedBy);
    }
    assertEquals(RULES_WITH_FIXES, fixedBy.keySet());
  }

  @Test
  void anUpdateUnderAnAutoscalerIsValidAndStable() {
    int kept = 0;
    for (int seed = 0; seed < WORKLOADS / 10; seed++) {
      var random = new Random(seed);
      ObjectNode object = workload(random);
      ObjectNode old = object.deepCopy();
      old.withObject("/spec").put("replicas", random.nextInt(12));
      old.withObject("/spec/template/metadata/annotations").put("older", "true");
      Surroundings around = around(random);
      String name = object.at("/metadata/name").asText();
      String kind = object.path("kind").asText();
      around.put(new HorizontalPodAutoscaler("default", name, kind, name, 1 + seed % 3, 12, false));
      Policies policies = policies(random);
      String what = "seed " + seed + ": " + object + "\nfrom " + old;
      var first = judge(object, Optional.of(old), around, policies);
      assertTrue(!valid(object) || valid(first.fixed()), () -> what + "\n" + first.patch());
      var second = judge(first.fixed(), Optional.of(old), around, policies);
      assertTrue(
          second.patch().isEmpty(), () -> what + "\n" + first.patch() + "\nthen " + second.patch());
      assertEquals(List.of(), second.that(Consequence.PATCHED), what);
      if (first.that(Consequence.PATCHED).stream()
          .anyMatch(it -> it.rule().equals("replicas-fight-hpa"))) {
        kept++;
        assertEquals(old.at("/spec/replicas"), first.fixed().at("/spec/replicas"), what);
        assertTrue(
            second.judgements().noneMatch(it -> it.rule().equals("replicas-fight-hpa")), what);
      }
    }
    assertTrue(kept > WORKLOADS / 200, "only " + kept + " numbers were kept");
  }

  /// What decides about room for a surge.
  private static Surroundings around(Random random) {
    var around = new Surroundings(_ -> true, false);
    for (int i = random.nextInt(5); i > 0; i--) {
      around.put(
          new Node(
              "n" + i,
              Map.of("kubernetes.io/hostname", "n" + i, "topology.kubernetes.io/zone", "z" + i % 2),
              random.nextInt(4) > 0,
              random.nextInt(4) == 0));
    }
    around.put(
        new PersistentVolumeClaim(
            "default",
            "data",
            Set.of(pick(random, "ReadWriteOnce", "ReadWriteMany", "ReadWriteOncePod"))));
    String used = Integer.toString(random.nextInt(3));
    around.put(
        new ResourceQuota("default", "team", Map.of("pods", "2"), Map.of("pods", used), false));
    return around;
  }

  /// The findings by rule and path, without those that another rule's fix brings about on purpose:
  /// a sleep that found no room tells by them (`docs/decisions/0001`).
  private static Set<String> findings(Evaluation.Judged judged) {
    return judged
        .judgements()
        .filter(it -> !it.rule().equals("grace-period-too-short") && !tellsOfNoRoom(it))
        .map(it -> it.rule() + " " + it.finding().path())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /// Whether a finding may be about a sleep that a fix made as long as there was room for, and that
  /// is now its author's: in a file.
  private static boolean tellsOfNoRoom(Judgement judgement) {
    return judgement.rule().equals("load-balancer-delay");
  }

  /// Whether a finding was there before, behind a hook that could not run: how long that would have
  /// waited nobody judges (`docs/decisions/0008`).
  private static boolean isUncovered(String finding, Set<String> before) {
    return finding.startsWith("sidecar-dies-first ")
        && before.stream().anyMatch(it -> it.startsWith("exec-hook-unsafe "));
  }

  /// The same policy, by which nothing is fixed.
  private static Policies audited(EffectivePolicy policy) {
    return policies(
        new EffectivePolicy(
            policy.name(),
            Mode.AUDIT,
            ALL_AUDITED,
            policy.change(),
            policy.preStopSleepSeconds(),
            policy.drainSeconds(),
            policy.maxSurge(),
            policy.exemptions()));
  }

  private static Map<String, Mode> all(Mode mode) {
    return Catalog.ids().stream().collect(Collectors.toMap(id -> id, _ -> mode));
  }

  private Evaluation.Judged judge(
      JsonNode object, Optional<JsonNode> old, Surroundings around, Policies policies) {
    return (Evaluation.Judged)
        engine.evaluate(
            new Review(
                object,
                old,
                Authorship.Source.API_SERVER,
                Namespace.named("shop"),
                around,
                KubernetesVersion.NEWEST_KNOWN,
                LocalDate.of(2026, 11, 21)),
            policies);
  }

  private Evaluation.Judged judge(
      JsonNode object, Authorship.Source source, KubernetesVersion version, Policies policies) {
    return (Evaluation.Judged)
        engine.evaluate(
            new Review(
                object,
                Optional.empty(),
                source,
                Namespace.named("shop"),
                AROUND,
                version,
                LocalDate.of(2026, 11, 21)),
            policies);
  }

  /// A load balancer that needs more than most policies ask for, in front of some of the workloads.
  private static Surroundings behindALoadBalancer() {
    var around =
        new Surroundings(Set.of(NeighbourType.SERVICE, NeighbourType.ROUTE)::contains, true);
    around.put(
        new Service(
            "default",
            "front",
            Service.Type.LoadBalancer,
            false,
            Map.of("tier", "front"),
            List.of(),
            false,
            false,
            Optional.empty(),
            Map.of("service.beta.kubernetes.io/aws-load-balancer-nlb-target-type", "ip")));
    return around;
  }

  /// The API server's rules about the fields that fixes touch.
  private static boolean valid(JsonNode object) {
    JsonNode pod = object.at("/spec/template/spec");
    long grace = pod.path("terminationGracePeriodSeconds").asLong(30);
    for (JsonNode container : serving(pod)) {
      JsonNode preStop = container.at("/lifecycle/preStop");
      JsonNode seconds = preStop.at("/sleep/seconds");
      boolean oneHandler = !preStop.isObject() || preStop.size() == 1;
      boolean sleepFits =
          seconds.isMissingNode() || (seconds.asLong() >= 1 && seconds.asLong() <= grace);
      if (!oneHandler || !sleepFits) {
        return false;
      }
    }
    if (!object.path("kind").asText().matches("Deployment|Rollout")) {
      return true;
    }
    if (object.at("/spec/progressDeadlineSeconds").asLong(600)
        <= object.at("/spec/minReadySeconds").asLong(0)) {
      return false;
    }
    if (object.path("kind").asText().equals("Rollout")) {
      JsonNode canary = object.at("/spec/strategy/canary");
      return !zero(canary.path("maxSurge")) || !zero(canary.path("maxUnavailable"));
    }
    if (object.at("/spec/strategy/type").asText("").equals("Recreate")) {
      return true;
    }
    JsonNode rolling = object.at("/spec/strategy/rollingUpdate");
    return !zero(rolling.path("maxSurge")) || !zero(rolling.path("maxUnavailable"));
  }

  private static List<JsonNode> serving(JsonNode pod) {
    var serving = new ArrayList<JsonNode>();
    pod.path("containers").forEach(serving::add);
    pod.path("initContainers").forEach(serving::add);
    return serving;
  }

  private static boolean zero(JsonNode share) {
    return share.asText().equals("0") || share.asText().equals("0%");
  }

  private static Policies policies(Random random) {
    var asks =
        new EffectivePolicy(
            "random",
            pick(random, Mode.values()),
            // By name, so that the fixes of rules that audit by default are applied too.
            random.nextInt(3) > 0 ? ALL_ENFORCED : Map.of(),
            pick(random, Change.values()),
            1 + random.nextInt(60),
            random.nextInt(60),
            random.nextBoolean()
                ? Optional.empty()
                : Optional.of(new IntOrString.Int(1 + random.nextInt(3))),
            ExemptionTerms.DEFAULT);
    return policies(asks);
  }

  private static Policies policies(EffectivePolicy asks) {
    return Policies.of(
        List.of(new RolloutPolicy(0, Optional.empty(), Optional.empty(), Set.of(), asks)));
  }

  private static ObjectNode workload(Random random) {
    ObjectNode object = JSON.createObjectNode();
    String kind = pick(random, "Deployment", "Deployment", "StatefulSet", "DaemonSet", "Rollout");
    object.put("apiVersion", kind.equals("Rollout") ? "argoproj.io/v1alpha1" : "apps/v1");
    object.put("kind", kind);
    ObjectNode metadata = object.putObject("metadata").put("name", "w" + random.nextInt(9));
    if (random.nextInt(3) == 0) {
      metadata.putArray("managedFields").addObject().put("operation", "Apply");
    }
    ObjectNode spec = object.putObject("spec");
    if (random.nextBoolean()) {
      spec.put("replicas", random.nextInt(12));
    }
    if (kind.equals("Rollout")) {
      rolloutStrategy(random, spec.putObject("strategy"));
    } else if (random.nextBoolean()) {
      strategy(random, spec.putObject("strategy"));
    }
    pace(random, spec);
    if (random.nextInt(4) > 0) {
      spec.putObject("selector").putObject("matchLabels").put("app", "web");
    }
    ObjectNode template = spec.putObject("template");
    if (random.nextInt(4) == 0) {
      template.putObject("metadata").putObject("labels").put("tier", "front");
    }
    ObjectNode pod = template.putObject("spec");
    if (random.nextInt(8) == 0) {
      pod.put("hostNetwork", true);
    }
    if (random.nextBoolean()) {
      pod.put("terminationGracePeriodSeconds", random.nextInt(90));
    }
    ArrayNode containers = pod.putArray("containers");
    for (int i = random.nextInt(3); i >= 0; i--) {
      container(random, containers.addObject().put("name", "c" + i));
    }
    if (random.nextInt(4) == 0) {
      container(
          random,
          pod.putArray("initContainers")
              .addObject()
              .put("name", "side")
              .put("restartPolicy", "Always"));
    }
    placement(random, pod);
    injectedBefore(random, object);
    return object;
  }

  private static void rolloutStrategy(Random random, ObjectNode strategy) {
    if (random.nextInt(4) == 0) {
      strategy.putObject("blueGreen").put("activeService", "web");
      return;
    }
    ObjectNode canary = strategy.putObject("canary");
    bounds(random, canary);
    if (random.nextInt(4) == 0) {
      canary.putObject("trafficRouting").putObject("nginx").put("stableIngress", "web");
    }
  }

  /// What says where pods may stand, and what keeps a second one away.
  private static void placement(Random random, ObjectNode pod) {
    String key = pick(random, "kubernetes.io/hostname", "topology.kubernetes.io/zone");
    switch (random.nextInt(8)) {
      case 0 -> pod.put("hostNetwork", true);
      case 1 ->
          pod.putArray("volumes")
              .addObject()
              .put("name", "data")
              .putObject("persistentVolumeClaim")
              .put("claimName", "data");
      case 2 ->
          pod.putObject("affinity")
              .putObject("podAntiAffinity")
              .putArray("requiredDuringSchedulingIgnoredDuringExecution")
              .addObject()
              .put("topologyKey", key)
              .putObject("labelSelector");
      case 3 -> pod.putArray("topologySpreadConstraints");
      case 4 ->
          pod.putArray("topologySpreadConstraints")
              .addObject()
              .put("maxSkew", 1)
              .put("minDomains", pick(random, 1, 3))
              .put("topologyKey", key)
              .put("whenUnsatisfiable", "DoNotSchedule")
              .putObject("labelSelector");
      default -> {}
    }
  }

  private static void strategy(Random random, ObjectNode strategy) {
    if (random.nextInt(5) == 0) {
      strategy.put("type", "Recreate");
      return;
    }
    bounds(random, strategy.putObject("rollingUpdate"));
  }

  private static void bounds(Random random, ObjectNode rolling) {
    for (String bound : List.of("maxSurge", "maxUnavailable")) {
      switch (random.nextInt(3)) {
        case 0 -> rolling.put(bound, random.nextInt(3));
        case 1 -> rolling.put(bound, random.nextInt(5) * 25 + "%");
        default -> {}
      }
    }
  }

  private static void container(Random random, ObjectNode container) {
    if (random.nextInt(3) > 0) {
      container
          .putArray("ports")
          .addObject()
          .put("containerPort", pick(random, 80, 443, 1 + random.nextInt(65535)));
    }
    if (random.nextInt(3) > 0) {
      probe(random, container.putObject("readinessProbe"));
    }
    if (random.nextBoolean()) {
      probe(random, container.putObject("livenessProbe"));
    }
    if (random.nextInt(3) == 0) {
      probe(random, container.putObject("startupProbe"));
    }
    if (random.nextInt(4) == 0) {
      hook(random, container.putObject("lifecycle").putObject("preStop"));
    }
    container.put("image", pick(random, IMAGES));
  }

  private static void pace(Random random, ObjectNode spec) {
    if (random.nextInt(3) == 0) {
      spec.put("minReadySeconds", random.nextInt(3) * random.nextInt(20));
    }
    if (random.nextInt(3) == 0) {
      spec.put(
          "progressDeadlineSeconds",
          pick(random, 1 + random.nextInt(12), 1 + random.nextInt(1200), Integer.MAX_VALUE));
    }
    if (random.nextInt(6) == 0) {
      spec.putObject("updateStrategy").put("type", pick(random, "OnDelete", "RollingUpdate"));
    }
  }

  private static void probe(Random random, ObjectNode probe) {
    switch (random.nextInt(4)) {
      case 0 -> probe.putObject("httpGet").put("path", pick(random, "/", "/live")).put("port", 80);
      case 1 -> probe.putObject("tcpSocket").put("port", pick(random, "http", "80"));
      case 2 -> probe.putObject("exec").putArray("command").add("true");
      default -> probe.putObject("grpc").put("port", 80);
    }
    for (String number : PROBE_NUMBERS) {
      if (random.nextInt(3) == 0) {
        probe.put(
            number,
            pick(random, 0, 1 + random.nextInt(60), random.nextInt(900), Integer.MAX_VALUE));
      }
    }
  }

  private static void hook(Random random, ObjectNode preStop) {
    switch (random.nextInt(4)) {
      case 0 -> preStop.putObject("sleep").put("seconds", 1 + random.nextInt(60));
      case 1 -> preStop.putObject("exec").putArray("command").add("sleep").add(time(random, 60));
      case 2 ->
          preStop
              .putObject("exec")
              .putArray("command")
              .add("sh")
              .add("-c")
              .add(pick(random, "", "leave; ") + "sleep " + time(random, 90));
      default -> preStop.putObject("httpGet").put("port", 80);
    }
  }

  private static String time(Random random, int most) {
    return random.nextInt(10) == 0
        ? "infinity"
        : random.nextInt(most) + pick(random, "", "", ".5", "s", "m", ".25m");
  }

  // As if an earlier admission had set some of the sleeps, and the author had written something
  // beside them since.
  private static void injectedBefore(Random random, ObjectNode object) {
    ObjectNode record = JSON.createObjectNode();
    for (JsonNode container : object.at("/spec/template/spec/containers")) {
      JsonNode seconds = container.at("/lifecycle/preStop/sleep/seconds");
      if (seconds.isInt() && random.nextBoolean()) {
        String preStop =
            "spec.template.spec.containers[name="
                + container.path("name").asText()
                + "].lifecycle.preStop.";
        record.set(preStop + "sleep.seconds", seconds);
        if (random.nextInt(3) == 0) {
          record.putObject("was:" + preStop + "exec").putArray("command").add("sleep").add("20");
        }
        if (random.nextInt(3) == 0) {
          ((ObjectNode) container.at("/lifecycle/preStop")).putObject("httpGet").put("port", 80);
        }
      }
    }
    JsonNode unavailable = object.at("/spec/strategy/rollingUpdate/maxUnavailable");
    if (unavailable.isInt() && unavailable.intValue() == 0 && random.nextBoolean()) {
      record.set("spec.strategy.rollingUpdate.maxUnavailable", unavailable);
    }
    JsonNode minReady = object.at("/spec/minReadySeconds");
    if (minReady.isInt() && random.nextBoolean()) {
      record.set("spec.minReadySeconds", minReady);
    }
    unavailable = object.at("/spec/strategy/canary/maxUnavailable");
    if (unavailable.isInt() && unavailable.intValue() == 0 && random.nextBoolean()) {
      record.set("spec.strategy.canary.maxUnavailable", unavailable);
    }
    if (!record.isEmpty()) {
      ((ObjectNode) object.path("metadata"))
          .putObject("annotations")
          .put("gapless.dev/injected", record.toString());
    }
  }

  @SafeVarargs
  private static <T> T pick(Random random, T... some) {
    return some[random.nextInt(some.length)];
  }
}
