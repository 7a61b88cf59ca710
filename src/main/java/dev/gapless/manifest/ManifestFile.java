package dev.gapless.manifest;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A file of manifests.
///
/// @param name the file as the user knows it
/// @param failure why nothing of it could be read
/// @param parts its whole text; empty where it could not be read
public record ManifestFile(String name, Optional<ReadProblem> failure, List<ManifestPart> parts) {

  /// A file of which nothing could be read.
  static ManifestFile unread(ReadProblem problem) {
    return new ManifestFile(problem.file(), Optional.of(problem), List.of());
  }

  /// Everything that could not be read.
  public List<ReadProblem> problems() {
    Stream<ReadProblem> broken =
        parts.stream()
            .filter(ManifestPart.Broken.class::isInstance)
            .map(part -> ((ManifestPart.Broken) part).problem());
    return Stream.concat(failure.stream(), broken).toList();
  }

  /// All objects, in the order of the text.
  public List<ManifestObject> objects() {
    return documents().stream().flatMap(document -> document.objects().stream()).toList();
  }

  /// All documents that could be read, in the order of the text.
  public List<ManifestPart.Document> documents() {
    return parts.stream()
        .filter(ManifestPart.Document.class::isInstance)
        .map(ManifestPart.Document.class::cast)
        .toList();
  }

  /// The file's text.
  public String text() {
    var text = new StringBuilder();
    parts.forEach(part -> text.append(part.text()));
    return text.toString();
  }
}
