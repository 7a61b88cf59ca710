package dev.gapless.manifest;

import java.util.List;
import java.util.Optional;

/// A YAML document's syntax: what stands where, before any value is read from it.
sealed interface YamlNode {

  Span span();

  /// The tag as it was resolved by the parser; empty where none was written.
  Optional<String> tag();

  boolean anchored();

  /// A stretch of a document's text: lines and columns from 0, columns in code points, the end
  /// exclusive.
  record Span(int startLine, int startColumn, int endLine, int endColumn) {}

  /// A leaf.
  ///
  /// @param plain whether it was written without quotes and without a tag
  record Scalar(
      Span span, Optional<String> tag, boolean anchored, String text, boolean plain, Style style)
      implements YamlNode {}

  /// How a leaf was written.
  enum Style {
    /// On its own: plain or quoted.
    INLINE,
    /// After `|` or `>`.
    BLOCK
  }

  /// A mapping.
  record Mapping(
      Span span, Optional<String> tag, boolean anchored, boolean flow, List<Member> members)
      implements YamlNode {}

  /// A key and its value.
  record Member(YamlNode key, YamlNode value) {}

  /// A sequence.
  record Sequence(
      Span span, Optional<String> tag, boolean anchored, boolean flow, List<YamlNode> elements)
      implements YamlNode {}

  /// A reference to an anchored node before it.
  record Alias(Span span, YamlNode target) implements YamlNode {
    @Override
    public Optional<String> tag() {
      return Optional.empty();
    }

    @Override
    public boolean anchored() {
      return false;
    }
  }
}
