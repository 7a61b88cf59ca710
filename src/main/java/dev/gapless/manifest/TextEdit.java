package dev.gapless.manifest;

/// What came of changing a text in place.
public sealed interface TextEdit {

  /// It was possible.
  ///
  /// @param text the whole text; whatever was not to change stands in it as it stood before
  record Done(String text) implements TextEdit {}

  /// It would have touched more than what was to change.
  ///
  /// @param position in the text
  /// @param why completes a sentence about what stands there
  record Impossible(Position position, String why) implements TextEdit {}
}
