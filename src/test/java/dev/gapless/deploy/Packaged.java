package dev.gapless.deploy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The packaged application, run as a process.
final class Packaged {
  private static final Path JAR = Path.of("target/quarkus-app/quarkus-run.jar").toAbsolutePath();

  private Packaged() {}

  /// The command line that runs it.
  static List<String> command(String... arguments) {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                JAR.toString()));
    command.addAll(List.of(arguments));
    return command;
  }

  /// All that it prints, and its exit code where that is not 0.
  static String gapless(String... arguments) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command(arguments)).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exitCode = process.waitFor();
    return exitCode == 0 ? output : output + "exit code " + exitCode;
  }
}
