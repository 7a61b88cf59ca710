package dev.gapless.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/// The annotation by which kustomize says where an object comes from, when a kustomization asks for
/// it: `buildMetadata: [originAnnotations]`.
///
/// See https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/buildmetadata/.
final class Origin {
  private static final String ANNOTATION = "config.kubernetes.io/origin";

  private Origin() {}

  /// The file that an object's annotation names; of another repository in the form by which a
  /// kustomization refers to it.
  static Optional<String> of(JsonNode object) {
    String text = object.path("metadata").path("annotations").path(ANNOTATION).asText("");
    if (text.isBlank()) {
      return Optional.empty();
    }
    try {
      Optional<YamlNode> syntax = YamlComposer.compose(text);
      return syntax.isEmpty() ? Optional.empty() : file(YamlTree.read(syntax.get()).value());
    } catch (UnreadableDocumentException _) {
      // Anybody may write anything there; it is a convenience and no input.
      return Optional.empty();
    }
  }

  private static Optional<String> file(JsonNode origin) {
    String path = origin.path("path").asText(origin.path("configuredIn").asText(""));
    if (path.isEmpty()) {
      return Optional.empty();
    }
    String repository = origin.path("repo").asText("");
    if (repository.isEmpty()) {
      return Optional.of(path);
    }
    String reference = origin.path("ref").asText("");
    return Optional.of(repository + "//" + path + (reference.isEmpty() ? "" : "?ref=" + reference));
  }
}
