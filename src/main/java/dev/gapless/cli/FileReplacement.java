package dev.gapless.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;

/// Gives a file another text all at once: whoever reads it meanwhile, and whoever comes after a
/// crash, finds the old text or the new one.
final class FileReplacement {
  private static final Set<PosixFilePermission> WRITABLE =
      Set.of(
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_WRITE);

  private FileReplacement() {}

  /// Replaces a file's text; what a symbolic link points to is replaced and the link stays.
  ///
  /// @param before what the file must still hold
  /// @return why it was not replaced; empty where it was
  static Optional<String> replace(Path file, String before, String after) {
    try {
      Path target = file.toRealPath();
      if (!Files.isRegularFile(target)) {
        return Optional.of("is no regular file");
      }
      if (!isWritable(target)) {
        return Optional.of("is read-only");
      }
      String now = Files.readString(target);
      if (now.equals(after)) {
        // Done already, by another name of the same file.
        return Optional.empty();
      }
      if (!now.equals(before)) {
        return Optional.of("has changed since it was read");
      }
      write(target, after);
      return Optional.empty();
    } catch (NoSuchFileException _) {
      return Optional.of("cannot be written: it, or its folder, is gone");
    } catch (AccessDeniedException _) {
      return Optional.of("cannot be written: its folder permits no new file");
    } catch (IOException e) {
      return Optional.of("cannot be written: " + e.getMessage());
    }
  }

  // Root may write everything: the author's word counts, not what the system would permit.
  private static boolean isWritable(Path file) throws IOException {
    PosixFileAttributeView posix = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    return Files.isWritable(file)
        && (posix == null
            || posix.readAttributes().permissions().stream().anyMatch(WRITABLE::contains));
  }

  private static void write(Path target, String text) throws IOException {
    // Hidden, so that nobody takes it for a manifest should it ever be left behind.
    Path temporary =
        Files.createTempFile(
            target.toAbsolutePath().getParent(), "." + target.getFileName() + ".", ".tmp");
    try {
      try (var channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        // On the disk before it has its name: a crash would else leave an empty file.
        channel.force(true);
      }
      copyAttributes(target, temporary);
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static void copyAttributes(Path from, Path to) throws IOException {
    PosixFileAttributeView target = Files.getFileAttributeView(to, PosixFileAttributeView.class);
    if (target == null) {
      return;
    }
    PosixFileAttributes given = Files.readAttributes(from, PosixFileAttributes.class);
    PosixFileAttributes made = target.readAttributes();
    if (!made.owner().equals(given.owner())) {
      target.setOwner(given.owner());
    }
    if (!made.group().equals(given.group())) {
      target.setGroup(given.group());
    }
    target.setPermissions(given.permissions());
  }
}
