package dev.gapless.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// A run's figures as a table and as JSON, with the machine that they hold for.
final class Report {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String ROW = "%-8s %-14s %-58s %11s %11s %11s %s%n";

  private final Samples samples;
  private final List<String> leftOut = new ArrayList<>();

  Report(Samples samples) {
    this.samples = samples;
  }

  /// Notes that something could not be measured, and why.
  void leaveOut(String what) {
    leftOut.add(what);
    System.err.println("left out: " + what);
  }

  void print() {
    System.out.printf(ROW, "part", "subject", "what", "min", "median", "max", "unit");
    samples
        .all()
        .forEach((figure, values) ->
            System.out.printf(
                ROW,
                figure.part(),
                figure.subject(),
                figure.name(),
                number(values.stream().mapToDouble(it -> it).min().orElseThrow()),
                number(Samples.median(values).orElseThrow()),
                number(values.stream().mapToDouble(it -> it).max().orElseThrow()),
                figure.unit()));
    System.out.println();
    for (Target target : Target.of(samples)) {
      System.out.printf(
          "%-56s %s %6s %-3s %11s  %s%n",
          target.name(),
          target.atLeast() ? "at least" : "at most ",
          number(target.limit()),
          target.unit(),
          target.actual().isPresent() ? number(target.actual().getAsDouble()) : "-",
          target.verdict());
    }
    leftOut.forEach(it -> System.out.println("left out: " + it));
    System.out.println("Only ratios within one run can be compared; see docs/benchmarks.md");
  }

  private static String number(double value) {
    return value >= 1000 ? "%,.0f".formatted(value) : "%.2f".formatted(value);
  }

  void write(Path file) throws IOException {
    ObjectNode report = JSON.createObjectNode();
    report.put("time", Instant.now().toString());
    report.put("commit", commit());
    ObjectNode machine = report.putObject("machine");
    machine.put("cpu", line(Path.of("/proc/cpuinfo"), "model name"));
    machine.put("cpus", Runtime.getRuntime().availableProcessors());
    machine.put("memory", line(Path.of("/proc/meminfo"), "MemTotal"));
    machine.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    machine.put("load", Files.readString(Path.of("/proc/loadavg")).strip());
    report.put("jdk", System.getProperty("java.vm.name") + " " + Runtime.version());
    ArrayNode figures = report.putArray("figures");
    samples
        .all()
        .forEach((figure, values) -> {
          ObjectNode one = figures.addObject();
          one.put("part", figure.part()).put("subject", figure.subject());
          one.put("name", figure.name()).put("unit", figure.unit());
          one.put("min", values.stream().mapToDouble(it -> it).min().orElseThrow());
          one.put("median", Samples.median(values).orElseThrow());
          one.put("max", values.stream().mapToDouble(it -> it).max().orElseThrow());
          values.forEach(one.withArray("values")::add);
        });
    ArrayNode targets = report.putArray("targets");
    for (Target target : Target.of(samples)) {
      ObjectNode one = targets.addObject();
      one.put("name", target.name()).put("unit", target.unit());
      one.put(target.atLeast() ? "atLeast" : "atMost", target.limit());
      target.actual().ifPresent(it -> one.put("actual", it));
      one.put("verdict", target.verdict());
    }
    leftOut.forEach(report.withArray("leftOut")::add);
    Files.writeString(file, report.toPrettyString() + "\n");
  }

  private static String line(Path file, String key) throws IOException {
    return Files.readAllLines(file).stream()
        .filter(it -> it.startsWith(key))
        .map(it -> it.substring(it.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("unknown");
  }

  private static String commit() throws IOException {
    Process git =
        new ProcessBuilder("git", "describe", "--always", "--dirty", "--abbrev=12")
            .redirectErrorStream(true)
            .start();
    return new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
  }
}
