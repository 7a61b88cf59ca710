package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FixWriteTest {
  private static final String BARE =
      """
      # Bare.
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: {name: bare, labels: {team: shop}}
      spec:
        template:
          spec:
            containers:
            - name: web   # the web
              readinessProbe: {httpGet: {port: 80}}
      """;
  private static final String FIXED =
      BARE
          + """
                  lifecycle:
                    preStop:
                      sleep:
                        seconds: 10
          """;
  private static final String SHARED =
      BARE.replace("- name: web   # the web", "- &web\n        name: web") + "      - *web\n";

  @TempDir private Path directory;

  @Test
  void changesFilesAndSaysWhich() throws IOException {
    Path file = write("a.yaml", BARE);
    write("b.yaml", "kind: ConfigMap\n");
    assertEquals(
        new Invocation(0, "fixed a.yaml\n1 file fixed, 1 without need\n", ""),
        Invocation.of(directory, "fix", "--write", "."));
    assertEquals(FIXED, Files.readString(file));
    assertNothingIsLeftBehind(2);
  }

  @Test
  void whatNeedsNoChangeIsNotWritten() throws IOException {
    Path file = write("a.yaml", FIXED);
    FileTime before = FileTime.fromMillis(0);
    Files.setLastModifiedTime(file, before);
    assertEquals(
        new Invocation(0, "0 files fixed, 1 without need\n", ""),
        Invocation.of(directory, "fix", "--write", "a.yaml"));
    assertEquals(before, Files.getLastModifiedTime(file));
  }

  @Test
  void theDiffOfWhatIsWrittenMayBeSeen() throws IOException {
    write("a.yaml", BARE);
    String diff = Invocation.of(directory, "fix", "--diff", "a.yaml").out();
    assertEquals(
        diff + "fixed a.yaml\n1 file fixed, 0 without need\n",
        Invocation.of(directory, "fix", "--write", "--diff", "a.yaml").out());
  }

  @Test
  void aFileThatCannotBeEditedInPlaceIsLeftAloneWithItsLine() throws IOException {
    Path shared =
        write("a.yaml", SHARED.replace("- *web", "- {<<: *web, name: other, lifecycle: {}}"));
    String before = Files.readString(shared);
    Path template = write("b.yaml", "# {{ if .Values.x }}\n" + BARE);
    write("c.yaml", BARE);
    Invocation fix = Invocation.of(directory, "fix", "--write", ".");
    assertEquals(1, fix.exitCode(), fix.err());
    assertEquals(
        "fixed a.yaml\nfixed c.yaml\n2 files fixed, 1 left alone, 0 without need\n", fix.out());
    assertEquals(
        "b.yaml:1:3: this is a template, and what it will say is not known here; the file is left"
            + " alone\n",
        fix.err());
    assertEquals("# {{ if .Values.x }}\n" + BARE, Files.readString(template));
    assertTrue(Files.readString(shared).startsWith(before.substring(0, 100)));
  }

  @Test
  void aFileWithADocumentThatCannotBeReadIsLeftAlone() throws IOException {
    Path file = write("a.yaml", BARE + "---\nbroken: [\n");
    Invocation fix = Invocation.of(directory, "fix", "--write", ".");
    assertEquals(2, fix.exitCode());
    assertEquals("0 files fixed, 1 left alone, 0 without need\n", fix.out());
    assertTrue(fix.err().startsWith("a.yaml:12:"), fix.err());
    assertEquals(BARE + "---\nbroken: [\n", Files.readString(file));
  }

  @Test
  void aWorkloadThatCannotBeReadIsNamedAndLeftAlone() throws IOException {
    String unreadable = BARE.replace("- name: web   # the web", "- name: web\n        image: n");
    Path file = write("a.yaml", unreadable);
    Path other = write("b.yaml", BARE + "---\n" + unreadable);
    List<String> said =
        Invocation.of(directory, "check", ".")
            .err()
            .lines()
            .filter(it -> it.contains(" skipped: "))
            .toList();
    assertEquals(
        List.of("a.yaml:10", "b.yaml:21"),
        said.stream().map(it -> it.substring(0, it.indexOf(": "))).toList());
    String err = String.join("\n", said) + "\n";
    Invocation diff = Invocation.of(directory, "fix", "--diff", ".");
    assertEquals(new Invocation(2, diff.out(), err), diff);
    Invocation print = Invocation.of(directory, "fix", ".");
    assertEquals(new Invocation(2, print.out(), err), print);
    assertEquals(err, Invocation.of(directory, "diff", "-f", ".").err());
    assertEquals(
        new Invocation(
            2, "fixed b.yaml\n1 file fixed, 2 objects left alone, 0 without need\n", err),
        Invocation.of(directory, "fix", "--write", "."));
    assertEquals(unreadable, Files.readString(file));
    assertEquals(FIXED + "---\n" + unreadable, Files.readString(other));
    assertEquals(
        new Invocation(
            2,
            "0 files fixed, 2 objects left alone, 0 without need\n",
            err.replace("b.yaml:21", "b.yaml:25")),
        interactive(""));
  }

  @Test
  void whatIsNotThereIsNotLeftAlone() {
    assertEquals(
        new Invocation(
            2,
            "0 files fixed, 1 unreadable, 0 without need\n",
            "a.yaml: cannot be read: no such file or folder\n"),
        Invocation.of(directory, "fix", "--write", "a.yaml"));
  }

  @Test
  void permissionsStayAndLinksAreFollowed() throws IOException {
    Path file = write("folder/a.yaml", BARE);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-x---"));
    Path link = Files.createSymbolicLink(directory.resolve("link.yaml"), Path.of("folder/a.yaml"));
    assertEquals(
        new Invocation(0, "fixed folder/a.yaml\n1 file fixed, 1 without need\n", ""),
        Invocation.of(directory, "fix", "--write", "."));
    assertEquals(FIXED, Files.readString(file));
    assertTrue(Files.isSymbolicLink(link));
    assertEquals("rwxr-x---", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
  }

  @Test
  void aFileOfManyNamesIsFixedOnce() throws IOException {
    write("a.yaml", BARE);
    for (int i = 0; i < Workers.WORTH_IT; i++) {
      Files.createSymbolicLink(directory.resolve("link-" + i + ".yaml"), Path.of("a.yaml"));
    }
    assertEquals(
        new Invocation(
            0, "fixed a.yaml\n1 file fixed, " + Workers.WORTH_IT + " without need\n", ""),
        Invocation.of(directory, "fix", "--write", "."));
    assertEquals(FIXED, Files.readString(directory.resolve("a.yaml")));
  }

  @Test
  void aReadOnlyFileIsAnError() throws IOException {
    Path file = write("a.yaml", BARE);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
    assertEquals(
        new Invocation(
            2, "0 files fixed, 1 left alone, 0 without need\n", "a.yaml: is read-only\n"),
        Invocation.of(directory, "fix", "--write", "a.yaml"));
    assertEquals(BARE, Files.readString(file));
  }

  @Test
  void aFileThatHasChangedMeanwhileIsNotOverwritten() throws IOException {
    Path file = write("a.yaml", "newer\n");
    assertEquals(
        Optional.of("has changed since it was read"), FileReplacement.replace(file, BARE, FIXED));
    assertEquals("newer\n", Files.readString(file));
    assertEquals(
        Optional.of("is no regular file"), FileReplacement.replace(directory, BARE, FIXED));
  }

  @Test
  void whatMakesNoSenseIsSaid() {
    assertEquals(
        new Invocation(2, "", "--write changes files, and - is none: leave one of the two out\n"),
        Invocation.withInput(directory, BARE, "fix", "--write", "-"));
    assertEquals(
        new Invocation(2, "", "--interactive asks before it writes: it needs --write\n"),
        Invocation.of(directory, "fix", "--interactive", "a.yaml"));
    assertEquals(
        new Invocation(
            2,
            "",
            "--interactive asks on a terminal, and there is none: leave it out, or use --diff\n"),
        Invocation.of(directory, "fix", "--write", "--interactive", "a.yaml"));
  }

  @Test
  void asksForEachFile() throws IOException {
    for (String name : new String[] {"a", "b", "c", "d"}) {
      write(name + ".yaml", BARE);
    }
    Invocation fix = interactive("n\nwhat?\nY\nq\n");
    assertEquals(0, fix.exitCode(), fix.err());
    assertTrue(fix.out().contains("+++ b/a.yaml"), fix.out());
    assertTrue(fix.out().contains("+++ b/c.yaml"), fix.out());
    assertTrue(!fix.out().contains("+++ b/d.yaml"), fix.out());
    assertTrue(fix.out().endsWith("1 file fixed, 3 declined, 0 without need\n"), fix.out());
    assertTrue(fix.err().contains("Write this to b.yaml?"), fix.err());
    assertTrue(fix.err().contains("y, n, a or q must be the answer"), fix.err());
    assertEquals(BARE, Files.readString(directory.resolve("a.yaml")));
    assertEquals(FIXED, Files.readString(directory.resolve("b.yaml")));
    assertEquals(BARE, Files.readString(directory.resolve("c.yaml")));
    assertTrue(interactive("a\n").out().endsWith("3 files fixed, 1 without need\n"));
    assertEquals(FIXED, Files.readString(directory.resolve("d.yaml")));
  }

  @Test
  void theEndOfTheInputIsTheEndOfTheAsking() throws IOException {
    write("a.yaml", BARE);
    assertTrue(interactive("").out().endsWith("0 files fixed, 1 declined, 0 without need\n"));
    assertEquals(BARE, Files.readString(directory.resolve("a.yaml")));
  }

  private Invocation interactive(String answers) {
    return Invocation.of(
        directory, TestRules.ALL, answers, Map.of(), true, "fix", "--write", "--interactive", ".");
  }

  private Path write(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private void assertNothingIsLeftBehind(int files) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      assertEquals(files, all.count());
    }
  }
}
