package dev.gapless.manifest;

import java.util.Iterator;
import java.util.Optional;

/// The comment by which `helm template` says what a document was rendered from: `# Source:
/// shop/templates/web.yaml`, above everything else in the document.
///
/// See https://helm.sh/docs/helm/helm_template/.
final class SourceComment {
  private static final String PREFIX = "# Source: ";

  private SourceComment() {}

  /// The file that a document's comment names.
  static Optional<String> of(String document) {
    Iterator<String> lines = document.lines().iterator();
    while (lines.hasNext()) {
      String line = lines.next();
      if (line.startsWith(PREFIX)) {
        return Optional.of(line.substring(PREFIX.length()).strip()).filter(it -> !it.isEmpty());
      }
      if (!line.isBlank() && !line.startsWith("#")) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }
}
