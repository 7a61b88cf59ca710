package dev.gapless.admission;

import dev.gapless.engine.Consequence;
import dev.gapless.engine.Evaluation;
import dev.gapless.engine.JudgedKinds;
import dev.gapless.engine.Judgement;
import dev.gapless.engine.RuleResult;
import dev.gapless.policy.RolloutPolicy;
import dev.gapless.rule.Outcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// Counts what the webhook does. No label comes from an object's name, namespace or free text, so
/// the number of series is bounded.
@Singleton
class Meters {
  private static final Set<String> OPERATIONS = Set.of("CREATE", "UPDATE", "DELETE", "CONNECT");

  private final MeterRegistry registry;

  // Building a meter's id costs more than an admission's whole evaluation.
  private final Map<Key, Counter> counters = new ConcurrentHashMap<>();
  private final Map<Webhook, Timer> timers = new ConcurrentHashMap<>();

  private record Key(String name, List<String> labels) {}

  @Inject
  Meters(MeterRegistry registry) {
    this.registry = registry;
  }

  /// An answered admission request.
  ///
  /// @param nanos from the body's end to the answer's start
  void answered(Webhook webhook, AdmissionRequest request, Admission.Answer answer, long nanos) {
    timers.computeIfAbsent(webhook, this::timer).record(nanos, TimeUnit.NANOSECONDS);
    // A dry run changes nothing, so no counter of changes may hold it.
    count(
        request.dryRun() ? "gapless.dry.runs" : "gapless.admissions",
        request.dryRun()
            ? "Answered admission requests of dry runs"
            : "Answered admission requests, dry runs apart",
        "webhook",
        webhook.label(),
        "operation",
        OPERATIONS.contains(request.operation()) ? request.operation() : "other",
        "kind",
        kind(request),
        "answer",
        answer.response().answer());
    answer.failure().ifPresent(_ -> failed(webhook, "review"));
    answer.evaluation().ifPresent(evaluation -> evaluated(webhook, request, evaluation));
  }

  private void evaluated(Webhook webhook, AdmissionRequest request, Evaluation evaluation) {
    switch (evaluation) {
      case Evaluation.NotJudged _ -> {}
      case Evaluation.Unreadable _ ->
          count(
              "gapless.unreadable.objects",
              "Objects whose shape is not that of their kind",
              "webhook",
              webhook.label(),
              "kind",
              kind(request));
      case Evaluation.Judged judged -> judged(webhook, request, judged);
    }
  }

  private void judged(Webhook webhook, AdmissionRequest request, Evaluation.Judged judged) {
    for (RuleResult result : judged.results()) {
      if (result.outcome() instanceof Outcome.Broken) {
        failed(webhook, "rule");
      }
      // Each object is evaluated for both webhooks; what the last word says is counted.
      if (webhook == Webhook.VALIDATE && !request.dryRun()) {
        count(
            "gapless.evaluations",
            "Rules' outcomes for objects as they are stored, dry runs apart",
            "rule",
            result.doc().id(),
            "mode",
            result.mode().toString(),
            "outcome",
            outcome(result.outcome()));
      }
    }
    if (request.dryRun()) {
      return;
    }
    if (webhook == Webhook.MUTATE) {
      withdrawn(judged);
    }
    for (Judgement judgement : judged.that(Consequence.PATCHED)) {
      switch (webhook) {
        case MUTATE ->
            count(
                "gapless.fixes",
                "Findings that were patched away, dry runs apart",
                "rule",
                judgement.rule());
        case VALIDATE ->
            count(
                "gapless.missed.mutations",
                "Findings that should have been patched before validation",
                "rule",
                judgement.rule());
      }
    }
  }

  private void withdrawn(Evaluation.Judged judged) {
    for (RuleResult result : judged.results()) {
      if (!result.withdrawn().isEmpty()) {
        count(
            "gapless.withdrawals",
            "Earlier fixes that were taken back, dry runs apart",
            "rule",
            result.doc().id());
      }
    }
  }

  /// A request that was no admission review.
  void rejected(Rejection rejection) {
    count(
        "gapless.bad.requests",
        "Requests that were no admission review",
        "code",
        Integer.toString(rejection.code()));
  }

  /// A request that came before the server was ready or after it said goodbye.
  void refused(Phase phase) {
    count(
        "gapless.refused.requests",
        "Requests answered 503 with Retry-After",
        "phase",
        phase.label());
  }

  /// A failure of ours.
  ///
  /// @param where `rule` for one rule, `review` for the whole
  private void failed(Webhook webhook, String where) {
    count(
        "gapless.internal.failures",
        "Failures of our own; the object was let through",
        "webhook",
        webhook.label(),
        "where",
        where);
  }

  private static String outcome(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Passed _ -> "passed";
      case Outcome.Failed _ -> "failed";
      case Outcome.Skipped _ -> "skipped";
      case Outcome.Exempt _ -> "exempt";
      case Outcome.Broken _ -> "broken";
      case Outcome.NotJudged _ -> "not-judged";
    };
  }

  private static String kind(AdmissionRequest request) {
    if (PolicyAdmission.concerns(request)) {
      return RolloutPolicy.KIND;
    }
    return JudgedKinds.ofGroup(request.group(), request.kind()) ? request.kind() : "other";
  }

  private Timer timer(Webhook webhook) {
    return Timer.builder("gapless.admission.duration")
        .description("From the end of a request's body to the start of its answer")
        .tag("webhook", webhook.label())
        .serviceLevelObjectives(
            Duration.ofNanos(500_000),
            Duration.ofMillis(1),
            Duration.ofMillis(5),
            Duration.ofMillis(25),
            Duration.ofMillis(100),
            Duration.ofSeconds(1))
        .register(registry);
  }

  private void count(String name, String description, String... labels) {
    counters
        .computeIfAbsent(
            new Key(name, List.of(labels)),
            key -> Counter.builder(name).description(description).tags(labels).register(registry))
        .increment();
  }
}
