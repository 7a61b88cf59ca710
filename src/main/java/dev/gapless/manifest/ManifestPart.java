package dev.gapless.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/// A stretch of a file. The parts of a file, one after the other, are its whole text.
public sealed interface ManifestPart {

  /// The part's text, exactly as it stands in the file.
  String text();

  /// What holds no document: separators, comments, blank lines.
  record Filler(String text) implements ManifestPart {}

  /// A document that cannot be read.
  record Broken(String text, ReadProblem problem) implements ManifestPart {}

  /// A document.
  ///
  /// @param objects the document's own object, or the items of the list that it is
  record Document(
      String text,
      Format format,
      JsonNode tree,
      List<ManifestObject> objects,
      List<RepeatedKey> repeatedKeys)
      implements ManifestPart {}

  /// How a document is written.
  enum Format {
    YAML,
    JSON
  }
}
