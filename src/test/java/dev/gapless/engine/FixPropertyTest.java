package dev.gapless.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.policy.Change;
import dev.gapless.policy.EffectivePolicy;
import dev.gapless.policy.ExemptionTerms;
import dev.gapless.policy.Mode;
import dev.gapless.policy.Policies;
import dev.gapless.policy.RolloutPolicy;
import dev.gapless.rule.Surroundings;
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
import org.junit.jupiter.api.Test;

/// What must hold of the fixes of all rules together, on workloads that nobody would think of.
class FixPropertyTest {
  private static final int WORKLOADS = 20_000;
  private static final JsonMapper JSON = new JsonMapper();
  private static final String[] IMAGES = {
    "registry.example/app:1.0",
    "registry.example/app:1.1",
    "gcr.io/distroless/static-debian12:nonroot",
    "gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.14.1"
  };

  private final Engine engine = new Engine(Catalog.RULES);

  @Test
  void fixedObjectsAreValidAndStable() {
    int patched = 0;
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
          second.judgements().count() <= before,
          () -> what + "\nfixes caused " + second.judgements().toList());
    }
    assertTrue(patched > WORKLOADS / 4, "only " + patched + " workloads were patched");
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
                Surroundings.unknown(),
                version,
                LocalDate.of(2026, 11, 21)),
            policies);
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
    if (!object.path("kind").asText().equals("Deployment")
        || object.at("/spec/strategy/type").asText("").equals("Recreate")) {
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
            Map.of(),
            pick(random, Change.values()),
            1 + random.nextInt(60),
            random.nextInt(60),
            random.nextBoolean()
                ? Optional.empty()
                : Optional.of(new IntOrString.Int(1 + random.nextInt(3))),
            ExemptionTerms.DEFAULT);
    return Policies.of(
        List.of(new RolloutPolicy(0, Optional.empty(), Optional.empty(), Set.of(), asks)));
  }

  private static ObjectNode workload(Random random) {
    ObjectNode object = JSON.createObjectNode();
    object.put("apiVersion", "apps/v1");
    object.put("kind", pick(random, "Deployment", "Deployment", "StatefulSet", "DaemonSet"));
    ObjectNode metadata = object.putObject("metadata").put("name", "w" + random.nextInt(9));
    if (random.nextInt(3) == 0) {
      metadata.putArray("managedFields").addObject().put("operation", "Apply");
    }
    ObjectNode spec = object.putObject("spec");
    if (random.nextBoolean()) {
      spec.put("replicas", random.nextInt(12));
    }
    if (random.nextBoolean()) {
      strategy(random, spec.putObject("strategy"));
    }
    ObjectNode pod = spec.putObject("template").putObject("spec");
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
    injectedBefore(random, object);
    return object;
  }

  private static void strategy(Random random, ObjectNode strategy) {
    if (random.nextInt(5) == 0) {
      strategy.put("type", "Recreate");
      return;
    }
    ObjectNode rolling = strategy.putObject("rollingUpdate");
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
      container.putArray("ports").addObject().put("containerPort", 1 + random.nextInt(65535));
    }
    if (random.nextInt(3) > 0) {
      container.putObject("readinessProbe").putObject("tcpSocket").put("port", 80);
    }
    if (random.nextInt(4) == 0) {
      hook(random, container.putObject("lifecycle").putObject("preStop"));
    }
    container.put("image", pick(random, IMAGES));
  }

  private static void hook(Random random, ObjectNode preStop) {
    switch (random.nextInt(4)) {
      case 0 -> preStop.putObject("sleep").put("seconds", 1 + random.nextInt(60));
      case 1 ->
          preStop.putObject("exec").putArray("command").add("sleep").add("" + random.nextInt(60));
      case 2 ->
          preStop
              .putObject("exec")
              .putArray("command")
              .add("sh")
              .add("-c")
              .add(pick(random, "", "leave; ") + "sleep " + random.nextInt(90));
      default -> preStop.putObject("httpGet").put("port", 80);
    }
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
