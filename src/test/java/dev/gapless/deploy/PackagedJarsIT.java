package dev.gapless.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The jars that are shipped hold nothing that costs memory or time at each start.
class PackagedJarsIT {
  private static final Path LIBRARIES = Path.of("target", "quarkus-app", "lib");

  /// Where a signature stands in a jar (JAR File Specification, "Signed JAR File":
  /// https://docs.oracle.com/en/java/javase/25/docs/specs/jar/jar.html).
  private static final Pattern SIGNATURE =
      Pattern.compile("META-INF/[^/]+\\.(SF|RSA|DSA|EC)", Pattern.CASE_INSENSITIVE);

  @Test
  void noneIsSigned() throws IOException {
    List<Path> jars;
    try (Stream<Path> files = Files.walk(LIBRARIES)) {
      jars = files.filter(it -> it.toString().endsWith(".jar")).sorted().toList();
    }
    assertTrue(jars.size() > 100, "only " + jars.size() + " jars in " + LIBRARIES);
    assertEquals(List.of(), jars.stream().filter(PackagedJarsIT::isSigned).toList());
  }

  private static boolean isSigned(Path path) {
    try (var jar = new JarFile(path.toFile(), false)) {
      return jar.stream().anyMatch(it -> SIGNATURE.matcher(it.getName()).matches());
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + path, e);
    }
  }
}
