package dev.gapless.manifest;

/// A place in a text file.
///
/// @param line from 1
/// @param column from 1
public record Position(int line, int column) {
  /// The beginning of a file.
  public static final Position START = new Position(1, 1);
}
