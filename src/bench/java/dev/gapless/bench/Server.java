package dev.gapless.bench;

import dev.gapless.kube.ChildProcess;
import dev.gapless.kube.KubeApiServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// A server in a process of its own, and what the operating system says of it.
final class Server implements AutoCloseable {
  static final String GAPLESS = "gapless";
  static final String GO = "go webhook";
  static final String GO_FIXED = "go fixed";
  static final String VERTX_FIXED = "vertx fixed";

  /// Says "allowed" to each request, without reading more of it than its uid.
  static final String ALLOWED = "go allowed";

  /// Answers what Gapless answered, likewise.
  static final String REPLAYED = "go replayed";

  /// The kernel counts CPU time in hundredths of a second, whatever its own clock does.
  private static final double TICKS_PER_SECOND = 100;

  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final long RETRY_MILLIS = 5;

  private final String kind;
  private final ChildProcess process;
  private final Path ca;
  private final int port;
  private final String path;
  private final long started = System.nanoTime();

  private Server(String kind, ChildProcess process, Path ca, int port, String path) {
    this.kind = kind;
    this.process = process;
    this.ca = ca;
    this.port = port;
    this.path = path;
  }

  static Server start(String kind, Programs programs, int port, String path, List<String> command) {
    String name = kind.replace(' ', '-') + "-" + port;
    return new Server(
        kind, ChildProcess.start(name, programs.work(), command), programs.ca(), port, path);
  }

  String kind() {
    return kind;
  }

  int port() {
    return port;
  }

  String path() {
    return path;
  }

  /// Posts a review until it is answered as it should be.
  ///
  /// @return the seconds since the start
  double awaitFirstAnswer(byte[] review) throws InterruptedException {
    demandThatItIsRight(awaitAnswer(path, review));
    return (System.nanoTime() - started) / 1e9;
  }

  /// Whether it has compilers that learn as it runs.
  boolean isJvm() {
    return kind.equals(GAPLESS) || kind.equals(VERTX_FIXED);
  }

  /// Posts a review until it is answered, and returns that answer.
  String awaitAnswer(String path, byte[] review) throws InterruptedException {
    try (HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .sslContext(KubeApiServer.trusting(ca))
            .build()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port + path))
              .timeout(START_LIMIT)
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofByteArray(review))
              .build();
      long end = started + START_LIMIT.toNanos();
      while (System.nanoTime() < end) {
        process.demandThatItRuns();
        try {
          var response = client.send(request, HttpResponse.BodyHandlers.ofString());
          if (response.statusCode() == 200) {
            return response.body();
          }
        } catch (IOException _) {
          // Not there yet.
        }
        Thread.sleep(RETRY_MILLIS);
      }
    }
    throw new IllegalStateException(kind + " did not answer within " + START_LIMIT);
  }

  private void demandThatItIsRight(String answer) {
    boolean patched = answer.contains("\"patchType\":\"JSONPatch\"");
    if (!answer.contains("\"allowed\":true") || patched == path.equals("/fixed")) {
      throw new IllegalStateException(kind + " answered " + answer);
    }
  }

  /// The CPU time that it has used, user and system, in seconds.
  double cpuSeconds() {
    return cpuSeconds(process.program().orElseThrow());
  }

  /// The CPU time that any process has used, user and system, in seconds.
  static double cpuSeconds(ProcessHandle process) {
    String stat = read(process, "stat");
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
  }

  /// What of it is in memory, in megabytes.
  double residentMegabytes() {
    return read(process.program().orElseThrow(), "status")
            .lines()
            .filter(it -> it.startsWith("VmRSS:"))
            .mapToLong(it -> Long.parseLong(it.replaceAll("\\D", "")))
            .sum()
        * 1024
        / 1e6;
  }

  private static String read(ProcessHandle process, String file) {
    Path path = Path.of("/proc", Long.toString(process.pid()), file);
    try {
      return new String(Files.readAllBytes(path), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path, e);
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
