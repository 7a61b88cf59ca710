package dev.gapless.kube;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The packaged application, serving the webhooks in a process of its own.
public final class GaplessServer implements AutoCloseable {
  private static final Path JAR = Path.of("target", "quarkus-app", "quarkus-run.jar");
  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final Pattern READY =
      Pattern.compile("ready url=(https://\\S+) management=(http://\\S+)");
  private static final Pattern CALLS =
      Pattern.compile("gapless_(?:admissions|dry_runs)_total\\{(.*)} (\\S+)");

  private final ChildProcess process;
  private final URI url;
  private final URI management;
  private final Path certificates;
  private final HttpClient client = HttpClient.newHttpClient();

  private GaplessServer(ChildProcess process, URI url, URI management, Path certificates) {
    this.process = process;
    this.url = url;
    this.management = management;
    this.certificates = certificates;
  }

  /// Starts it on loopback and free ports and waits until it is ready.
  ///
  /// @param kubernetes the API server that it is for; it is told no more of it than the version
  /// @param name of its folder there, for its log and its certificates
  /// @param options of `gapless serve`
  public static GaplessServer start(KubeApiServer kubernetes, String name, String... options) {
    Path folder = kubernetes.folder().resolve(name);
    Path certificates = folder.resolve("certificates");
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-jar",
                JAR.toAbsolutePath().toString(),
                "serve",
                "--host=127.0.0.1",
                "--port=0",
                "--management-port=0",
                "--kubernetes-version=" + kubernetes.version(),
                "--certs-dir=" + certificates));
    command.addAll(List.of(options));
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + folder, e);
    }
    ChildProcess process = ChildProcess.start("gapless", folder, command);
    try {
      Matcher ready =
          Await.value(
              "gapless to be ready",
              START_LIMIT,
              () -> {
                process.demandThatItRuns();
                return Optional.of(READY.matcher(process.log())).filter(Matcher::find);
              });
      return new GaplessServer(
          process, URI.create(ready.group(1)), URI.create(ready.group(2)), certificates);
    } catch (RuntimeException e) {
      process.close();
      throw e;
    }
  }

  /// Where it serves.
  public URI url() {
    return url;
  }

  /// The certificate by which to trust it.
  public Path ca() {
    return certificates.resolve("ca.crt");
  }

  /// How often a webhook was called.
  ///
  /// @param webhook `mutate` or `validate`
  public long calls(String webhook) {
    return metrics()
        .lines()
        .map(CALLS::matcher)
        .filter(Matcher::matches)
        .filter(it -> it.group(1).contains("webhook=\"" + webhook + "\""))
        .mapToLong(it -> (long) Double.parseDouble(it.group(2)))
        .sum();
  }

  /// Its metrics, in Prometheus' form.
  public String metrics() {
    return get("/q/metrics");
  }

  /// The value of one of its metrics; 0 where there is none yet.
  ///
  /// @param series its name and, in braces, all its labels in alphabetical order
  public double metric(String series) {
    return metrics()
        .lines()
        .filter(it -> it.startsWith(series + " "))
        .mapToDouble(it -> Double.parseDouble(it.substring(series.length() + 1)))
        .sum();
  }

  /// What its readiness check says.
  public String readiness() {
    return get("/q/health/ready");
  }

  private String get(String path) {
    try {
      return client
          .send(
              HttpRequest.newBuilder(management.resolve(path)).build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + management.resolve(path), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("reading " + path + " was interrupted", e);
    }
  }

  /// What it has logged.
  public String log() {
    return process.log();
  }

  @Override
  public void close() {
    client.shutdownNow();
    process.close();
  }
}
