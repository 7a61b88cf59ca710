package dev.gapless.bench;

import dev.gapless.reliability.GivenCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The command lines of all that is measured, and the folder that they share.
///
/// @param work certificates, logs and manifests
record Programs(Path work) {

  Programs {
    GivenCertificate.in(work);
  }

  /// The certificate by which to trust every server here.
  Path ca() {
    return work.resolve("ca.crt");
  }

  List<String> gapless(String... arguments) {
    var command = new ArrayList<>(List.of(Path.of("gapless").toAbsolutePath().toString()));
    command.addAll(List.of(arguments));
    return command;
  }

  /// A program that `.ci/bench` has built; empty where it could not.
  Optional<Path> built(String name) {
    return Optional.ofNullable(System.getenv("GAPLESS_BENCH_PROGRAMS"))
        .map(it -> Path.of(it).resolve(name))
        .filter(Files::isExecutable);
  }

  /// Gapless with what a cluster holds, and with the policy that it has without one.
  ///
  /// @param management the port of its metrics
  Server startWith(Path kubeconfig, int management) throws IOException {
    Path policy =
        Files.writeString(
            work.resolve("policy.yaml"),
            "{apiVersion: gapless.dev/v1alpha1, kind: RolloutPolicy, metadata: {name: all},"
                + " spec: {mode: Enforce}}");
    return serve(
        freePort(), management, List.of("--kubeconfig=" + kubeconfig, "--policy=" + policy));
  }

  private Server serve(int port, int management, List<String> more) {
    var arguments =
        new ArrayList<>(
            List.of(
                "serve",
                "--host=127.0.0.1",
                "--port=" + port,
                "--management-port=" + management,
                "--shutdown-delay=0s",
                "--log-level=WARN",
                "--certificate=" + certificate(),
                "--key=" + key()));
    arguments.addAll(more);
    return Server.start(
        Server.GAPLESS, this, port, "/mutate", gapless(arguments.toArray(String[]::new)));
  }

  private String certificate() {
    return work.resolve("tls.crt").toString();
  }

  private String key() {
    return work.resolve("tls.key").toString();
  }

  /// A server of a kind; empty where there is no program for it.
  Optional<Server> start(String kind) throws IOException {
    int port = freePort();
    String certificate = certificate();
    String key = key();
    return switch (kind) {
      case Server.GAPLESS -> Optional.of(serve(port, 0, List.of()));
      case Server.VERTX_FIXED ->
          Optional.of(
              Server.start(
                  kind,
                  this,
                  port,
                  "/fixed",
                  List.of(
                      Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                      "-XX:+UseSerialGC",
                      "--enable-native-access=ALL-UNNAMED",
                      "--sun-misc-unsafe-memory-access=allow",
                      "-cp",
                      System.getProperty("java.class.path"),
                      FixedAnswer.class.getName(),
                      Integer.toString(port),
                      certificate,
                      key)));
      default -> webhook(kind, port, List.of());
    };
  }

  /// A server in Go that answers each review with the same, but for the uid.
  Optional<Server> startReplaying(String kind, String mutation, String validation)
      throws IOException {
    Path answers = Files.createDirectories(work.resolve(kind.replace(' ', '-')));
    Files.writeString(answers.resolve("mutate.json"), mutation);
    Files.writeString(answers.resolve("validate.json"), validation);
    return webhook(kind, freePort(), List.of("--answers=" + answers));
  }

  private Optional<Server> webhook(String kind, int port, List<String> more) {
    return built("webhook")
        .map(webhook -> {
          var command =
              new ArrayList<>(
                  List.of(
                      webhook.toString(),
                      "--address=127.0.0.1:" + port,
                      "--certificate=" + certificate(),
                      "--key=" + key()));
          command.addAll(more);
          return Server.start(
              kind, this, port, kind.equals(Server.GO_FIXED) ? "/fixed" : "/mutate", command);
        });
  }

  static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
