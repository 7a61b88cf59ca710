package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.manifest.ManifestReader;
import dev.gapless.policy.Policies;
import dev.gapless.workload.WorkloadReader;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A policy file that somebody changes.
class WatchedPolicyFileTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @SuppressWarnings("NullAway.Init")
  private WatchedPolicyFile file;

  // As the kubelet lays a ConfigMap out: the file is a link through a link that is switched.
  @BeforeEach
  void mount() throws IOException {
    version("..1", policy("first"));
    Files.createSymbolicLink(folder.resolve("..data"), Path.of("..1"));
    Files.createSymbolicLink(path(), Path.of("..data/policy.yaml"));
    file = watched();
  }

  private WatchedPolicyFile watched() {
    return new WatchedPolicyFile(path(), Duration.ofMillis(1), registry);
  }

  private Path path() {
    return folder.resolve("policy.yaml");
  }

  private void version(String name, String text) throws IOException {
    Path version = Files.createDirectories(folder.resolve(name));
    // In one step: who looks meanwhile must not see an empty file twice.
    Path whole = Files.writeString(folder.resolve("whole"), text);
    Files.move(whole, version.resolve("policy.yaml"), StandardCopyOption.ATOMIC_MOVE);
  }

  private void switchTo(String name) throws IOException {
    Path link = folder.resolve("..data_tmp");
    Files.createSymbolicLink(link, Path.of(name));
    Files.move(link, folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
  }

  private void lookTwice() {
    file.look();
    file.look();
  }

  private String governing() {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("apiVersion", "apps/v1").put("kind", "Deployment");
    return file.inForce().governing(WorkloadReader.read(object).orElseThrow(), Map.of()).name();
  }

  private double reloads(String result) {
    return registry.get("gapless.policy.reloads").tag("result", result).counter().count();
  }

  @Test
  void aMountedConfigMapIsFollowedWhenItsLinkIsSwitched() throws IOException {
    lookTwice();
    assertEquals("first", governing());
    version("..2", policy("second"));
    switchTo("..2");
    lookTwice();

    assertEquals("second", governing());
    assertEquals(1, reloads("taken"));
    lookTwice();
    assertEquals(1, reloads("taken"));
    assertEquals(0, reloads("refused"));
  }

  @Test
  void aValidHalfOfAFileThatIsBeingWrittenDoesNotCount() throws IOException {
    String whole = policy("second") + "---\n" + policy("another");
    version("..1", whole.substring(0, whole.indexOf("---")));
    file.look();
    assertEquals("first", governing());
    version("..1", whole);
    file.look();
    assertEquals("first", governing());
    file.look();
    assertEquals("another", governing());
    assertEquals(1, reloads("taken"));
  }

  @Test
  void aMistakeLeavesTheLastGoodOneInForce() throws IOException {
    version("..1", policy("second").replace("Warn", "Wrn"));
    for (int i = 0; i < 5; i++) {
      file.look();
    }

    assertEquals("first", governing());
    assertEquals(1, reloads("refused"));
    assertEquals(
        Optional.of(
            path()
                + ":6:3: spec.mode: must be one of Disabled, Audit, Warn, Fix, Enforce, is"
                + " \"Wrn\" (did you mean \"Warn\"?)"),
        file.mistake());

    version("..1", policy("third"));
    lookTwice();
    assertEquals("third", governing());
    assertEquals(Optional.empty(), file.mistake());
  }

  @Test
  void goingBackToWhatIsInForceClearsTheMistake() throws IOException {
    version("..1", "nothing: of use\n");
    lookTwice();
    assertTrue(file.mistake().orElseThrow().endsWith(" more)"), file.mistake().toString());
    version("..1", policy("first"));
    lookTwice();
    assertEquals(Optional.empty(), file.mistake());
    assertEquals("first", governing());
  }

  @Test
  void aFileThatIsGoneLeavesTheLastGoodOneInForce() throws IOException {
    Files.delete(folder.resolve("..1").resolve("policy.yaml"));
    lookTwice();
    assertEquals("first", governing());
    assertEquals(Optional.of(path() + ": cannot be read: no such file or folder"), file.mistake());
    assertEquals(1, reloads("refused"));
  }

  @Test
  void anEmptyFileInThePlaceOfOneThatIsGoneIsNoticed() throws IOException {
    Files.delete(folder.resolve("..1").resolve("policy.yaml"));
    lookTwice();
    version("..1", "");
    lookTwice();
    assertEquals("first", governing());
    assertEquals(Optional.of(path() + ": holds no policy"), file.mistake());
    assertEquals(2, reloads("refused"));
  }

  @Test
  void anErrorOfOursDoesNotEndTheLooking() throws IOException {
    for (Throwable error : List.of(new IllegalStateException("lost"), new StackOverflowError())) {
      version("..1", policy("first"));
      file =
          new WatchedPolicyFile(
              path(), content -> read(content, error), Duration.ofMillis(1), registry);
      file.start();
      try {
        version("..1", policy("bad"));
        ServedProcess.await("the refusal", () -> file.mistake().isPresent());
        assertEquals(
            Optional.of(path() + ": internal error, please report: " + error), file.mistake());
        assertEquals("first", governing());
        version("..1", policy("second"));
        ServedProcess.await("the second policy", () -> governing().equals("second"));
      } finally {
        file.close();
      }
    }
  }

  private static Policies read(byte[] content, Throwable error) {
    if (new String(content, StandardCharsets.UTF_8).equals(policy("bad"))) {
      switch (error) {
        case RuntimeException exception -> throw exception;
        case Error fatal -> throw fatal;
        default -> throw new AssertionError(error);
      }
    }
    return PolicyFile.of(ManifestReader.parse("policy.yaml", content));
  }

  @Test
  void theServerDoesNotStartWithoutAUsableOne() throws IOException {
    Files.delete(folder.resolve("..1").resolve("policy.yaml"));
    assertEquals(
        path() + ": cannot be read: no such file or folder",
        assertThrows(UsageException.class, this::watched).getMessage());
  }

  @Test
  void onceStartedItLooksByItself() throws IOException {
    file.start();
    try {
      version("..2", policy("second"));
      switchTo("..2");
      ServedProcess.await("the second policy", () -> governing().equals("second"));
    } finally {
      file.close();
    }
  }

  private static String policy(String name) {
    return """
    apiVersion: gapless.dev/v1alpha1
    kind: RolloutPolicy
    metadata:
      name: %s
    spec:
      mode: Warn
    """
        .formatted(name);
  }
}
