package dev.gapless.bench;

import dev.gapless.tls.DevelopmentCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The command lines of all that is measured, and the folder that they share.
///
/// @param work certificates, logs and manifests
record Programs(Path work) {

  Programs {
    DevelopmentCertificate.in(work.resolve("certs"), Clock.systemUTC());
  }

  /// The certificate by which to trust every server here.
  Path ca() {
    return work.resolve("certs/ca.crt");
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

  /// A server of a kind; empty where there is no program for it.
  Optional<Server> start(String kind) throws IOException {
    int port = freePort();
    String certificate = work.resolve("certs/tls.crt").toString();
    String key = work.resolve("certs/tls.key").toString();
    return switch (kind) {
      case Server.GAPLESS ->
          Optional.of(
              Server.start(
                  kind,
                  this,
                  port,
                  "/mutate",
                  gapless(
                      "serve",
                      "--host=127.0.0.1",
                      "--port=" + port,
                      "--management-port=0",
                      "--shutdown-delay=0s",
                      "--log-level=WARN",
                      "--certificate=" + certificate,
                      "--key=" + key)));
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
                      "-XX:TieredStopAtLevel=1",
                      "--enable-native-access=ALL-UNNAMED",
                      "--sun-misc-unsafe-memory-access=allow",
                      "-cp",
                      System.getProperty("java.class.path"),
                      FixedAnswer.class.getName(),
                      Integer.toString(port),
                      certificate,
                      key)));
      default ->
          built("webhook")
              .map(webhook ->
                  Server.start(
                      kind,
                      this,
                      port,
                      kind.equals(Server.GO_FIXED) ? "/fixed" : "/mutate",
                      List.of(
                          webhook.toString(),
                          "--address=127.0.0.1:" + port,
                          "--certificate=" + certificate,
                          "--key=" + key)));
    };
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
