package dev.gapless.deploy;

import dev.gapless.kube.Await;
import dev.gapless.kube.ChildProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;

/// `gapless serve` on this machine, without a cluster and with a certificate of its own.
final class LocalServer implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(90);

  private final ChildProcess process;
  private final Path folder;
  private final int managementPort;
  private final HttpClient http = HttpClient.newHttpClient();

  private LocalServer(ChildProcess process, Path folder, int managementPort) {
    this.process = process;
    this.folder = folder;
    this.managementPort = managementPort;
  }

  /// Starts it and waits until it is ready.
  static LocalServer start(Path folder, int port, int managementPort) {
    var server =
        new LocalServer(
            ChildProcess.start(
                "gapless",
                folder,
                Packaged.command(
                    "serve",
                    "--port=" + port,
                    "--management-port=" + managementPort,
                    "--certs-dir=" + folder.resolve("certs"))),
            folder,
            managementPort);
    Await.until("gapless to be ready", START_LIMIT, server::isReady);
    return server;
  }

  private boolean isReady() {
    process.demandThatItRuns();
    try {
      return get("/q/health/ready").statusCode() == 200;
    } catch (UncheckedIOException _) {
      return false;
    }
  }

  /// The CA of its certificate, as a webhook configuration wants it.
  String ca() throws IOException {
    return Base64.getEncoder().encodeToString(Files.readAllBytes(folder.resolve("certs/ca.crt")));
  }

  /// What it has counted, as Prometheus reads it.
  String metrics() {
    return get("/q/metrics").body();
  }

  private HttpResponse<String> get(String path) {
    URI url = URI.create("http://localhost:" + managementPort + path);
    try {
      return http.send(
          HttpRequest.newBuilder(url).timeout(START_LIMIT).build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException("no answer from " + url, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted at " + url, e);
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
    process.close();
  }
}
