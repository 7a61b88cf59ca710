package dev.gapless.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestReaderTest {
  @TempDir private Path directory;

  @Test
  void foldersAreReadInOrderWithoutWhatIsHidden() throws IOException {
    for (String name :
        List.of("b.yml", "a/z.yaml", "a/y.json", "a/x.txt", ".git/h.yaml", ".h.yaml", "c.yaml")) {
      Path file = directory.resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, "{}");
    }
    assertEquals(List.of("a/y.json", "a/z.yaml", "b.yml", "c.yaml"), names("."));
    assertEquals(List.of("a/y.json", "a/z.yaml"), names("a/"));
  }

  @Test
  void aFileThatIsNamedIsReadWhateverItIsCalledAndOnce() throws IOException {
    Files.writeString(directory.resolve("x.txt"), "a: 1");
    assertEquals(List.of("x.txt"), names("x.txt", "./x.txt"));
  }

  @Test
  void foldersThatHoldThemselvesEnd() throws IOException {
    Files.createDirectories(directory.resolve("a"));
    Files.writeString(directory.resolve("a/x.yaml"), "a: 1");
    Files.createSymbolicLink(directory.resolve("a/loop"), directory.resolve("a"));
    assertEquals(List.of("a/x.yaml"), names("."));
  }

  @Test
  void standardInputIsRead() {
    var in = new ByteArrayInputStream("a: [".getBytes(StandardCharsets.UTF_8));
    ManifestFile file =
        new ManifestReader(directory, in).find(List.of(ManifestReader.STDIN)).getFirst().get();
    assertEquals("stdin", file.name());
    assertEquals(1, file.problems().size());
  }

  @Test
  void whatCannotBeReadIsSaidByName() throws IOException {
    Files.write(directory.resolve("latin"), new byte[] {'a', ':', '\n', ' ', (byte) 0xE4, 'x'});
    Files.write(directory.resolve("binary"), new byte[] {'a', 0, 'b'});
    assertEquals(List.of("none: cannot be read: no such file or folder"), problems("none"));
    assertEquals(List.of("latin:2:2: is not UTF-8 text"), problems("latin"));
    assertEquals(List.of("binary: is a binary file"), problems("binary"));
  }

  private List<String> names(String... arguments) {
    return files(arguments).stream().map(ManifestFile::name).toList();
  }

  private List<String> problems(String... arguments) {
    return files(arguments).stream()
        .flatMap(file -> file.problems().stream())
        .map(ReadProblem::toString)
        .toList();
  }

  private List<ManifestFile> files(String... arguments) {
    return new ManifestReader(directory, InputStream.nullInputStream())
        .find(Arrays.stream(arguments).map(Path::of).toList()).stream()
            .map(ManifestReader.Source::get)
            .toList();
  }
}
