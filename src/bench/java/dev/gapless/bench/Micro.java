package dev.gapless.bench;

import dev.gapless.rules.Catalog;
import io.smallrye.config.common.utils.StringUtil;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
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
  private static final Path PROPERTIES = Path.of("src/main/resources/application.properties");

  // Of the rest, the cache and the heap are for a whole server.
  private static final Pattern COMPILING =
      Pattern.compile("-XX:\\+Use|-XX:C1|-XX:Compile|-XX:Tier|-XX:MaxInline|--sun");

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
            .jvmArgsAppend(javaOptions())
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

  // What `serve` is started with, as far as it changes how code is compiled and memory collected.
  private static String[] javaOptions() {
    var properties = new Properties();
    try (Reader reader = Files.newBufferedReader(PROPERTIES)) {
      properties.load(reader);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    String entrypoint = properties.getProperty("quarkus.jib.jvm-entrypoint", "");
    return Stream.of(StringUtil.split(entrypoint))
        .filter(it -> COMPILING.matcher(it).lookingAt())
        .toArray(String[]::new);
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
