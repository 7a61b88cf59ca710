package dev.gapless.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smallrye.config.common.utils.StringUtil;
import java.io.IOException;
import java.io.Reader;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The server starts with the same options of Java's by the launcher and in the image.
class StartOptionsTest {
  private static final Path PROPERTIES = Path.of("src/main/resources/application.properties");

  private static final Pattern NOT_INLINED =
      Pattern.compile("-XX:CompileCommand=dontinline,([\\w.]+)::(\\w+)");

  /// What the image alone says: where its files are, and that nothing else runs there.
  private static final List<String> IMAGE_ONLY =
      List.of(
          "java",
          "-XX:AOTCache=/gapless/serve.aot",
          "-XX:MaxRAMPercentage=50",
          "-XX:+ExitOnOutOfMemoryError",
          "-jar",
          "/gapless/quarkus-run.jar");

  @TempDir Path folder;

  @Test
  void theImageStartsAsTheLauncherDoes() throws Exception {
    Path jar = file("target/quarkus-app/quarkus-run.jar", "");
    Files.createDirectories(folder.resolve("src/main"));
    script("gapless", Files.readString(Path.of("gapless")));
    script(".ci/jdk", "#!/bin/sh\necho '" + folder + "/jdk'\n");
    script("jdk/bin/java", "#!/bin/sh\necho \"$MALLOC_ARENA_MAX\"\nprintf '%s\\n' \"$@\"\n");
    // A jar older than what it is made of would be built anew.
    Path pom = file("pom.xml", "");
    for (Path source : List.of(pom, folder.resolve("src/main"))) {
      Files.setLastModifiedTime(source, Files.getLastModifiedTime(jar));
    }
    var builder = new ProcessBuilder(folder.resolve("gapless").toString(), "serve");
    builder.environment().remove("MALLOC_ARENA_MAX");
    Process process = builder.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    List<String> launcher = new ArrayList<>(said.lines().toList());
    launcher.removeAll(List.of("-jar", jar.toRealPath().toString(), jar.toString(), "serve"));

    var image = new ArrayList<String>();
    image.add(property("quarkus.jib.environment-variables.MALLOC_ARENA_MAX"));
    image.addAll(List.of(StringUtil.split(property("quarkus.jib.jvm-entrypoint"))));
    assertTrue(image.containsAll(IMAGE_ONLY), image.toString());
    image.removeAll(IMAGE_ONLY);

    assertEquals(launcher, image);
  }

  // A method that is not there is left inlined without a word.
  @Test
  void whatIsNotToBeInlinedIsThere() throws Exception {
    int found = 0;
    for (String option : StringUtil.split(property("quarkus.jib.jvm-entrypoint"))) {
      Matcher method = NOT_INLINED.matcher(option);
      if (method.matches()) {
        found++;
        List<String> methods =
            Stream.of(Class.forName(method.group(1)).getDeclaredMethods())
                .map(Method::getName)
                .toList();
        assertTrue(methods.contains(method.group(2)), option);
      }
    }
    assertEquals(1, found);
  }

  private static String property(String key) throws IOException {
    var properties = new Properties();
    try (Reader reader = Files.newBufferedReader(PROPERTIES)) {
      properties.load(reader);
    }
    return properties.getProperty(key, "");
  }

  private void script(String name, String content) throws IOException {
    assertTrue(file(name, content).toFile().setExecutable(true), name);
  }

  private Path file(String name, String content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }
}
