package dev.gapless.manifest;

import java.util.Optional;

/// Why a file, or one document of it, could not be read.
///
/// @param file the file as it was named
/// @param position empty where no place can be named
/// @param line the text of the line there, where it is known
/// @param source the file that it was rendered from, where a stream says so
public record ReadProblem(
    String file,
    Optional<Position> position,
    String message,
    Optional<String> line,
    Optional<String> source) {

  /// A problem with what was rendered from nothing.
  public ReadProblem(
      String file, Optional<Position> position, String message, Optional<String> line) {
    this(file, position, message, line, Optional.empty());
  }

  /// `file:line:column: message`, or `source (file:line:column): message`.
  @Override
  public String toString() {
    String read = file + position.map(at -> ":" + at.line() + ":" + at.column()).orElse("");
    return source.map(it -> it + " (" + read + ")").orElse(read) + ": " + message;
  }
}
