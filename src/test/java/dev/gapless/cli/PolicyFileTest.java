package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyFileTest {
  @TempDir private Path directory;

  @Test
  void aMistakeIsNamedWithItsPlaceAndTheRemedy() {
    assertEquals(
        """
        policy.yaml:6:3: spec.mod: is no known field (did you mean "mode"?); known are priority, match, mode, rules, change, preStopSleepSeconds, drainSeconds, maxSurge, exemptions
        policy.yaml:5:1: spec.mode: must be given: one of [Disabled, Audit, Warn, Fix, Enforce]
        policy.yaml:8:6: spec.rules[0].name: there is no rule "no-prob" (did you mean "no-probe"?)\
        """,
        mistakes(
            """
            apiVersion: gapless.dev/v1alpha1
            kind: RolloutPolicy
            metadata:
              name: p
            spec:
              mod: Warn
              rules:
              - {name: no-prob, mode: Warn}
            """));
  }

  @Test
  void namesAreUnique() {
    String policy = CheckCommandTest.policy("p", "Warn");
    assertEquals(
        "policy.yaml:11:3: metadata.name: must be unique, but there is another policy \"p\"",
        mistakes(policy + "---\n" + policy));
  }

  @Test
  void aKeyIsWrittenOnce() {
    assertEquals(
        """
        policy.yaml:7:3: spec.mode: must be written once, is written again here
        policy.yaml:10:21: spec.rules[0].mode: must be written once, is written again here\
        """,
        mistakes(
            """
            apiVersion: gapless.dev/v1alpha1
            kind: RolloutPolicy
            metadata: {name: p}
            spec:
              mode: Warn
              priority: 1
              mode: Enforce
              rules:
              - {name: no-probe,
                 mode: Audit,   mode: Warn}
            """));
    assertEquals(
        "policy.yaml:3:1: items: must be written once, is written again here",
        mistakes(
            """
            kind: List
            items: []
            items:
            - {apiVersion: gapless.dev/v1alpha1, kind: RolloutPolicy, metadata: {name: p}, spec: {mode: Warn}}
            """));
    assertEquals(
        "policy.yaml:4:27: spec.mode: must be written once, is written again here",
        mistakes(
            """
            {"apiVersion": "gapless.dev/v1alpha1",
             "kind": "RolloutPolicy",
             "metadata": {"name": "p"},
             "spec": {"mode": "Warn", "mode": "Enforce"}}
            """));
  }

  @Test
  void aMistakeCannotForgeALineOrReachTheTerminal() {
    assertEquals(
        "policy.yaml:5:3: spec.a\\u001b[2J\\u000ab: is no known field; known are priority, match,"
            + " mode, rules, change, preStopSleepSeconds, drainSeconds, maxSurge, exemptions",
        mistakes(
            """
            apiVersion: gapless.dev/v1alpha1
            kind: RolloutPolicy
            metadata: {name: p}
            spec:
              "a\\e[2J\\nb": 1
              mode: Warn
            """));
  }

  @Test
  void aFileMustHoldPoliciesAndNothingElse() {
    assertEquals("policy.yaml: holds no policy", mistakes("# nothing\n"));
    assertEquals(
        "policy.yaml:1:1: apiVersion: must be given: gapless.dev/v1alpha1",
        mistakes("a: 1\n").lines().filter(it -> it.contains("apiVersion:")).findFirst().orElse(""));
    assertEquals(
        """
        policy.yaml:1:5: a colon must not stand here: indent as the lines above, put a space behind their colons, or quote the value
            a: b: c
                ^\
        """
            .stripIndent(),
        mistakes("a: b: c\n"));
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    assertEquals(
        "none.yaml: cannot be read: no such file or folder",
        assertThrows(
                UsageException.class,
                () -> PolicyFile.read(directory, List.of(Path.of("none.yaml")), TestRules.ALL))
            .getMessage());
  }

  @Test
  void aBadPolicyEndsTheCommand() throws IOException {
    Files.writeString(directory.resolve("policy.yaml"), "# nothing\n");
    assertEquals(
        new Invocation(2, "", "policy.yaml: holds no policy\n"),
        Invocation.of(directory, "check", "--policy", "policy.yaml", "."));
  }

  @Test
  void severalFilesAndFoldersAreOneSetOfPolicies() throws IOException {
    Path folder = Files.createDirectory(directory.resolve("policies"));
    Files.writeString(folder.resolve("a.yaml"), CheckCommandTest.policy("a", "Warn"));
    Files.writeString(
        folder.resolve("others.yaml"),
        "kind: Kustomization\n---\n" + CheckCommandTest.policy("b", "Warn"));
    Files.writeString(directory.resolve("c.yaml"), CheckCommandTest.policy("c", "Warn"));

    assertEquals(
        3,
        PolicyFile.read(directory, List.of(Path.of("c.yaml"), Path.of("policies")), TestRules.ALL)
            .size());
    assertEquals(
        List.of(
            "policies/a.yaml:4:3: metadata.name: must be unique, but there is another policy \"a\"",
            "empty: holds no policy"),
        Stream.of("policies/a.yaml", "empty").map(it -> mistakes("policies", it)).toList());
  }

  private String mistakes(String... paths) {
    try {
      Files.createDirectories(directory.resolve("empty"));
      Files.writeString(directory.resolve("empty").resolve("pod.yaml"), "kind: Pod\n");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return String.valueOf(
        assertThrows(
                UsageException.class,
                () ->
                    PolicyFile.read(
                        directory, Arrays.stream(paths).map(Path::of).toList(), TestRules.ALL))
            .getMessage());
  }

  private String mistakes(String policy) {
    try {
      Files.writeString(directory.resolve("policy.yaml"), policy);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return String.valueOf(
        assertThrows(
                UsageException.class,
                () -> PolicyFile.read(directory, List.of(Path.of("policy.yaml")), TestRules.ALL))
            .getMessage());
  }
}
