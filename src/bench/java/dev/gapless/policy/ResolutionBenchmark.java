package dev.gapless.policy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.workload.LabelSelector;
import dev.gapless.workload.LabelSelector.Operator;
import dev.gapless.workload.LabelSelector.Requirement;
import dev.gapless.workload.Workload;
import dev.gapless.workload.WorkloadReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Which policy governs the workloads of several thousand namespaces, one after the other.
///
/// Each policy is for one team, every third of them for its web tier alone; a last one is for
/// everybody.
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 150, timeUnit = TimeUnit.MILLISECONDS)
@State(Scope.Thread)
public class ResolutionBenchmark {
  @Param({"1", "100", "1000"})
  public int policies;

  @Param("5000")
  public int namespaces;

  private final List<RolloutPolicy> ranked = new ArrayList<>();
  private final List<Map<String, String>> labels = new ArrayList<>();
  private Policies all = Policies.of(List.of());
  private Workload workload;
  private int next;

  @Setup
  public void fill() {
    for (int i = 0; i < policies - 1; i++) {
      ranked.add(team(i));
    }
    ranked.add(policy("default", 0, Optional.empty(), Optional.empty()));
    all = Policies.of(ranked);
    for (int i = 0; i < namespaces; i++) {
      labels.add(
          Map.of(
              "kubernetes.io/metadata.name",
              "namespace-" + i,
              "env",
              i % 2 == 0 ? "production" : "staging",
              "team",
              "team-" + i % policies));
    }
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("apiVersion", "apps/v1").put("kind", "Deployment");
    object
        .putObject("metadata")
        .put("name", "web")
        .putObject("labels")
        .put("tier", "web")
        .put("app", "web");
    workload = WorkloadReader.read(object).orElseThrow();
  }

  private static RolloutPolicy team(int i) {
    var production = new Requirement("env", Operator.In, List.of("production", "staging"));
    var team = new LabelSelector(Map.of("team", "team-" + i), List.of(production));
    return policy(
        "team-" + i,
        10,
        Optional.of(team),
        i % 3 == 0
            ? Optional.of(new LabelSelector(Map.of("tier", "web"), List.of()))
            : Optional.empty());
  }

  private static RolloutPolicy policy(
      String name,
      int priority,
      Optional<LabelSelector> namespaceSelector,
      Optional<LabelSelector> objectSelector) {
    return new RolloutPolicy(
        priority,
        namespaceSelector,
        objectSelector,
        Set.of(),
        EffectivePolicy.defaults(name, Mode.WARN));
  }

  private Map<String, String> nextLabels() {
    next = next + 1 == namespaces ? 0 : next + 1;
    return labels.get(next);
  }

  /// What an admission does.
  @Benchmark
  public EffectivePolicy index() {
    return all.governing(workload, nextLabels());
  }

  /// What it would take to ask each policy in turn.
  @Benchmark
  public EffectivePolicy scan() {
    Map<String, String> namespaceLabels = nextLabels();
    for (RolloutPolicy policy : ranked) {
      if (policy.mismatch(workload, namespaceLabels).isEmpty()) {
        return policy.asks();
      }
    }
    throw new IllegalStateException("the last one matches everything");
  }
}
