package dev.gapless.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/// Writes a file whole or not at all, however the process ends.
final class WholeFile {
  private WholeFile() {}

  /// @throws UsageException when it cannot be written
  static void write(Path file, Consumer<PrintStream> content) {
    try {
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        // A device or a pipe: there is nothing to replace.
        print(file, content);
        return;
      }
      Path target = Files.exists(file, LinkOption.NOFOLLOW_LINKS) ? file.toRealPath() : file;
      Path part =
          target.resolveSibling(
              "." + target.getFileName() + "." + ProcessHandle.current().pid() + ".part");
      // For an end by a signal; no other end of the process looks at it.
      part.toFile().deleteOnExit();
      try {
        print(part, content);
        Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      throw new UsageException(Printable.of(file + ": cannot be written: " + reason(e)));
    }
  }

  private static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "no such folder";
      case AccessDeniedException _ -> "permission denied";
      default -> String.valueOf(e.getMessage());
    };
  }

  private static void print(Path file, Consumer<PrintStream> content) throws IOException {
    try (var out =
        new PrintStream(
            new BufferedOutputStream(
                Files.newOutputStream(
                    file,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)),
            false,
            StandardCharsets.UTF_8)) {
      content.accept(out);
      if (out.checkError()) {
        throw new IOException("the disk or the pipe took no more");
      }
    }
  }
}
