package dev.gapless.manifest;

import java.util.Optional;

/// Why a file, or one document of it, could not be read.
///
/// @param file the file as it was named
/// @param position empty where no place can be named
/// @param line the text of the line there, where it is known
public record ReadProblem(
    String file, Optional<Position> position, String message, Optional<String> line) {

  /// `file:line:column: message`.
  @Override
  public String toString() {
    return file
        + position.map(at -> ":" + at.line() + ":" + at.column()).orElse("")
        + ": "
        + message;
  }
}
