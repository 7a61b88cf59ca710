package dev.gapless.bench;

import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What an admission costs over HTTPS, beside a webhook in Go and two servers that do nothing.
final class Wire {
  private static final String PART = "wire";

  // By then the second compiler has done most of its work; what comes before is a matter of the
  // start.
  private static final int WARM_UP = 40_000;
  private static final int AS_IT_IS = 2_000;

  private static final Duration ROUND = Duration.ofMillis(600);
  private static final Duration OPEN_ROUND = Duration.ofSeconds(1);
  private static final int OPEN_RATE = 300;
  private static final int TOOL_REQUESTS = 1_000;
  private static final List<Integer> CONNECTIONS = List.of(1, 20, 100);
  private static final List<HttpVersion> VERSIONS =
      List.of(HttpVersion.HTTP_1_1, HttpVersion.HTTP_2);
  private static final Pattern FINISHED = Pattern.compile("finished in \\S+, ([0-9.]+) req/s");

  private final Samples samples;
  private final Report report;
  private final Programs programs;
  private final byte[] review = SampleReview.body();
  private final List<Server> servers = new ArrayList<>();

  private Wire(Samples samples, Report report, Programs programs) {
    this.samples = samples;
    this.report = report;
    this.programs = programs;
  }

  static String cpu(String version, int connections) {
    return "CPU per admission, " + version + ", " + on(connections);
  }

  static String latency(String percentile, String version, int connections) {
    return percentile + ", " + version + ", " + on(connections);
  }

  private static String on(int connections) {
    return connections == 1 ? "1 connection" : connections + " connections";
  }

  static void run(Samples samples, Report report, Programs programs)
      throws IOException, InterruptedException {
    var wire = new Wire(samples, report, programs);
    try {
      wire.start();
      for (int i = 0; i < Bench.REPETITIONS; i++) {
        wire.repetition();
      }
    } finally {
      wire.servers.forEach(Server::close);
    }
  }

  private void start() throws IOException, InterruptedException {
    for (String kind : List.of(Server.GAPLESS, Server.GO, Server.VERTX_FIXED, Server.GO_FIXED)) {
      Optional<Server> server = programs.start(kind);
      if (server.isEmpty()) {
        report.leaveOut(kind + ": it could not be built");
        continue;
      }
      servers.add(server.get());
      server.get().awaitFirstAnswer(review);
      for (HttpVersion version : VERSIONS) {
        try (Load load = Load.on(server.get(), programs.ca(), version, 20, review)) {
          load.count((server.get().isJvm() ? WARM_UP : AS_IT_IS) / VERSIONS.size());
        }
      }
    }
    if (tool().isEmpty()) {
      report.leaveOut("h2load: it is not installed (Debian's nghttp2-client)");
    }
  }

  private void repetition() throws IOException, InterruptedException {
    for (HttpVersion version : VERSIONS) {
      for (int connections : CONNECTIONS) {
        for (Server server : servers) {
          closed(server, version, connections);
        }
      }
    }
    for (Server server : servers) {
      if (!server.path().equals("/fixed")) {
        open(server);
        for (HttpVersion version : VERSIONS) {
          tool(server, version);
        }
      }
    }
  }

  private void closed(Server server, HttpVersion version, int connections) {
    try (Load load = Load.on(server, programs.ca(), version, connections, review)) {
      double before = server.cpuSeconds();
      Load.Result result = load.closed(ROUND);
      double used = server.cpuSeconds() - before;
      demandAnswers(server, result);
      String name = name(version);
      add(server, cpu(name, connections), "us", used * 1e6 / result.nanos().length);
      add(server, "throughput, " + name + ", " + on(connections), "/s", result.perSecond());
      latencies(server, result, name, connections);
    }
  }

  private void open(Server server) {
    try (Load load = Load.on(server, programs.ca(), HttpVersion.HTTP_1_1, 20, review)) {
      Load.Result result = load.open(OPEN_RATE, OPEN_ROUND);
      demandAnswers(server, result);
      latencies(server, result, OPEN_RATE + "/s open loop, HTTP/1.1", 20);
    }
  }

  private void latencies(Server server, Load.Result result, String name, int connections) {
    Map.of("p50", 0.5, "p99", 0.99, "p99.9", 0.999).entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .forEach(it ->
            add(
                server,
                latency(it.getKey(), name, connections),
                "ms",
                result.millis(it.getValue())));
  }

  private static void demandAnswers(Server server, Load.Result result) {
    if (result.failed() > 0 || result.nanos().length == 0) {
      throw new IllegalStateException(
          server.kind() + " failed " + result.failed() + " of its requests");
    }
  }

  private void tool(Server server, HttpVersion version) throws IOException, InterruptedException {
    Optional<Path> tool = tool();
    if (tool.isEmpty()) {
      return;
    }
    Path body = Files.write(programs.work().resolve("review.json"), review);
    var command = new ArrayList<>(List.of(tool.get().toString()));
    if (version == HttpVersion.HTTP_1_1) {
      command.add("--h1");
    }
    command.addAll(List.of("-n", Integer.toString(TOOL_REQUESTS), "-c", "20", "-t", "1"));
    command.addAll(List.of("-d", body.toString(), "-H", "content-type: application/json"));
    command.add("https://127.0.0.1:" + server.port() + server.path());
    double before = server.cpuSeconds();
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    double used = server.cpuSeconds() - before;
    Matcher finished = FINISHED.matcher(said);
    if (process.waitFor() != 0 || !finished.find() || !said.contains(TOOL_REQUESTS + " 2xx")) {
      throw new IllegalStateException("h2load said of " + server.kind() + ": " + said);
    }
    String name = "by h2load, " + name(version) + ", " + on(20);
    add(server, "CPU per admission " + name, "us", used * 1e6 / TOOL_REQUESTS);
    add(server, "throughput " + name, "/s", Double.parseDouble(finished.group(1)));
  }

  private static Optional<Path> tool() {
    return Optional.of(Path.of("/usr/bin/h2load")).filter(Files::isExecutable);
  }

  private static String name(HttpVersion version) {
    return version == HttpVersion.HTTP_2 ? "HTTP/2" : "HTTP/1.1";
  }

  private void add(Server server, String name, String unit, double value) {
    samples.add(PART, server.kind(), name, unit, value);
  }
}
