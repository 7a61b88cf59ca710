package dev.gapless.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.engine.Engine;
import dev.gapless.engine.Evaluation;
import dev.gapless.engine.Namespace;
import dev.gapless.engine.Review;
import dev.gapless.neighbour.Surroundings;
import dev.gapless.policy.Mode;
import dev.gapless.policy.Policies;
import dev.gapless.rules.Catalog;
import dev.gapless.workload.Authorship;
import dev.gapless.workload.KubernetesVersion;
import java.time.LocalDate;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// One evaluation by all rules of a review that is already a tree.
// The second compiler takes seconds over so much code.
@Warmup(iterations = 4, time = 1000, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@State(Scope.Thread)
public class EngineBenchmark {
  @Param({"SMALL_2K", "TYPICAL_6K", "FAT_200K"})
  public SampleReview.Size size;

  @Param({"CREATE", "UPDATE"})
  public String operation;

  @Param({"true", "false"})
  public boolean clean;

  private final Engine engine = new Engine(Catalog.RULES);
  private final Policies policies = Policies.builtIn(Mode.ENFORCE);
  private Review review;

  @Setup
  public void read() {
    review =
        review(
            operation.equals("CREATE")
                ? SampleReview.creation(size, clean)
                : SampleReview.update(size, clean));
  }

  static Review review(ObjectNode admissionReview) {
    JsonNode request = SampleReview.decoded(admissionReview).path("request");
    return new Review(
        request.path("object"),
        Optional.of(request.path("oldObject")).filter(JsonNode::isObject),
        Authorship.Source.API_SERVER,
        Namespace.named("shop"),
        Surroundings.unknown(),
        KubernetesVersion.NEWEST_KNOWN,
        LocalDate.of(2026, 11, 21));
  }

  @Benchmark
  public Evaluation evaluate() {
    return engine.evaluate(review, policies);
  }
}
