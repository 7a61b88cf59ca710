package dev.gapless.bench;

import dev.gapless.kube.Await;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// What a process costs from its start to its first result, and what it keeps.
final class Start {
  static final String KUBE_SCORE = "kube-score";
  static final String FIRST_CPU = "CPU from start to the first answer";
  static final String RSS_LATER = "resident after 10,000 admissions";

  static final String CACHED_CPU = "CPU until 10,000 workloads and all beside them are cached";
  static final String CACHED_RSS = "resident with 10,000 workloads cached";

  private static final String PART = "start";
  private static final int ADMISSIONS = 10_000;
  private static final int FILES = 1_000;
  private static final int CACHED = 10_000;
  private static final Duration CACHED_LIMIT = Duration.ofMinutes(2);

  /// What a shell's `times` says of the processes that it waited for: user and system.
  private static final Pattern TIMES = Pattern.compile("(\\d+)m([0-9.]+)s (\\d+)m([0-9.]+)s\\s*$");

  private final Samples samples;
  private final Programs programs;
  private final byte[] review = SampleReview.body();

  private Start(Samples samples, Programs programs) {
    this.samples = samples;
    this.programs = programs;
  }

  static String checkCpu(int files) {
    return "CPU of check, " + (files == 1 ? "1 file" : files + " files");
  }

  static void run(Samples samples, Report report, Programs programs)
      throws IOException, InterruptedException {
    var start = new Start(samples, programs);
    List<Path> manifests = start.manifests();
    Optional<Path> kubeScore = programs.built(KUBE_SCORE);
    if (kubeScore.isEmpty()) {
      report.leaveOut(KUBE_SCORE + ": it could not be built");
    }
    // The launcher makes its caches at a build's second start, which is none to be measured.
    for (int i = 0; i < 2; i++) {
      start.check(manifests.subList(0, 1));
      start.serve(Server.GAPLESS, false);
    }
    for (int i = 0; i < Bench.REPETITIONS; i++) {
      start.serve(Server.GAPLESS, true);
      start.serve(Server.GO, true);
      start.serveCluster();
      for (List<Path> files : List.of(manifests.subList(0, 1), manifests)) {
        samples.add(PART, Server.GAPLESS, checkCpu(files.size()), "s", start.check(files));
        if (kubeScore.isPresent()) {
          samples.add(
              PART,
              KUBE_SCORE,
              checkCpu(files.size()),
              "s",
              start.cpuOf(List.of(kubeScore.get().toString(), "score"), files));
        }
      }
    }
  }

  private List<Path> manifests() throws IOException {
    Path folder = Files.createDirectories(programs.work().resolve("manifests"));
    var files = new ArrayList<Path>();
    for (int i : IntStream.range(0, FILES).toArray()) {
      var manifest = SampleReview.manifest(SampleReview.Size.SMALL_2K, i % 2 == 0, 1);
      manifest.withObject("/metadata").put("name", "web-" + i);
      files.add(Files.writeString(folder.resolve("web-" + i + ".yaml"), manifest.toPrettyString()));
    }
    return files;
  }

  private void serve(String kind, boolean counts) throws IOException, InterruptedException {
    Optional<Server> started = programs.start(kind);
    if (started.isEmpty()) {
      return;
    }
    try (Server server = started.get()) {
      double seconds = server.awaitFirstAnswer(review);
      if (!counts) {
        return;
      }
      samples.add(PART, kind, FIRST_CPU, "s", server.cpuSeconds());
      samples.add(PART, kind, "time from start to the first answer", "s", seconds);
      samples.add(PART, kind, "resident at the first answer", "MB", server.residentMegabytes());
      try (Load load = Load.on(server, programs.ca(), HttpVersion.HTTP_1_1, 20, review)) {
        load.count(ADMISSIONS);
      }
      samples.add(PART, kind, RSS_LATER, "MB", server.residentMegabytes());
    }
  }

  // Of each workload four objects are listed: its Service, autoscaler and budget beside it.
  private void serveCluster() throws IOException, InterruptedException {
    int management = Programs.freePort();
    try (var stored = StoredCluster.of(new SampleCluster(CACHED, 10));
        Server server = programs.startWith(stored.kubeconfig(programs.work()), management)) {
      server.awaitFirstAnswer(review);
      Await.until(
          "all workloads to be cached",
          CACHED_LIMIT,
          () ->
              metrics(management).contains("gapless_neighbours{type=\"workload\"} 10000.0")
                  && metrics(management).contains("gapless_neighbours{type=\"budget\"} 10000.0")
                  && metrics(management).contains("gapless_neighbours{type=\"autoscaler\"} 10000.0")
                  && metrics(management).contains("gapless_neighbours{type=\"service\"} 10000.0"));
      samples.add(PART, Server.GAPLESS, CACHED_CPU, "s", server.cpuSeconds());
      samples.add(PART, Server.GAPLESS, CACHED_RSS, "MB", server.residentMegabytes());
      try (Load load = Load.on(server, programs.ca(), HttpVersion.HTTP_1_1, 20, review)) {
        load.count(ADMISSIONS);
      }
      samples.add(
          PART,
          Server.GAPLESS,
          CACHED_RSS + ", 10,000 admissions later",
          "MB",
          server.residentMegabytes());
    }
  }

  private static String metrics(int port) {
    try {
      return new String(
          URI.create("http://127.0.0.1:" + port + "/q/metrics").toURL().openStream().readAllBytes(),
          StandardCharsets.UTF_8);
    } catch (IOException _) {
      // Not there yet.
      return "";
    }
  }

  private double check(List<Path> files) throws IOException, InterruptedException {
    return cpuOf(programs.gapless("check"), files);
  }

  /// The CPU time of a program that ends, in seconds; what it thinks of the files is no matter.
  private double cpuOf(List<String> command, List<Path> files)
      throws IOException, InterruptedException {
    var arguments =
        new ArrayList<>(List.of("/bin/sh", "-c", "\"$@\" >/dev/null 2>&1; echo $?; times", "sh"));
    arguments.addAll(command);
    files.forEach(it -> arguments.add(it.toString()));
    Process shell = new ProcessBuilder(arguments).redirectErrorStream(true).start();
    String said = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    shell.waitFor();
    Matcher times = TIMES.matcher(said);
    if (!(said.startsWith("0\n") || said.startsWith("1\n")) || !times.find()) {
      throw new IllegalStateException(command + " ended otherwise than it should: " + said);
    }
    return 60 * (Integer.parseInt(times.group(1)) + Integer.parseInt(times.group(3)))
        + Double.parseDouble(times.group(2))
        + Double.parseDouble(times.group(4));
  }
}
