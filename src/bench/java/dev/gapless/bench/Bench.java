package dev.gapless.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.runner.RunnerException;

/// Runs the parts of the benchmark that are named, or all, and prints and writes what came of it.
///
/// A word that names no part runs the JMH benchmarks whose names contain it.
public final class Bench {
  static final int REPETITIONS = Integer.getInteger("gapless.bench.repetitions", 5);

  private static final List<String> PARTS =
      List.of("engine", Around.PART, "wire", "start", "cluster");
  private static final List<String> ENGINE =
      List.of(
          "EngineBenchmark", "RuleBenchmark", "AdmissionBenchmark", "ResolutionBenchmark.index");

  private Bench() {}

  /// One part, which throws what the tools throw that it is made with.
  private interface Part {
    void run() throws RunnerException, IOException, InterruptedException;
  }

  public static void main(String[] words)
      throws RunnerException, IOException, InterruptedException {
    List<String> asked = words.length == 0 ? PARTS : List.of(words);
    var samples = new Samples();
    var report = new Report(samples);
    var names = new ArrayList<>(asked);
    names.removeAll(PARTS);
    if (asked.contains("engine")) {
      names.addAll(ENGINE);
    }
    if (!names.isEmpty()) {
      timed(String.join(", ", names), () -> Micro.run(samples, names));
    }
    Path work = Files.createDirectories(Path.of("target", "bench", "work").toAbsolutePath());
    var programs = new Programs(work);
    for (String part : PARTS) {
      if (!asked.contains(part)) {
        continue;
      }
      switch (part) {
        case Around.PART -> timed(part, () -> Around.run(samples));
        case "wire" -> timed(part, () -> Wire.run(samples, report, programs));
        case "start" -> timed(part, () -> Start.run(samples, report, programs));
        case "cluster" -> timed(part, () -> Cluster.run(samples, report, programs));
        default -> {}
      }
    }
    report.print();
    report.write(Path.of("target", "bench.json"));
    // Vert.x leaves threads behind that would hold the process.
    System.exit(0);
  }

  private static void timed(String name, Part part)
      throws RunnerException, IOException, InterruptedException {
    long start = System.nanoTime();
    part.run();
    System.err.printf("bench: %s took %d s%n", name, (System.nanoTime() - start) / 1_000_000_000);
  }
}
