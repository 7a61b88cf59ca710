package dev.gapless.bench;

import dev.gapless.engine.Engine;
import dev.gapless.engine.Evaluation;
import dev.gapless.engine.Review;
import dev.gapless.policy.Mode;
import dev.gapless.policy.Policies;
import dev.gapless.rule.Rule;
import dev.gapless.rules.Catalog;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// One evaluation of a typical creation by one rule alone; `none` is what all of them share.
@Warmup(iterations = 2, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@State(Scope.Thread)
public class RuleBenchmark {
  static final String NONE = "none";

  /// A rule's id; the runner fills in every one of the catalogue.
  @Param(NONE)
  public String rule;

  private final Policies policies = Policies.builtIn(Mode.ENFORCE);
  private Engine engine;
  private Review review;

  @Setup
  public void read() {
    List<Rule> rules = Catalog.rule(rule).map(List::of).orElse(List.of());
    engine = new Engine(rules);
    review = EngineBenchmark.review(SampleReview.creation(SampleReview.Size.TYPICAL_6K, false));
  }

  @Benchmark
  public Evaluation evaluate() {
    return engine.evaluate(review, policies);
  }
}
