package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// The packaged application as a process of its own, in a folder of its own.
final class ServedProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final Process process;
  private final Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  final int port;
  final int managementPort;

  private ServedProcess(Process process, Path folder, int port, int managementPort) {
    this.process = process;
    this.folder = folder;
    this.port = port;
    this.managementPort = managementPort;
  }

  /// Starts `serve` on free ports; does not wait.
  static ServedProcess serve(Path folder, String... options) throws IOException {
    return serve(folder, freePort(), freePort(), options);
  }

  /// Starts `serve` on given ports; does not wait.
  static ServedProcess serve(Path folder, int port, int managementPort, String... options)
      throws IOException {
    return serve(folder, port, managementPort, Map.of(), options);
  }

  /// Starts `serve` with environment variables of its own; does not wait.
  static ServedProcess serve(Path folder, Map<String, String> environment, String... options)
      throws IOException {
    return serve(folder, freePort(), freePort(), environment, options);
  }

  private static ServedProcess serve(
      Path folder, int port, int managementPort, Map<String, String> environment, String... options)
      throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                Path.of("target", "quarkus-app", "quarkus-run.jar").toAbsolutePath().toString(),
                "serve",
                "--port",
                Integer.toString(port),
                "--management-port",
                Integer.toString(managementPort)));
    command.addAll(List.of(options));
    var builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.redirectOutput(folder.resolve("out.txt").toFile());
    builder.redirectError(folder.resolve("err.txt").toFile());
    // A cluster of the machine that tests must not be noticed.
    builder.environment().remove("KUBERNETES_SERVICE_HOST");
    builder.environment().putAll(environment);
    return new ServedProcess(builder.start(), folder, port, managementPort);
  }

  /// A port that nobody listens on, from below those that Linux gives to outgoing connections
  /// (32768 and up): one of those may be taken again before it is listened on.
  static int freePort() throws IOException {
    for (int tries = 0; ; tries++) {
      int port = ThreadLocalRandom.current().nextInt(16_384, 32_768);
      try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (BindException taken) {
        if (tries == 100) {
          throw taken;
        }
      }
    }
  }

  ServedProcess awaitReady() throws IOException {
    await("readiness", () -> readiness() == 200 || !process.isAlive());
    assertTrue(process.isAlive(), () -> "ended before it was ready: " + read("err.txt"));
    return this;
  }

  /// The status of the readiness check; 0 where nobody answers.
  int readiness() {
    try {
      return http.send(
              HttpRequest.newBuilder(
                      URI.create("http://localhost:" + managementPort + "/q/health/ready"))
                  .timeout(Duration.ofSeconds(10))
                  .build(),
              BodyHandlers.discarding())
          .statusCode();
    } catch (IOException _) {
      return 0;
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  /// Waits until something holds, for as long as a slow machine may need.
  static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "waited in vain for " + what);
      Thread.onSpinWait();
    }
  }

  /// Tells the process to end, as a kubelet does.
  void terminate() {
    process.destroy();
  }

  int exitCode() throws InterruptedException {
    assertTrue(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), "did not end");
    return process.exitValue();
  }

  String output() {
    return read("out.txt");
  }

  String errors() {
    return read("err.txt");
  }

  private String read(String name) {
    try {
      return Files.readString(folder.resolve(name));
    } catch (IOException unreadable) {
      throw new IllegalStateException(unreadable);
    }
  }

  @Override
  public void close() {
    http.close();
    process.destroyForcibly();
  }
}
