package dev.gapless.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.gapless.manifest.YamlNode.Span;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Changes a YAML text where its tree changes and nowhere else, so that comments, order and quoting
/// survive.
///
/// It covers how manifests are usually written. Whatever it makes is read again and taken only if
/// it says exactly what it should.
final class SourceEditor {
  private static final Pattern BARE = Pattern.compile("[A-Za-z][A-Za-z0-9_./-]*");

  private final String text;
  private final List<Integer> lineStarts = new ArrayList<>();
  private final String lineBreak;

  // Of several at one place the innermost, which is noted first, must come to stand first.
  private final List<Replacement> replacements = new ArrayList<>();

  private SourceEditor(String text) {
    this.text = text;
    lineStarts.add(0);
    for (int at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
      lineStarts.add(at + 1);
    }
    this.lineBreak = text.contains("\r\n") ? "\r\n" : "\n";
  }

  /// The text of a document whose tree becomes another.
  ///
  /// @return empty where the text cannot be edited in place
  static Optional<String> edit(String text, JsonNode before, JsonNode after) {
    try {
      var editor = new SourceEditor(text);
      Optional<YamlNode> syntax = YamlComposer.compose(text);
      if (syntax.isEmpty() || !editor.node(syntax.get(), before, after)) {
        return Optional.empty();
      }
      String edited = Replacement.apply(editor.replacements, text);
      return says(edited, after) ? Optional.of(edited) : Optional.empty();
    } catch (UnreadableDocumentException _) {
      return Optional.empty();
    }
  }

  private static boolean says(String edited, JsonNode after) throws UnreadableDocumentException {
    Optional<YamlNode> syntax = YamlComposer.compose(edited);
    return syntax.isPresent() && YamlTree.read(syntax.get()).value().equals(after);
  }

  /// Edits below a node; says whether that was possible.
  private boolean node(YamlNode node, JsonNode before, JsonNode after) {
    if (before.equals(after)) {
      return true;
    }
    int mark = replacements.size();
    boolean edited =
        switch (node) {
          case YamlNode.Mapping mapping when before.isObject() && after.isObject() ->
              mapping(mapping, before, after);
          case YamlNode.Sequence sequence when before.isArray() && before.size() == after.size() ->
              sequence(sequence, before, after);
          default -> false;
        };
    if (!edited) {
      replacements.subList(mark, replacements.size()).clear();
    }
    return edited;
  }

  private boolean sequence(YamlNode.Sequence sequence, JsonNode before, JsonNode after) {
    for (int i = 0; i < before.size(); i++) {
      if (!node(sequence.elements().get(i), before.path(i), after.path(i))) {
        return false;
      }
    }
    return true;
  }

