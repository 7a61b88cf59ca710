package dev.gapless.manifest;

/// A place in a text file.
///
/// @param line from 1
/// @param column from 1
public record Position(int line, int column) {
  /// The beginning of a file.
  public static final Position START = new Position(1, 1);

  /// The place of what stands in no text.
  public static final Position NONE = new Position(0, 0);

  /// The place in a file of a place in a text that begins at one of its lines.
  Position below(int firstLine) {
    return new Position(line + firstLine - 1, column);
  }
}
