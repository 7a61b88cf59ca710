package dev.gapless.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.workload.FieldPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads the documents of a text, each on its own, so that one that is broken does not hide the
/// others.
public final class ManifestParser {
  private static final String SEPARATOR = "---";
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private final String file;
  private final Optional<String> comment;
  private final List<ManifestPart> parts = new ArrayList<>();

  private ManifestParser(String file, Optional<String> comment) {
    this.file = file;
    this.comment = comment;
  }

  /// Reads a text.
  ///
  /// @param file the text's name in messages
  public static ManifestFile parse(String file, String text) {
    var parts = new ArrayList<ManifestPart>();
    cut(file, text).forEach(chunk -> parts.addAll(parts(chunk)));
    return new ManifestFile(file, Optional.empty(), List.copyOf(parts));
  }

  /// Cuts a text into the stretches that are read on their own; one after the other they are the
  /// text.
  // kubectl cuts at every line that begins with three dashes, before it looks at the YAML.
  static List<ManifestPiece.Chunk> cut(String file, String text) {
    var chunks = new ArrayList<ManifestPiece.Chunk>();
    int start = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length() : 0;
    add(chunks, new ManifestPiece.Chunk(file, text, 0, start, 1, false));
    int firstLine = 1;
    int line = 1;
    for (int at = start; at < text.length(); line++) {
      int next = text.indexOf('\n', at) + 1;
      int end = next == 0 ? text.length() : next;
      if (text.startsWith(SEPARATOR, at)) {
        add(chunks, new ManifestPiece.Chunk(file, text, start, at, firstLine, false));
        add(chunks, new ManifestPiece.Chunk(file, text, at, end, line, true));
        start = end;
        firstLine = line + 1;
      }
      at = end;
    }
    add(chunks, new ManifestPiece.Chunk(file, text, start, text.length(), firstLine, false));
    return chunks;
  }

  private static void add(List<ManifestPiece.Chunk> chunks, ManifestPiece.Chunk chunk) {
    if (chunk.start() < chunk.end()) {
      chunks.add(chunk);
    }
  }

  /// What a stretch of a text holds.
  static List<ManifestPart> parts(ManifestPiece.Chunk chunk) {
    String text = chunk.text();
    var parser = new ManifestParser(chunk.file(), SourceComment.of(text));
    if (chunk.separates()) {
      parser.separator(text, chunk.firstLine());
    } else {
      parser.chunk(text, chunk.firstLine());
    }
    return List.copyOf(parser.parts);
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
            line,
            "a line that begins with --- separates documents and must hold nothing else"));
  }

  private void chunk(String text, int firstLine) {
    if (text.isBlank() || text.equals(BYTE_ORDER_MARK)) {
      parts.add(new ManifestPart.Filler(text));
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
    String hint =
        text.contains("{{")
            ? " (a template? render it first: helm template … | gapless check -)"
            : "";
    return broken(text, e.position().below(firstLine), firstLine, e.reason() + hint);
  }

  private ManifestPart broken(String text, Position position, int firstLine, String message) {
    List<String> lines = text.lines().toList();
    int last = lines.size();
    while (last > 1 && lines.get(last - 1).isBlank()) {
      last--;
    }
    // What is missing at the end is missing behind the last line that says something.
    String lastLine = lines.get(last - 1);
    Position at =
        position.line() - firstLine < lines.size()
            ? position
            : new Position(firstLine + last - 1, 1 + lastLine.codePointCount(0, lastLine.length()));
    return new ManifestPart.Broken(
        text,
        new ReadProblem(
            file,
            Optional.of(at),
            message,
            Optional.of(lines.get(at.line() - firstLine)),
            // A file on disk is its own place, whatever it was rendered from.
            file.equals(ManifestReader.STDIN_NAME) ? comment : Optional.empty()));
  }

  private ManifestPart document(
      String text, ManifestPart.Format format, Located root, int firstLine) {
    if (root.value().isNull()) {
      return new ManifestPart.Filler(text);
    }
    var objects = new ArrayList<ManifestObject>();
    collect(root, root.value(), FieldPath.ROOT, firstLine, objects);
    var repeated = new ArrayList<RepeatedKey>();
    if (holdsRepeated(root)) {
      collectRepeated(root, FieldPath.ROOT, firstLine, repeated);
    }
    return new ManifestPart.Document(
        text, format, root.value(), List.copyOf(objects), List.copyOf(repeated));
  }

  // Hardly any document does, and to make the path of its every field costs much more.
  private static boolean holdsRepeated(Located located) {
    if (!located.repeated().isEmpty()) {
      return true;
    }
    for (Located member : located.members().values()) {
      if (holdsRepeated(member)) {
        return true;
      }
    }
    for (Located element : located.elements()) {
      if (holdsRepeated(element)) {
        return true;
      }
    }
    return false;
  }

  private static void collectRepeated(
      Located located, FieldPath path, int firstLine, List<RepeatedKey> repeated) {
    located
        .repeated()
        .forEach(
            (name, at) -> repeated.add(new RepeatedKey(path.child(name), at.below(firstLine))));
    located
        .members()
        .forEach((name, member) -> collectRepeated(member, path.child(name), firstLine, repeated));
    for (int i = 0; i < located.elements().size(); i++) {
      collectRepeated(located.elements().get(i), path.element(i), firstLine, repeated);
    }
  }

  private void collect(
      Located located, JsonNode tree, FieldPath path, int firstLine, List<ManifestObject> objects) {
    String kind = tree.path("kind").asText("");
    Located items = located.members().get("items");
    if (!kind.endsWith("List") || items == null || !items.value().isArray()) {
      objects.add(new ManifestObject(tree, path, located, firstLine, comment));
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
