package dev.gapless.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.workload.FieldPath;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Writes a document again after its objects were patched: in place where that is possible.
public final class DocumentRewrite {
  private static final List<String> LIST_GIVEN = List.of("apiVersion", "kind");

  private static final Pattern HEAD = Pattern.compile("(?:[ \t]*(?:#[^\n]*)?\r?\n)*");

  private DocumentRewrite() {}

  /// The file's text with some of its objects changed.
  ///
  /// @param changed what an object, as its `tree()` gives it, becomes
  public static String apply(ManifestFile file, Map<ManifestObject, JsonNode> changed) {
    var text = new StringBuilder();
    for (ManifestPart part : file.parts()) {
      text.append(
          part instanceof ManifestPart.Document document
              ? apply(document, own(document, changed))
              : part.text());
    }
    return text.toString();
  }

  /// The document's text with some of its objects changed.
  ///
  /// @param changed what an object, as its `tree()` gives it, becomes
  static String apply(ManifestPart.Document document, Map<ManifestObject, JsonNode> changed) {
    JsonNode tree = tree(document, changed);
    if (tree.equals(document.tree())) {
      return document.text();
    }
    return switch (document.format()) {
      case JSON -> JsonEditor.edit(document.text(), document.tree(), tree);
      case YAML -> yaml(document, tree);
    };
  }

  /// The file's text with some of its objects changed, every other byte as it was.
  ///
  /// What would have to be written a second time, because an alias or a merge key stands for it, is
  /// not; neither is what a template will fill in, as nobody knows here what that will be.
  ///
  /// @param changed what an object, as its `tree()` gives it, becomes
  public static TextEdit inPlace(ManifestFile file, Map<ManifestObject, JsonNode> changed) {
    var text = new StringBuilder();
    int line = 1;
    for (ManifestPart part : file.parts()) {
      switch (part) {
        case ManifestPart.Document document -> {
          switch (inPlace(document, own(document, changed))) {
            case TextEdit.Done(String edited) -> text.append(edited);
            case TextEdit.Impossible(Position position, String why) -> {
              return new TextEdit.Impossible(position.below(line), why);
            }
          }
        }
        case ManifestPart.Filler(String filler) -> text.append(filler);
        case ManifestPart.Broken(_, ReadProblem problem) -> {
          return new TextEdit.Impossible(
              problem.position().orElse(Position.START), problem.message());
        }
      }
      line += (int) part.text().chars().filter(it -> it == '\n').count();
    }
    return new TextEdit.Done(text.toString());
  }

  private static Map<ManifestObject, JsonNode> own(
      ManifestPart.Document document, Map<ManifestObject, JsonNode> changed) {
    Map<ManifestObject, JsonNode> own = new LinkedHashMap<>();
    for (ManifestObject object : document.objects()) {
      JsonNode value = changed.get(object);
      if (value != null) {
        own.put(object, value);
      }
    }
    return own;
  }

  private static TextEdit inPlace(
      ManifestPart.Document document, Map<ManifestObject, JsonNode> changed) {
    JsonNode tree = tree(document, changed);
    if (tree.equals(document.tree())) {
      return new TextEdit.Done(document.text());
    }
    return switch (document.format()) {
      case JSON -> json(document, tree);
      case YAML ->
          SourceEditor.edit(document.text(), document.tree(), tree, SourceEditor.Copying.FORBIDDEN);
    };
  }

  private static TextEdit json(ManifestPart.Document document, JsonNode tree) {
    String edited = JsonEditor.edit(document.text(), document.tree(), tree);
    try {
      List<JsonTree.Value> values = JsonTree.read(edited);
      if (values.size() == 1 && values.getFirst().root().value().equals(tree)) {
        return new TextEdit.Done(edited);
      }
    } catch (UnreadableDocumentException _) {
      // Said below.
    }
    return new TextEdit.Impossible(
        Position.START, "this document is written in a way that cannot be edited in place");
  }

  private static JsonNode tree(
      ManifestPart.Document document, Map<ManifestObject, JsonNode> changed) {
    JsonNode tree = document.tree().deepCopy();
    for (Map.Entry<ManifestObject, JsonNode> entry : changed.entrySet()) {
      FieldPath path = entry.getKey().path();
      JsonNode value = asWritten(entry.getValue(), path.in(tree));
      tree = path.parent().isPresent() ? put(tree, path, value) : value;
    }
    return tree;
  }

  private static String yaml(ManifestPart.Document document, JsonNode tree) {
    return switch (SourceEditor.edit(
        document.text(), document.tree(), tree, SourceEditor.Copying.ALLOWED)) {
      case TextEdit.Done(String text) -> text;
      case TextEdit.Impossible _ -> head(document.text()) + YamlWriter.write(tree);
    };
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
