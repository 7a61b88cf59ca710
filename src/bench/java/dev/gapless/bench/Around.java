package dev.gapless.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gapless.neighbour.NeighbourReader;
import dev.gapless.neighbour.PodDisruptionBudget;
import dev.gapless.neighbour.Service;
import dev.gapless.neighbour.Surroundings;
import dev.gapless.workload.Cursor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What it takes to know what stands around thousands of workloads: memory, and the search for what
/// belongs to one of them.
public final class Around {
  static final String PART = "around";

  private static final JsonMapper JSON = new JsonMapper();
  private static final List<Integer> SIZES = List.of(1_000, 10_000, 50_000);
  private static final int FEW = 10;
  private static final int ASKED = 1_000;
  private static final int ROUNDS = 50;

  private final Surroundings around = new Surroundings(_ -> true, false);
  private final SampleCluster cluster;
  private final List<Asked> asked = new ArrayList<>();
  private long found;

  private Around(SampleCluster cluster) {
    this.cluster = cluster;
  }

  /// A workload whose neighbours are looked for.
  private record Asked(String namespace, String name, Map<String, String> labels) {}

  /// The figure of what a workload takes with its Service, autoscaler and budget.
  static String kept(int workloads, boolean oneNamespace) {
    return "kept per workload, " + layout(workloads, oneNamespace);
  }

  private static String layout(int workloads, boolean oneNamespace) {
    return "%,d in %s".formatted(workloads, oneNamespace ? "one namespace" : "many namespaces");
  }

  static void run(Samples samples) throws IOException, InterruptedException {
    for (int i = 0; i < Bench.REPETITIONS; i++) {
      for (int workloads : SIZES) {
        for (boolean oneNamespace : new boolean[] {false, true}) {
          String[] said = measured(workloads, oneNamespace ? workloads : FEW).split(" ");
          samples.add(
              PART,
              Server.GAPLESS,
              kept(workloads, oneNamespace),
              "B",
              Double.parseDouble(said[0]));
          samples.add(
              PART,
              Server.GAPLESS,
              "CPU of a search, " + layout(workloads, oneNamespace),
              "us",
              Double.parseDouble(said[1]));
        }
      }
    }
  }

  // In a JVM of its own, with the collector and the object headers of `serve`.
  private static String measured(int workloads, int perNamespace)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC",
                    "-XX:+UseCompactObjectHeaders",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Around.class.getName(),
                    Integer.toString(workloads),
                    Integer.toString(perNamespace)))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (process.waitFor() != 0) {
      throw new IllegalStateException("what stands around could not be measured: " + said);
    }
    return said;
  }

  /// Prints the bytes that a workload takes, and the microseconds of CPU of a search.
  ///
  /// @param arguments how many workloads, and how many of them share a namespace
  public static void main(String[] arguments) throws IOException {
    int workloads = Integer.parseInt(arguments[0]);
    // Classes, caches and whatever else comes with the first ones.
    var first = new Around(new SampleCluster(ASKED, FEW));
    first.fill();
    first.search();

    var around = new Around(new SampleCluster(workloads, Integer.parseInt(arguments[1])));
    long before = usedHeap();
    around.fill();
    long bytes = usedHeap() - before;
    System.out.println((double) bytes / workloads + " " + around.search());
  }

  private void fill() throws IOException {
    for (String kind : SampleCluster.KINDS) {
      for (int i = 0; i < cluster.workloads(); i++) {
        // From bytes, as they come from an API server: no two strings are one by accident.
        String object = cluster.object(kind, i).toString();
        NeighbourReader.read(JSON.readTree(object.getBytes(StandardCharsets.UTF_8)))
            .ifPresent(around::put);
      }
    }
    if (around.size() != SampleCluster.KINDS.size() * cluster.workloads()) {
      throw new IllegalStateException("only " + around.size() + " neighbours are kept");
    }
  }

  // What is used after a collection, of which one may leave something for the next.
  private static long usedHeap() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private double search() {
    for (int i = 0; i < ASKED; i++) {
      JsonNode deployment =
          cluster.object("Deployment", (int) ((long) i * cluster.workloads() / ASKED));
      asked.add(
          new Asked(
              deployment.at("/metadata/namespace").asText(),
              deployment.at("/metadata/name").asText(),
              Cursor.of(deployment.at("/spec/template/metadata/labels")).strings()));
    }
    rounds();
    long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    rounds();
    long nanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
    // Each has a Service, an autoscaler, a budget, and is guarded by it.
    if (found != 4L * 2 * ROUNDS * ASKED) {
      throw new IllegalStateException("found " + found);
    }
    return nanos / 1e3 / ROUNDS / ASKED;
  }

  private void rounds() {
    for (int i = 0; i < ROUNDS; i++) {
      asked.forEach(this::search);
    }
  }

  /// All that rules ask about one workload, at the most.
  private void search(Asked one) {
    for (Service service : around.servicesSelecting(one.namespace(), one.labels()).orElseThrow()) {
      found++;
      found += around.routesTo(one.namespace(), service.name()).orElseThrow().size();
    }
    found += around.autoscalersOf(one.namespace(), "Deployment", one.name()).orElseThrow().size();
    for (PodDisruptionBudget budget :
        around.budgetsSelecting(one.namespace(), one.labels()).orElseThrow()) {
      found++;
      found +=
          around
              .workloadsSelected(one.namespace(), budget.selector().orElseThrow())
              .orElseThrow()
              .size();
    }
  }
}
