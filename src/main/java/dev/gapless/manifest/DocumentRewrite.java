package dev.gapless.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.workload.FieldPath;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Writes a document again after its objects were patched: in place where that is possible.
public final class DocumentRewrite {
  private static final List<String> LIST_GIVEN = List.of("apiVersion", "kind");
  private static final Pattern HEAD = Pattern.compile("(?:[ \t]*(?:#[^\n]*)?\r?\n)*");

  private DocumentRewrite() {}

  /// The document's text with some of its objects changed.
  ///
  /// @param changed what an object, as its `tree()` gives it, becomes
  public static String apply(
      ManifestPart.Document document, Map<ManifestObject, JsonNode> changed) {
    JsonNode tree = document.tree().deepCopy();
    for (Map.Entry<ManifestObject, JsonNode> entry : changed.entrySet()) {
      FieldPath path = entry.getKey().path();
      JsonNode value = asWritten(entry.getValue(), path.in(tree));
      tree = path.parent().isPresent() ? put(tree, path, value) : value;
    }
    if (tree.equals(document.tree())) {
      return document.text();
    }
    return switch (document.format()) {
      case JSON -> JsonEditor.edit(document.text(), document.tree(), tree);
      case YAML -> yaml(document, tree);
    };
  }

  private static String yaml(ManifestPart.Document document, JsonNode tree) {
    return SourceEditor.edit(document.text(), document.tree(), tree)
        .orElseGet(() -> head(document.text()) + YamlWriter.write(tree));
  }

  // Without what the list said for its items.
  private static JsonNode asWritten(JsonNode changed, JsonNode written) {
    JsonNode value = changed.deepCopy();
    if (value instanceof ObjectNode members) {
      LIST_GIVEN.stream().filter(name -> !written.has(name)).forEach(members::remove);
    }
    return value;
  }

  private static JsonNode put(JsonNode tree, FieldPath item, JsonNode value) {
    if (item.parent().orElseThrow().in(tree) instanceof ArrayNode items
        && item.segments().getLast() instanceof FieldPath.Element(int index, _)) {
      items.set(index, value);
      return tree;
    }
    throw new IllegalArgumentException(item + " is no item of a list");
  }

  // The comments above the first key say what the document is: they survive where the rest cannot.
  private static String head(String text) {
    Matcher matcher = HEAD.matcher(text);
    return matcher.lookingAt() ? matcher.group() : "";
  }
}
