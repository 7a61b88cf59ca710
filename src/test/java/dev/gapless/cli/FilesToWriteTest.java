package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilesToWriteTest {
  @TempDir private Path directory;

  @BeforeEach
  void write() throws IOException {
    Files.createDirectories(directory.resolve("deploy/sub"));
    Files.writeString(directory.resolve("web.yaml"), CheckCommandTest.WEB);
    Files.writeString(directory.resolve("deploy/web.yaml"), CheckCommandTest.WEB);
    Files.writeString(directory.resolve("deploy/sub/broken.yaml"), "a: b: c\n");
    Files.writeString(directory.resolve("deploy/.hidden.json"), "{}\n");
    Files.writeString(directory.resolve("policy.yaml"), CheckCommandTest.policy("shop", "Warn"));
    Files.writeString(directory.resolve("known.json"), "{\"version\": 1, \"findings\": []}\n");
    Files.writeString(
        directory.resolve("scan.json"),
        "{\"kind\": \"GaplessScan\", \"version\": 1, \"findings\": []}\n");
    Files.writeString(directory.resolve("kubeconfig"), "a: b\n");
    Files.createSymbolicLink(directory.resolve("link.yaml"), Path.of("web.yaml"));
    Files.createSymbolicLink(directory.resolve("folder"), Path.of("deploy"));
    Files.createLink(directory.resolve("hard.yaml"), directory.resolve("web.yaml"));
  }

  @ParameterizedTest(name = "gapless {0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          check web.yaml -o json=web.yaml             | -o json=web.yaml: would overwrite web.yaml, which is read (PATH): name another file
          check web.yaml -o json=./deploy/../web.yaml | -o json=./deploy/../web.yaml: would overwrite web.yaml, which is read (PATH): name another file
          check web.yaml -o json=link.yaml            | -o json=link.yaml: would overwrite web.yaml, which is read (PATH): name another file
          check link.yaml -o json=web.yaml            | -o json=web.yaml: would overwrite link.yaml, which is read (PATH): name another file
          check hard.yaml -o json=web.yaml            | -o json=web.yaml: would overwrite hard.yaml, which is read (PATH): name another file
          check deploy -o sarif=deploy/web.yaml       | -o sarif=deploy/web.yaml: would overwrite a manifest in deploy, which is read (PATH): name another file
          check folder -o sarif=deploy/web.yaml       | -o sarif=deploy/web.yaml: would overwrite a manifest in folder, which is read (PATH): name another file
          check deploy -o json=folder/sub/broken.yaml | -o json=folder/sub/broken.yaml: would overwrite a manifest in deploy, which is read (PATH): name another file
          check . -o text -o json=a -o junit=./a      | -o junit=./a: must be another file than that of -o json=a
          check . -o json=folder/a -o junit=deploy/a  | -o junit=deploy/a: must be another file than that of -o json=folder/a
          check web.yaml --policy policy.yaml -o json=policy.yaml | -o json=policy.yaml: would overwrite policy.yaml, which is read (--policy): name another file
          check web.yaml --baseline known.json -o json=known.json | -o json=known.json: would overwrite known.json, which is read (--baseline): name another file
          check web.yaml -o json=deploy               | -o json=deploy: cannot be written: is a folder
          check web.yaml -o json=no/a.json            | -o json=no/a.json: cannot be written: no such folder
          check web.yaml -o json=web.yaml/a.json      | -o json=web.yaml/a.json: cannot be written: no such folder
          baseline web.yaml -o web.yaml               | -o web.yaml: would overwrite web.yaml, which is read (PATH): name another file
          baseline known.json -o known.json           | -o known.json: would overwrite known.json, which is read (PATH): name another file
          baseline web.yaml --policy policy.yaml -o policy.yaml | -o policy.yaml: would overwrite policy.yaml, which is read (--policy): name another file
          baseline web.yaml -o no/a.json              | -o no/a.json: cannot be written: no such folder
          scan --save known.json --baseline known.json | --save known.json: would overwrite known.json, which is read (--baseline): name another file
          scan --save a.json -o json=a.json           | --save a.json: must be another file than that of -o json=a.json
          scan --against scan.json -o json=scan.json  | -o json=scan.json: would overwrite scan.json, which is read (--against): name another file
          scan --save policy.yaml --policy policy.yaml | --save policy.yaml: would overwrite policy.yaml, which is read (--policy): name another file
          scan --save kubeconfig --kubeconfig kubeconfig | --save kubeconfig: would overwrite kubeconfig, which is read (--kubeconfig): name another file
          scan --save no/a.json                       | --save no/a.json: cannot be written: no such folder
          """)
  void nothingIsOverwrittenThatIsReadOrWrittenBesides(String arguments, String message)
      throws IOException {
    Map<String, String> before = content();
    assertEquals(
        new Invocation(2, "", message + "\n"), Invocation.of(directory, arguments.split(" ", -1)));
    assertEquals(before, content());
  }

  @ParameterizedTest(name = "gapless {0}")
  @CsvSource({
    // Of an earlier run, in a folder that is judged.
    "check . -o json=report.json, report.json",
    "check . -o gitlab=./report.json, report.json",
    "baseline . -o known.json, known.json",
    "check . -o json=deploy/.hidden.json, deploy/.hidden.json",
    "check deploy -o json=web.yaml, web.yaml",
  })
  void whatIsNoManifestIsReplacedTimeAndAgain(String arguments, String written) throws IOException {
    Files.delete(directory.resolve("deploy/sub/broken.yaml"));
    for (int run = 0; run < 2; run++) {
      Invocation done = Invocation.of(directory, arguments.split(" ", -1));
      assertEquals(0, done.exitCode(), done.err());
      assertTrue(Files.size(directory.resolve(written)) > 0);
    }
  }

  @Test
  void aDeviceMayBeWrittenTwice() {
    assertEquals(
        new Invocation(0, "", ""),
        Invocation.of(
            directory, "check", "-o", "json=/dev/null", "-o", "junit=/dev/null", "web.yaml"));
  }

  @Test
  void oneFileMayBeComparedWithAndThenReplaced() {
    Invocation scan =
        Invocation.of(
            directory, "scan", "--against=scan.json", "--save=scan.json", "--kubeconfig=none");
    assertTrue(scan.err().startsWith(directory.resolve("none") + ": the kubeconfig"), scan.err());
  }

  private Map<String, String> content() throws IOException {
    var content = new TreeMap<String, String>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        content.put(directory.relativize(file).toString(), Files.readString(file));
      }
    }
    return content;
  }
}
