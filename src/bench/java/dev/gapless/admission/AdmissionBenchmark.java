package dev.gapless.admission;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gapless.bench.SampleReview;
import dev.gapless.engine.Engine;
import dev.gapless.engine.Namespace;
import dev.gapless.neighbour.Surroundings;
import dev.gapless.policy.Mode;
import dev.gapless.policy.Policies;
import dev.gapless.rules.Catalog;
import dev.gapless.workload.KubernetesVersion;
import java.time.LocalDate;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// A typical admission from the request's bytes to the answer's, without HTTP.
// The second compiler takes seconds over so much code.
@Warmup(iterations = 6, time = 1000, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@State(Scope.Thread)
public class AdmissionBenchmark {
  private static final ObjectWriter JSON = new JsonMapper().writer();

  @Param({"MUTATE", "VALIDATE"})
  public String webhook;

  private final Policies policies = Policies.builtIn(Mode.ENFORCE);
  private final Admission admission =
      new Admission(
          new Engine(Catalog.RULES), () -> policies, Namespace::named, Surroundings.unknown());
  private final byte[] body = SampleReview.body();

  @Benchmark
  public byte[] answer() throws JsonProcessingException {
    if (!(ReviewDecoder.decode(body) instanceof ReviewDecoder.Understood(AdmissionRequest it))) {
      throw new IllegalStateException("the sample must be a review");
    }
    return JSON.writeValueAsBytes(
        admission
            .answer(
                Webhook.valueOf(webhook),
                it,
                KubernetesVersion.NEWEST_KNOWN,
                LocalDate.of(2026, 11, 21))
            .response()
            .review());
  }
}
