package dev.gapless.cluster;

import dev.gapless.neighbour.NeighbourType;
import dev.gapless.neighbour.Surroundings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Set;

/// Measures what is known of the cluster: policies, exemptions and how the caches stand. Gauges of
/// stored objects, which no dry run can move; no label comes from a name or a namespace.
@Singleton
final class ClusterMeters {
  private static final int SOON_DAYS = 14;

  private final MeterRegistry registry;

  @Inject
  ClusterMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  /// Shows whether a cache is in step.
  void watch(ProjectionCache cache) {
    Gauge.builder("gapless.watch.in.step", cache, it -> it.state() == CacheState.IN_STEP ? 1 : 0)
        .description("1 while changes of the resource arrive as they are made")
        .tag("resource", cache.resource().plural())
        .register(registry);
  }

  /// Shows how many neighbours are kept, of each type.
  void watch(Surroundings surroundings) {
    for (NeighbourType type : NeighbourType.values()) {
      Gauge.builder("gapless.neighbours", surroundings, it -> it.size(type))
          .description("Objects that rules look at around the one that is judged, held in memory")
          .tag("type", type.name().toLowerCase(Locale.ROOT))
          .register(registry);
    }
  }

  /// Shows how the stored policies stand.
  void watch(PolicyLedger ledger) {
    for (Standing.State state : Standing.State.values()) {
      Gauge.builder("gapless.policies", ledger, it -> it.count().getOrDefault(state, 0L))
          .description(
              "Stored policies: accepted, held back (the last good version is in force), set aside")
          .tag("state", state.label())
          .register(registry);
    }
    Gauge.builder("gapless.policy.generation", ledger, PolicyLedger::generation)
        .description(
            "Generations of the policies in force, added up; the same in replicas that judge by the"
                + " same policies")
        .register(registry);
  }

  /// Shows the exemptions that count, by rule.
  void watch(Exemptions exemptions, Set<String> rules) {
    for (String rule : rules) {
      Gauge.builder("gapless.exemptions", exemptions, it -> it.inUse(rule, today()))
          .description("Exemptions on workloads and namespaces that have not ended")
          .tag("rule", rule)
          .strongReference(true)
          .register(registry);
      Gauge.builder(
              "gapless.exemptions.expiring", exemptions, it -> it.ending(rule, today(), SOON_DAYS))
          .description("Those of them that end within 14 days")
          .tag("rule", rule)
          .strongReference(true)
          .register(registry);
    }
  }

  private static LocalDate today() {
    return LocalDate.now(ZoneOffset.UTC);
  }

  /// A policy's status was written, or not.
  ///
  /// @param result `written`, `outrun` by another change, or `failed`
  void statusWritten(String result) {
    Counter.builder("gapless.policy.status.writes")
        .description("Attempts to write a policy's status")
        .tag("result", result)
        .register(registry)
        .increment();
  }
}
