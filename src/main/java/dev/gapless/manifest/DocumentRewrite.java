package dev.gapless.manifest;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Writes a document again after its objects were patched: in place where that is possible.
public final class DocumentRewrite {
  private static final Pattern HEAD = Pattern.compile("(?:[ \t]*(?:#[^\n]*)?\r?\n)*");

  private DocumentRewrite() {}

  /// The document's text with RFC 6902 operations applied to its objects.
  ///
  /// @param patches by object; operations on members of objects only
  public static String apply(
      ManifestPart.Document document, Map<ManifestObject, ArrayNode> patches) {
    JsonNode tree = document.tree().deepCopy();
    patches.forEach((object, patch) -> patch(object.path().in(tree), patch));
    if (tree.equals(document.tree())) {
      return document.text();
    }
    return switch (document.format()) {
      case JSON -> JsonEditor.edit(document.text(), document.tree(), tree);
      case YAML ->
          SourceEditor.edit(document.text(), document.tree(), tree)
              .orElseGet(() -> head(document.text()) + YamlWriter.write(tree));
    };
  }

  private static void patch(JsonNode object, ArrayNode operations) {
    for (JsonNode operation : operations) {
      JsonPointer path = JsonPointer.compile(operation.path("path").textValue());
      if (!(object.at(path.head()) instanceof ObjectNode parent)) {
        throw new IllegalStateException("cannot apply " + operation);
      }
      String name = path.last().getMatchingProperty();
      if (operation.path("op").asText().equals("remove")) {
        parent.remove(name);
      } else {
        parent.set(name, operation.path("value"));
      }
    }
  }

  // The comments above the first key say what the document is: they survive where the rest cannot.
  private static String head(String text) {
    Matcher matcher = HEAD.matcher(text);
    return matcher.lookingAt() ? matcher.group() : "";
  }
}