  private boolean mapping(YamlNode.Mapping mapping, JsonNode before, JsonNode after) {
    if (mapping.members().isEmpty()) {
      return false;
    }
    Map<String, JsonNode> added = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : after.properties()) {
      String name = entry.getKey();
      JsonNode old = before.path(name);
      YamlNode.Member member = member(mapping, name);
      if (old.equals(entry.getValue())) {
        continue;
      }
      if (member == null) {
        added.put(name, entry.getValue());
      } else if (!node(member.value(), old, entry.getValue())
          && !replace(mapping, member, name, entry.getValue())) {
        return false;
      }
    }
    for (Map.Entry<String, JsonNode> entry : before.properties()) {
      if (!after.has(entry.getKey()) && !remove(mapping, entry.getKey())) {
        return false;
      }
    }
    insert(mapping, added);
    return true;
  }

  private static YamlNode.@Nullable Member member(YamlNode.Mapping mapping, String name) {
    for (YamlNode.Member member : mapping.members().reversed()) {
      if (member.key() instanceof YamlNode.Scalar key
          && key.text().equals(name)
          && !YamlTree.isMerge(key)) {
        return member;
      }
    }
    return null;
  }

  private boolean replace(
      YamlNode.Mapping mapping, YamlNode.Member member, String name, JsonNode value) {
    YamlNode old = member.value();
    if (old.anchored() || old.tag().isPresent()) {
      return false;
    }
    boolean inline =
        old instanceof YamlNode.Scalar scalar && scalar.style() == YamlNode.Style.INLINE;
    if (mapping.flow() || (inline && value.isValueNode())) {
      String space = start(old) == end(old) ? " " : "";
      replacements.add(new Replacement(start(old), end(old), space + flow(value)));
      return true;
    }
    Span key = member.key().span();
    replacements.add(
        new Replacement(
            start(member.key()),
            contentEnd(old),
            indented(YamlWriter.member(name, value), key.startColumn())));
    return true;
  }

  private boolean remove(YamlNode.Mapping mapping, String name) {
    YamlNode.Member member = member(mapping, name);
    int size = mapping.members().size();
    if (member == null || size == 1 || mapping.flow()) {
      return false;
    }
    int key = start(member.key());
    int lineStart = lineStarts.get(member.key().span().startLine());
    if (text.substring(lineStart, key).isBlank()) {
      int end = text.indexOf('\n', contentEnd(member.value()));
      replacements.add(new Replacement(lineStart, end < 0 ? text.length() : end + 1, ""));
      return true;
    }
    int index = mapping.members().indexOf(member);
    if (index + 1 == size) {
      return false;
    }
    // The first member of a list's element: the next one moves up behind the dash.
    int next = start(mapping.members().get(index + 1).key());
    replacements.add(new Replacement(key, next, ""));
    return true;
  }

  private void insert(YamlNode.Mapping mapping, Map<String, JsonNode> members) {
    if (members.isEmpty()) {
      return;
    }
    var inserted = new StringBuilder();
    if (mapping.flow()) {
      members.forEach((name, value) ->
          inserted.append(", ").append(flow(name)).append(": ").append(flow(value)));
      int end = contentEnd(mapping.members().getLast().value());
      replacements.add(new Replacement(end, end, inserted.toString()));
      return;
    }
    int column = mapping.members().getFirst().key().span().startColumn();
    String margin = " ".repeat(column);
    members.forEach((name, value) ->
        inserted
            .append(lineBreak)
            .append(margin)
            .append(indented(YamlWriter.member(name, value), column)));
    int end = lineEnd(contentEnd(mapping));
    replacements.add(new Replacement(end, end, inserted.toString()));
  }

  // The first line stands where it is put; the last is not ended.
  private String indented(String block, int column) {
    String margin = " ".repeat(column);
    return block.stripTrailing().replaceAll("\n(?=.)", "\n" + margin).replace("\n", lineBreak);
  }

  private int start(YamlNode node) {
    return offset(node.span().startLine(), node.span().startColumn());
  }

  private int end(YamlNode node) {
    return offset(node.span().endLine(), node.span().endColumn());
  }

  private int offset(int line, int column) {
    if (line >= lineStarts.size()) {
      return text.length();
    }
    return text.offsetByCodePoints(lineStarts.get(line), column);
  }

  // The parser ends a block where the next thing begins, behind all blank lines and comments.
  private int contentEnd(YamlNode node) {
    return switch (node) {
      case YamlNode.Mapping mapping when !mapping.flow() ->
          contentEnd(mapping.members().getLast().value());
      case YamlNode.Sequence sequence when !sequence.flow() ->
          contentEnd(sequence.elements().getLast());
      case YamlNode.Scalar scalar when scalar.style() == YamlNode.Style.BLOCK ->
          text.substring(0, end(scalar)).stripTrailing().length();
      default -> end(node);
    };
  }

  private int lineEnd(int offset) {
    int end = text.indexOf('\n', offset);
    if (end < 0) {
      return text.length();
    }
    return end > 0 && text.charAt(end - 1) == '\r' ? end - 1 : end;
  }

  private static String flow(JsonNode value) {
    if (value.isObject()) {
      var members = new ArrayList<String>();
      value.properties().forEach(it -> members.add(flow(it.getKey()) + ": " + flow(it.getValue())));
      return "{" + String.join(", ", members) + "}";
    }
    if (value.isArray()) {
      var elements = new ArrayList<String>();
      value.forEach(it -> elements.add(flow(it)));
      return "[" + String.join(", ", elements) + "]";
    }
    return value.isTextual() ? flow(value.textValue()) : value.toString();
  }

  private static String flow(String text) {
    boolean bare = BARE.matcher(text).matches() && !YamlWords.mistakable(text);
    return bare ? text : TextNode.valueOf(text).toString();
  }
}
