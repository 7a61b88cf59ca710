package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The packaged command line, given far more than fits its memory, and interrupted.
@Timeout(300)
class LargeInputIT {
  private static final Path JAR = Path.of("target", "quarkus-app", "quarkus-run.jar");
  private static final int MANIFESTS = 10_000;

  /// A Deployment's trees and places take some twenty times its text.
  private static final String HEAP = "-Xmx64m";

  private static final int SIGINT_EXIT_CODE = 130;

  @TempDir private Path folder;

  @Test
  void tenThousandManifestsNeedNoMoreMemoryThanAFew() throws Exception {
    Path tree = folder.resolve("tree");
    long bytes = write(tree);
    assertTrue(bytes > 30L * 1024 * 1024, () -> "only " + bytes + " bytes were written");
    Path report = folder.resolve("report.json");
    Process check =
        new ProcessBuilder(
                command(HEAP, "check", "-o", "text", "-o", "json=" + report, tree.toString()))
            .redirectOutput(folder.resolve("out").toFile())
            .redirectError(folder.resolve("err").toFile())
            .start();
    assertEquals(1, check.waitFor(), () -> read(folder.resolve("err")));
    List<String> lines = Files.readAllLines(folder.resolve("out"));
    assertEquals(
        "10000 objects judged: 7500 denied, 15000 fixed at admission, 15000 recorded",
        lines.getLast());
    assertEquals(5 * 7500 + 1, lines.size());
    JsonNode json = new JsonMapper().readTree(report.toFile());
    assertEquals(5 * 7500, json.path("findings").size());
    // In the order of the files, whoever judged them.
    var files = new ArrayList<String>();
    json.path("findings").forEach(it -> files.add(it.path("file").asText()));
    assertEquals(files.stream().sorted().toList(), files);
  }

  @Test
  void fixingThemNeedsNoMoreEither() throws Exception {
    Path tree = folder.resolve("tree");
    write(tree);
    Process fix =
        new ProcessBuilder(command(HEAP, "fix", "--write", tree.toString()))
            .redirectOutput(folder.resolve("out").toFile())
            .redirectError(folder.resolve("err").toFile())
            .start();
    assertEquals(0, fix.waitFor(), () -> read(folder.resolve("err")));
    List<String> lines = Files.readAllLines(folder.resolve("out"));
    assertEquals("7500 files fixed, 2500 without need", lines.getLast());
    assertEquals(7500 + 1, lines.size());
    assertTrue(
        Files.readString(tree.resolve("team-099").resolve("09998.yaml"))
            .endsWith("    rollingUpdate:\n      maxUnavailable: 0\n"));
  }

  @Test
  void ctrlCLeavesNothingHalfDone() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).inheritIO().start().waitFor());
    Path report = folder.resolve("report.json");
    Files.writeString(report, "the old one");
    // A shell in the background ignores the signal, and so would all that it starts.
    var command = new ArrayList<>(List.of("env", "--default-signal=INT"));
    command.addAll(command(HEAP, "check", "-o", "text", "-o", "json=" + report, pipe.toString()));
    Process check =
        new ProcessBuilder(command)
            .redirectOutput(folder.resolve("out").toFile())
            .redirectError(folder.resolve("err").toFile())
            .start();
    // Opening it waits for the reader: from then on the command is at work.
    try (OutputStream input = Files.newOutputStream(pipe)) {
      input.write("apiVersion: apps/v1\n".getBytes(StandardCharsets.UTF_8));
      input.flush();
      assertEquals(
          0,
          new ProcessBuilder("kill", "-INT", String.valueOf(check.pid()))
              .inheritIO()
              .start()
              .waitFor());
      assertEquals(SIGINT_EXIT_CODE, check.waitFor(), () -> read(folder.resolve("err")));
    }
    assertEquals("", read(folder.resolve("out")));
    assertEquals("the old one", read(report));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(
          List.of("err", "out", "pipe", "report.json"),
          files.map(it -> it.getFileName().toString()).sorted().toList());
    }
  }

  /// One in four is a Service, for the workload of the file before it.
  private static long write(Path tree) throws IOException {
    long bytes = 0;
    for (int i = 0; i < MANIFESTS; i++) {
      Path namespace = tree.resolve("team-%03d".formatted(i / 100));
      Files.createDirectories(namespace);
      String text = i % 4 == 3 ? service(i) : deployment(i);
      bytes += text.length();
      Files.writeString(namespace.resolve("%05d.yaml".formatted(i)), text);
    }
    return bytes;
  }

  private static String service(int i) {
    return """
    apiVersion: v1
    kind: Service
    metadata: {name: app-%d}
    spec:
      selector: {app.kubernetes.io/managed-by: Helm, app: app-%d}
      ports: [{port: 80}]
    """
        .formatted(i - 1, i - 1);
  }

  private static String deployment(int i) {
    var environment = new StringBuilder();
    for (int k = 0; k < 25 + i % 60; k++) {
      environment
          .append("        - {name: VARIABLE_")
          .append(k)
          .append(", value: \"what application ")
          .append(i)
          .append(" is to know about it\"}\n");
    }
    return """
    # Application %d
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: app-%d
    spec:
      replicas: 3
      selector: {matchLabels: {app: app-%d}}
      template:
        metadata:
          labels: {app: app-%d, app.kubernetes.io/managed-by: Helm}
        spec:
          containers:
          - name: main
            image: registry.example/app
            ports: [{containerPort: 8080}]
            env:
    %s\
    """
        .formatted(i, i, i, i, environment);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static List<String> command(String... arguments) {
    assertTrue(Files.exists(JAR), JAR + " is missing: run this test by `make test`");
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                arguments[0],
                "-jar",
                JAR.toString()));
    command.addAll(List.of(arguments).subList(1, arguments.length));
    return command;
  }
}
