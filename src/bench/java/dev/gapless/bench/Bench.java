package dev.gapless.bench;

import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/// Runs the benchmarks, those whose names contain an argument or all, and prints one line for each.
public final class Bench {
  private Bench() {}

  public static void main(String[] names) throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .mode(Mode.AverageTime)
            .timeUnit(TimeUnit.NANOSECONDS)
            .forks(1)
            .jvmArgsAppend("--sun-misc-unsafe-memory-access=allow")
            .warmupIterations(3)
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations(5)
            .measurementTime(TimeValue.seconds(1))
            .addProfiler(GCProfiler.class)
            .verbosity(VerboseMode.SILENT);
    for (String name : names) {
      options.include(name);
    }
    print(new Runner(options.build()).run());
  }

  private static void print(Collection<RunResult> results) {
    System.out.printf("%-32s %-36s %12s %10s%n", "benchmark", "", "ns/op", "bytes/op");
    for (RunResult result : results) {
      String benchmark = result.getParams().getBenchmark();
      String method = benchmark.substring(benchmark.lastIndexOf('.') + 1);
      String type = benchmark.substring(0, benchmark.length() - method.length() - 1);
      String parameters =
          result.getParams().getParamsKeys().stream()
              .map(it -> it + "=" + result.getParams().getParam(it))
              .collect(Collectors.joining(" "));
      System.out.printf(
          "%-32s %-36s %12.0f %10.0f%n",
          type.substring(type.lastIndexOf('.') + 1) + "." + method,
          parameters,
          result.getPrimaryResult().getScore(),
          allocated(result));
    }
  }

  private static double allocated(RunResult result) {
    Result<?> rate = result.getSecondaryResults().get("gc.alloc.rate.norm");
    return rate == null ? Double.NaN : rate.getScore();
  }
}
