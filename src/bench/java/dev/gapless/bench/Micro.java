package dev.gapless.bench;

import dev.gapless.rules.Catalog;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/// What the code costs without a wire: the JMH benchmarks, each with repetitions of its own.
final class Micro {
  private Micro() {}

  /// The figure of a benchmark's time.
  static String time(String what) {
    return what + ", time";
  }

  /// The figure of what a benchmark allocates.
  static String memory(String what) {
    return what + ", allocated";
  }

  /// @param names of the benchmarks, or parts of them
  static void run(Samples samples, List<String> names) throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .mode(Mode.AverageTime)
            .timeUnit(TimeUnit.NANOSECONDS)
            .forks(1)
            // As `serve` is started.
            .jvmArgsAppend(
                "-XX:+UseSerialGC",
                "-XX:+UseCompactObjectHeaders",
                "-XX:C1MaxInlineSize=12",
                "-XX:CompileThresholdScaling=2",
                "-XX:MaxInlineLevel=9",
                "-XX:CompileCommand=quiet",
                "-XX:CompileCommand=dontinline,dev.gapless.workload.Cursor::field",
                "--sun-misc-unsafe-memory-access=allow")
            .param(
                "rule",
                Stream.concat(Stream.of(RuleBenchmark.NONE), Catalog.ids().stream().sorted())
                    .toArray(String[]::new))
            .addProfiler(GCProfiler.class)
            .verbosity(VerboseMode.SILENT);
    names.forEach(options::include);
    Collection<RunResult> results = new Runner(options.build()).run();
    results.forEach(it -> add(samples, it));
  }

  private static void add(Samples samples, RunResult result) {
    BenchmarkParams params = result.getParams();
    String[] name = params.getBenchmark().split("\\.");
    String type = name[name.length - 2].replace("Benchmark", "");
    String subject =
        switch (type) {
          case "Engine" -> "engine";
          case "Admission" -> "bytes to bytes";
          case "Rule" -> "rule alone";
          default -> type.toLowerCase(java.util.Locale.ROOT);
        };
    String parameters =
        params.getParamsKeys().stream()
            .map(it -> it.equals("clean") ? clean(params.getParam(it)) : params.getParam(it))
            .collect(Collectors.joining(" "));
    String what =
        type.equals("Engine")
            ? params.getParam("size")
                + " "
                + params.getParam("operation")
                + " "
                + clean(params.getParam("clean"))
            : type.equals("Rule") || type.equals("Admission")
                ? parameters
                : name[name.length - 1] + " " + parameters;
    result
        .getAggregatedResult()
        .getIterationResults()
        .forEach(iteration -> {
          samples.add(
              "engine", subject, time(what), "us", iteration.getPrimaryResult().getScore() / 1e3);
          allocated(iteration, samples, subject, what);
        });
  }

  private static String clean(String clean) {
    return clean.equals("true") ? "clean" : "broken";
  }

  private static void allocated(
      IterationResult iteration, Samples samples, String subject, String what) {
    Result<?> bytes = iteration.getSecondaryResults().get("gc.alloc.rate.norm");
    if (bytes != null) {
      samples.add("engine", subject, memory(what), "KB", bytes.getScore() / 1000);
    }
  }
}
