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
      Micro.run(samples, names);
    }
    if (asked.contains(Around.PART)) {
      Around.run(samples);
    }
    Path work = Files.createDirectories(Path.of("target", "bench", "work").toAbsolutePath());
    var programs = new Programs(work);
    if (asked.contains("wire")) {
      Wire.run(samples, report, programs);
    }
    if (asked.contains("start")) {
      Start.run(samples, report, programs);
    }
    if (asked.contains("cluster")) {
      Cluster.run(samples, report, programs);
    }
    report.print();
    report.write(Path.of("target", "bench.json"));
    // Vert.x leaves threads behind that would hold the process.
    System.exit(0);
  }
}
