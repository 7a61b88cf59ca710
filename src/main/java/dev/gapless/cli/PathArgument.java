package dev.gapless.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.TypeConversionException;

/// Reads the files and folders that somebody names.
final class PathArgument {
  private PathArgument() {}

  /// Reads one; what is empty is none, though to Java it is the current folder: it comes of a
  /// variable that is not set.
  static Path parse(String text) {
    if (text.isEmpty()) {
      throw new TypeConversionException("must name a file or folder, is empty");
    }
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new TypeConversionException(
          "must name a file or folder: " + Printable.of(String.valueOf(e.getMessage())));
    }
  }
}
