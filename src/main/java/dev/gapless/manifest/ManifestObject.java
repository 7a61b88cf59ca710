package dev.gapless.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.workload.FieldPath;
import java.util.Optional;

/// One object of a document: its root, or an item of a list.
///
/// Each is equal to itself alone: two objects may say the same at two places.
public final class ManifestObject {
  private final JsonNode tree;
  private final FieldPath path;
  private final Located located;
  private final int firstLine;
  private final Optional<String> comment;

  /// @param comment the source that a comment before the document names
  ManifestObject(
      JsonNode tree, FieldPath path, Located located, int firstLine, Optional<String> comment) {
    this.tree = tree;
    this.path = path;
    this.located = located;
    this.firstLine = firstLine;
    this.comment = comment;
  }

  /// An object that stands in no text, such as one that an API server has told of: the positions of
  /// its fields mean nothing.
  public static ManifestObject withoutText(JsonNode tree) {
    return new ManifestObject(
        tree, FieldPath.ROOT, Located.leaf(tree, Position.START), 1, Optional.empty());
  }

  /// The object as an API server would get it.
  public JsonNode tree() {
    return tree;
  }

  /// Where in its document the object stands.
  public FieldPath path() {
    return path;
  }

  /// Whether it names an API version and a kind.
  public boolean isKubernetesObject() {
    return !apiVersion().isEmpty() && !kind().isEmpty();
  }

  public String apiVersion() {
    return tree.path("apiVersion").asText("");
  }

  public String kind() {
    return tree.path("kind").asText("");
  }

  /// Empty where the manifest leaves it to the client.
  public String namespace() {
    return tree.path("metadata").path("namespace").asText("");
  }

  /// The name, or the prefix of `generateName`.
  public String name() {
    JsonNode metadata = tree.path("metadata");
    return metadata.path("name").asText(metadata.path("generateName").asText(""));
  }

  /// The file that the object was rendered from, as the tool that rendered it says.
  public Optional<String> source() {
    return comment.or(() -> Origin.of(tree));
  }

  /// The place of one of the object's fields in its file; of the nearest existing ancestor where
  /// the field is absent.
  public Position position(FieldPath field) {
    return located.position(field).below(firstLine);
  }
}
