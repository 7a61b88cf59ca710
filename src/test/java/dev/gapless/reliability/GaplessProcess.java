package dev.gapless.reliability;

import dev.gapless.kube.Await;
import dev.gapless.kube.ChildProcess;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Gapless as users run it: the packaged application in a process of its own.
public final class GaplessProcess implements AutoCloseable {
  private static final Path JAR = Path.of("target/quarkus-app/quarkus-run.jar");
  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final Duration END_LIMIT = Duration.ofMinutes(1);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);
  private static final Pattern READY =
      Pattern.compile(" ready url=https://\\S+:(\\d+) management=http://\\S+:(\\d+)");

  private final String name;
  private final ChildProcess process;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private Optional<Ports> ports = Optional.empty();

  private record Ports(int https, int management) {}

  private GaplessProcess(String name, ChildProcess process) {
    this.name = name;
    this.process = process;
  }

  /// Starts `gapless serve` on free ports of loopback; it is not ready yet.
  ///
  /// @param name also of its log file in the folder
  /// @param options of `serve`, beside address and ports; those of the form `-Dkey=value` go to the
  ///   JVM
  public static GaplessProcess start(String name, Path folder, List<String> options) {
    if (!Files.exists(JAR)) {
      throw new IllegalStateException(JAR + " is missing; run `make build`");
    }
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    options.stream().filter(GaplessProcess::isForJvm).forEach(command::add);
    command.addAll(List.of("-jar", JAR.toAbsolutePath().toString(), "serve"));
    command.addAll(List.of("--host=127.0.0.1", "--port=0", "--management-port=0"));
    options.stream().filter(it -> !isForJvm(it)).forEach(command::add);
    return new GaplessProcess(name, ChildProcess.start(name, folder, command));
  }

  private static boolean isForJvm(String option) {
    return option.startsWith("-D");
  }

  /// Waits until it says that it is ready.
  public GaplessProcess ready() {
    ports =
        Optional.of(
            Await.value(
                name + " to be ready:\n" + log(),
                START_LIMIT,
                () -> {
                  process.demandThatItRuns();
                  Matcher line = READY.matcher(log());
                  return line.find()
                      ? Optional.of(
                          new Ports(
                              Integer.parseInt(line.group(1)), Integer.parseInt(line.group(2))))
                      : Optional.empty();
                }));
    Await.until(name + "'s readiness probe to pass", START_LIMIT, this::isReady);
    return this;
  }

  /// What it is called.
  public String name() {
    return name;
  }

  /// The HTTPS port.
  public int port() {
    return ports.orElseThrow().https();
  }

  /// Whether the readiness probe passes.
  public boolean isReady() {
    return ports.isPresent()
        && process.runs()
        && management("/q/health/ready").map(it -> it.statusCode() == 200).orElse(false);
  }

  /// Its metrics in Prometheus' format.
  public String metrics() {
    return management("/q/metrics").orElseThrow().body();
  }

  private Optional<HttpResponse<String>> management(String path) {
    URI uri = URI.create("http://127.0.0.1:" + ports.orElseThrow().management() + path);
    try {
      return Optional.of(
          client.send(
              HttpRequest.newBuilder(uri).timeout(ANSWER_LIMIT).build(),
              HttpResponse.BodyHandlers.ofString()));
    } catch (IOException _) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /// Makes it collect its garbage.
  public void collectGarbage() {
    try {
      Process jcmd =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                  Long.toString(pid()),
                  "GC.run")
              .redirectErrorStream(true)
              .start();
      String said = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (jcmd.waitFor() != 0) {
        throw new IllegalStateException("jcmd cannot collect " + name + "'s garbage: " + said);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run jcmd", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private long pid() {
    return process.program().orElseThrow().pid();
  }

  /// Asks it to end, as a kubelet does.
  public void terminate() {
    process.terminate();
  }

  /// Ends it without a word.
  public void kill() {
    process.kill();
  }

  /// Its exit code, when it has ended.
  public int awaitEnd() {
    return process.awaitEnd(END_LIMIT);
  }

  /// All that it has printed.
  public String log() {
    return process.log();
  }

  @Override
  public void close() {
    client.shutdownNow();
    process.close();
  }
}
