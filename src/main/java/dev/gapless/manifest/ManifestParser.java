package dev.gapless.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.workload.FieldPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Cuts a text into documents and reads each of them, so that one that is broken does not hide the
/// others.
public final class ManifestParser {
  private static final String SEPARATOR = "---";
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private final String file;
  private final List<ManifestPart> parts = new ArrayList<>();

  private ManifestParser(String file) {
    this.file = file;
  }

  /// Reads a text.
  ///
  /// @param file the text's name in messages
  public static ManifestFile parse(String file, String text) {
    var parser = new ManifestParser(file);
    parser.cut(text);
    return new ManifestFile(file, Optional.empty(), List.copyOf(parser.parts));
  }

  // kubectl cuts at every line that begins with three dashes, before it looks at the YAML.
  private void cut(String text) {
    int start = 0;
    if (!text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK) {
      parts.add(new ManifestPart.Filler(text.substring(0, 1)));
      start = 1;
    }
    int firstLine = 1;
    int line = 1;
    for (int at = start; at < text.length(); line++) {
      int next = text.indexOf('\n', at) + 1;
      int end = next == 0 ? text.length() : next;
      if (text.startsWith(SEPARATOR, at)) {
        chunk(text.substring(start, at), firstLine);
        separator(text.substring(at, end), line);
        start = end;
        firstLine = line + 1;
      }
      at = end;
    }
    chunk(text.substring(start), firstLine);
  }

  private void separator(String text, int line) {
    String rest = text.substring(SEPARATOR.length()).strip();
    if (rest.isEmpty() || rest.startsWith("#")) {
      parts.add(new ManifestPart.Filler(text));
      return;
    }
    parts.add(
        broken(
            text,
            new Position(line, 1),
            "a line that begins with --- separates documents and must hold nothing else"));
  }

  private void chunk(String text, int firstLine) {
    if (text.isBlank()) {
      if (!text.isEmpty()) {
        parts.add(new ManifestPart.Filler(text));
      }
      return;
    }
    String trimmed = text.stripLeading();
    boolean named = file.endsWith(".json");
    if (trimmed.startsWith("{") || (named && trimmed.startsWith("["))) {
      json(text, firstLine, named);
    } else {
      yaml(text, firstLine);
    }
  }

  private void json(String text, int firstLine, boolean named) {
    try {
      int start = 0;
      List<JsonTree.Value> values = JsonTree.read(text);
      for (int i = 0; i < values.size(); i++) {
        JsonTree.Value value = values.get(i);
        int end = i + 1 == values.size() ? text.length() : value.end();
        parts.add(
            document(
                text.substring(start, end), ManifestPart.Format.JSON, value.root(), firstLine));
        start = end;
      }
    } catch (UnreadableDocumentException e) {
      if (named) {
        parts.add(broken(text, e, firstLine));
      } else {
        // A flow mapping of YAML begins like JSON.
        yaml(text, firstLine);
      }
    }
  }

  private void yaml(String text, int firstLine) {
    try {
      Optional<YamlNode> syntax = YamlComposer.compose(text);
      if (syntax.isEmpty()) {
        parts.add(new ManifestPart.Filler(text));
        return;
      }
      parts.add(document(text, ManifestPart.Format.YAML, YamlTree.read(syntax.get()), firstLine));
    } catch (UnreadableDocumentException e) {
      parts.add(broken(text, e, firstLine));
    }
  }

  private ManifestPart broken(String text, UnreadableDocumentException e, int firstLine) {
    Position at = e.position();
    String hint =
        text.contains("{{")
            ? " (a template? render it first: helm template … | gapless check -)"
            : "";
    return broken(text, new Position(at.line() + firstLine - 1, at.column()), e.reason() + hint);
  }

  private ManifestPart broken(String text, Position position, String message) {
    return new ManifestPart.Broken(text, new ReadProblem(file, Optional.of(position), message));
  }

  private static ManifestPart document(
      String text, ManifestPart.Format format, Located root, int firstLine) {
    if (root.value().isNull()) {
      return new ManifestPart.Filler(text);
    }
    var objects = new ArrayList<ManifestObject>();
    collect(root, root.value(), FieldPath.ROOT, firstLine, objects);
    return new ManifestPart.Document(text, format, root.value(), List.copyOf(objects));
  }

  private static void collect(
      Located located, JsonNode tree, FieldPath path, int firstLine, List<ManifestObject> objects) {
    String kind = tree.path("kind").asText("");
    Located items = located.members().get("items");
    if (!kind.endsWith("List") || items == null || !items.value().isArray()) {
      objects.add(new ManifestObject(tree, path, located, firstLine));
      return;
    }
    for (int i = 0; i < items.elements().size(); i++) {
      Located item = items.elements().get(i);
      collect(
          item,
          named(item.value(), tree.path("apiVersion").asText(""), kind),
          path.child("items").element(i),
          firstLine,
          objects);
    }
  }

  // The items of a typed list, such as a DeploymentList, need not say what they are.
  private static JsonNode named(JsonNode item, String listVersion, String listKind) {
    String kind = listKind.substring(0, listKind.length() - "List".length());
    if (!item.isObject() || item.has("kind") || kind.isEmpty() || listVersion.isEmpty()) {
      return item;
    }
    ObjectNode named = JsonNodeFactory.instance.objectNode();
    named.put("apiVersion", listVersion).put("kind", kind);
    named.setAll((ObjectNode) item);
    return named;
  }
}
