package dev.gapless.cli;

import dev.gapless.manifest.ManifestFile;
import dev.gapless.manifest.ManifestObject;
import dev.gapless.manifest.ManifestReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The files that a command is going to write. Whether each can be written, and is neither another
/// nor one that is read, is found out before there is anything to lose.
final class FilesToWrite {
  private final Path directory;
  private final List<Target> targets = new ArrayList<>();

  /// @param directory what relative paths start from
  FilesToWrite(Path directory) {
    this.directory = directory;
  }

  /// A file and the option that names it.
  private record Target(String option, Path file) {
    @Override
    public String toString() {
      return Printable.of(option + file);
    }
  }

  /// One file more.
  ///
  /// @param option with what stands before the file, as in `--save `
  /// @throws UsageException when it cannot be written, or is one of those before
  void add(String option, Path file) {
    var target = new Target(option, file);
    demandWritable(target);
    for (Target other : targets) {
      if (isReplaced(other) && areOne(other.file(), file)) {
        throw new UsageException(target + ": must be another file than that of " + other);
      }
    }
    targets.add(target);
  }

  /// Demands that what is read stays as it is: a file, and what is a manifest in a folder.
  ///
  /// @param option by which it is named
  /// @throws UsageException when it would be overwritten by one of the files so far
  void demandApartFrom(String option, Path read) {
    boolean folder = Files.isDirectory(directory.resolve(read));
    for (Target target : targets) {
      if (isReplaced(target)
          && (folder ? isManifestIn(read, target) : areOne(read, target.file()))) {
        throw new UsageException(
            target
                + ": would overwrite "
                + (folder ? "a manifest in " : "")
                + Printable.of(read.toString())
                + ", which is read ("
                + option
                + "): name another file");
      }
    }
  }

  private void demandWritable(Target target) {
    Path file = directory.resolve(target.file()).toAbsolutePath();
    Path folder = isReplaced(target) ? real(file).getParent() : file.getParent();
    if (Files.isDirectory(file)) {
      throw cannotBeWritten(target, "is a folder");
    }
    if (folder == null || !Files.isDirectory(folder)) {
      throw cannotBeWritten(target, "no such folder");
    }
    if (!Files.isWritable(isReplaced(target) ? folder : file)) {
      throw cannotBeWritten(target, "permission denied");
    }
  }

  private static UsageException cannotBeWritten(Target target, String why) {
    return new UsageException(target + ": cannot be written: " + why);
  }

  // Devices and pipes are written to, as often as one likes.
  private boolean isReplaced(Target target) {
    Path file = directory.resolve(target.file());
    return !Files.exists(file) || Files.isRegularFile(file);
  }

  private boolean areOne(Path a, Path b) {
    Path one = directory.resolve(a);
    Path other = directory.resolve(b);
    if (!Files.exists(one) || !Files.exists(other)) {
      return real(one).equals(real(other));
    }
    try {
      return Files.isSameFile(one, other);
    } catch (IOException _) {
      return real(one).equals(real(other));
    }
  }

  // What was written in an earlier run lies among the manifests too, and is replaced.
  private boolean isManifestIn(Path folder, Target target) {
    Path file = real(directory.resolve(target.file()));
    Path root = real(directory.resolve(folder));
    if (!Files.isRegularFile(file) || !file.startsWith(root)) {
      return false;
    }
    if (!ManifestReader.isFound(root.relativize(file))) {
      return false;
    }
    ManifestFile read =
        new ManifestReader(directory, InputStream.nullInputStream()).read(file, file.toString());
    return !read.problems().isEmpty()
        || read.objects().stream().anyMatch(ManifestObject::isKubernetesObject);
  }

  /// Where it really is, be it there or not yet.
  private static Path real(Path file) {
    Path whole = file.toAbsolutePath().normalize();
    try {
      if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        return file.toRealPath();
      }
      Path folder = file.toAbsolutePath().getParent();
      return folder == null ? whole : folder.toRealPath().resolve(file.getFileName());
    } catch (IOException _) {
      return whole;
    }
  }
}
