package dev.gapless.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.gapless.manifest.YamlNode.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Changes a YAML text where its tree changes and nowhere else, so that comments, order and quoting
/// survive.
///
/// It covers how manifests are usually written. Whatever it makes is read again and taken only if
/// it says exactly what it should.
final class SourceEditor {
  private static final Pattern BARE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_./%-]*");
  private static final Pattern COMMENT = Pattern.compile("(?<![^ \t\r\n])#");
  private static final Pattern PROPERTIES = Pattern.compile("(?:[&!][^ \t\r\n]*(?:[ \t]+|$))+");
  private static final Pattern BLOCK_HEADER =
      Pattern.compile("(?:[&!][^ \t\r\n]*[ \t\r\n]+)*[|>]([-+0-9]*)");

  // Helm's and everybody else's who writes in Go. Within a comment only those are of interest that
  // decide about the lines around it or bring lines of their own.
  private static final Pattern TEMPLATE = Pattern.compile("\\{\\{");
  private static final Pattern TEMPLATE_OF_LINES =
      Pattern.compile(
          "\\{\\{-?\\s*(?:if|else|end|range|with|define|block|template|include|tpl|toYaml)\\b");

  private static final Pattern LINE_BREAKS = Pattern.compile("[\r\n]*");
  private static final Pattern ONE_LINE_BREAK = Pattern.compile("\r?\n");

  private final String text;
  private final Copying copying;
  private final List<Integer> lineStarts = new ArrayList<>();
  private final IdentityHashMap<YamlNode, YamlNode.Alias> aliases = new IdentityHashMap<>();
  private final IdentityHashMap<YamlNode, JsonNode> anchored = new IdentityHashMap<>();
  private final Indentation indentation;

  // Of several at one place the innermost, which is noted first, must come to stand first.
  private final List<Replacement> replacements = new ArrayList<>();

  // The first that was met, which is the most particular.
  private TextEdit.@Nullable Impossible obstacle;

  private SourceEditor(String text, YamlNode syntax, Copying copying) {
    this.text = text;
    this.copying = copying;
    lineStarts.add(0);
    for (int at = 0; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c == '\n' || (c == '\r' && !text.startsWith("\n", at + 1))) {
        lineStarts.add(at + 1);
      }
    }
    collectAliases(syntax);
    this.indentation = Indentation.of(syntax);
  }

  /// Whether what stands behind an alias or a merge key may be written out where it changes.
  enum Copying {
    ALLOWED,
    FORBIDDEN
  }

  /// The text of a document whose tree becomes another.
  static TextEdit edit(String text, JsonNode before, JsonNode after, Copying copying) {
    try {
      Optional<YamlNode> syntax = YamlComposer.compose(text);
      return syntax.isEmpty()
          ? new TextEdit.Impossible(Position.START, "holds nothing")
          : new SourceEditor(text, syntax.get(), copying).edit(syntax.get(), before, after);
    } catch (UnreadableDocumentException e) {
      return new TextEdit.Impossible(e.position(), e.reason());
    }
  }

  private TextEdit edit(YamlNode syntax, JsonNode before, JsonNode after) {
    if (!node(syntax, before, after)) {
      return obstacle(syntax);
    }
    if (copying == Copying.FORBIDDEN) {
      for (Replacement replacement : replacements) {
        Optional<TextEdit.Impossible> lost = lostComment(replacement);
        if (lost.isPresent()) {
          return lost.get();
        }
      }
      OptionalInt template = template(syntax);
      if (template.isPresent()) {
        return impossible(
            template.getAsInt(), "this is a template, and what it will say is not known here");
      }
    }
    String edited = Replacement.apply(replacements, text);
    return says(edited, after) ? new TextEdit.Done(edited) : obstacle(syntax);
  }

  private static boolean says(String edited, JsonNode after) {
    try {
      Optional<YamlNode> syntax = YamlComposer.compose(edited);
      return syntax.isPresent() && YamlTree.read(syntax.get()).value().equals(after);
    } catch (UnreadableDocumentException _) {
      return false;
    }
  }

  private TextEdit.Impossible obstacle(YamlNode syntax) {
    if (obstacle != null) {
      return obstacle;
    }
    Optional<YamlNode> shared =
        anchored.keySet().stream()
            .filter(aliases::containsKey)
            .min(
                Comparator.comparingInt((YamlNode it) -> it.span().startLine())
                    .thenComparingInt(it -> it.span().startColumn()));
    if (shared.isPresent()) {
      return impossible(
          shared.get(),
          "the value behind this anchor is used again in line "
              + (firstAlias(shared.get()) + 1)
              + ", where it must not change");
    }
    return impossible(syntax, "this document is written in a way that cannot be edited in place");
  }

  private int firstAlias(YamlNode anchored) {
    YamlNode.Alias alias = aliases.get(anchored);
    return alias == null ? 0 : alias.span().startLine();
  }

  private static TextEdit.Impossible impossible(YamlNode node, String why) {
    return new TextEdit.Impossible(
        new Position(node.span().startLine() + 1, node.span().startColumn() + 1), why);
  }

  /// Notes what stands in the way; always false.
  private boolean refuse(YamlNode node, String why) {
    if (obstacle == null) {
      obstacle = impossible(node, why);
    }
    return false;
  }

  private Optional<TextEdit.Impossible> lostComment(Replacement replacement) {
    Matcher comment =
        COMMENT
            .matcher(text)
            .region(replacement.start(), replacement.end())
            .useTransparentBounds(true);
    return comment.find() ? Optional.of(lost(comment.start())) : Optional.empty();
  }

  private TextEdit.Impossible lost(int comment) {
    return impossible(comment, "a comment stands within the value that must change");
  }

  private TextEdit.Impossible impossible(int offset, String why) {
    int line = 0;
    while (line + 1 < lineStarts.size() && lineStarts.get(line + 1) <= offset) {
      line++;
    }
    int column = text.codePointCount(lineStarts.get(line), offset);
    return new TextEdit.Impossible(new Position(line + 1, column + 1), why);
  }

  /// Where a template decides about what must change, or about lines beside it.
  private OptionalInt template(YamlNode syntax) {
    if (!TEMPLATE.matcher(text).find()) {
      return OptionalInt.empty();
    }
    for (Replacement replacement : replacements) {
      Matcher within = TEMPLATE.matcher(text).region(replacement.start(), replacement.end());
      if (within.find()) {
        return OptionalInt.of(within.start());
      }
    }
    var outside = new StringBuilder(text);
    blank(syntax, outside);
    Matcher comment = TEMPLATE_OF_LINES.matcher(outside);
    return comment.find() ? OptionalInt.of(comment.start()) : OptionalInt.empty();
  }

  /// Puts blanks in the place of all keys and values.
  private void blank(YamlNode node, StringBuilder outside) {
    switch (node) {
      case YamlNode.Scalar _ -> {
        int end = contentEnd(node);
        for (int at = start(node); at < end; at++) {
          outside.setCharAt(at, ' ');
        }
      }
      case YamlNode.Alias _ -> {}
      case YamlNode.Sequence sequence -> sequence.elements().forEach(it -> blank(it, outside));
      case YamlNode.Mapping mapping ->
          mapping
              .members()
              .forEach(it -> {
                blank(it.key(), outside);
                blank(it.value(), outside);
              });
    }
  }

  /// Whether a comment in the lines below a member belongs to its value, which goes.
  private boolean losesComment(YamlNode.Member member) {
    if (copying == Copying.ALLOWED) {
      return false;
    }
    int column = member.key().span().startColumn();
    Optional<CommentLine> inner =
        CommentLine.below(text, contentEnd(member.value())).stream()
            .filter(it -> it.column() > column)
            .findFirst();
    if (inner.isPresent() && obstacle == null) {
      obstacle = lost(inner.get().start());
    }
    return inner.isPresent();
  }

  private void collectAliases(YamlNode node) {
    switch (node) {
      case YamlNode.Alias alias -> aliases.putIfAbsent(alias.target(), alias);
      case YamlNode.Mapping mapping ->
          mapping
              .members()
              .forEach(it -> {
                collectAliases(it.key());
                collectAliases(it.value());
              });
      case YamlNode.Sequence sequence -> sequence.elements().forEach(this::collectAliases);
      case YamlNode.Scalar _ -> {}
    }
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
          case YamlNode.Alias alias -> alias(alias, after);
          default -> false;
        };
    if (!edited) {
      replacements.subList(mark, replacements.size()).clear();
    } else if (node.anchored()) {
      anchored.put(node, after);
    }
    return edited;
  }

  /// Whether what the alias stands for has become the same already.
  private boolean alias(YamlNode.Alias alias, JsonNode after) {
    if (after.equals(anchored.get(alias.target()))) {
      return true;
    }
    return copying == Copying.FORBIDDEN
        && refuse(
            alias,
            "this alias stands for the value of line "
                + (alias.target().span().startLine() + 1)
                + ", and only one of the two must change");
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
        if (entry.getValue().equals(merged(mapping, name))) {
          continue;
        }
        if (before.has(name) && copying == Copying.FORBIDDEN) {
          return refuse(
              merge(mapping), name + " comes by this merge key and must change here only");
        }
        added.put(name, entry.getValue());
      } else if (!node(member.value(), old, entry.getValue())) {
        if (!replace(mapping, member, entry.getValue())) {
          return false;
        }
        if (member.value().anchored()) {
          anchored.put(member.value(), entry.getValue());
        }
      }
    }
    Set<String> gone = new LinkedHashSet<>();
    before.fieldNames().forEachRemaining(gone::add);
    gone.removeIf(after::has);
    for (String name : gone) {
      if (!remove(mapping, name, added)) {
        return false;
      }
    }
    return insert(mapping, gone, added);
  }

  /// What a merge key brings now that what it stands for has changed.
  private @Nullable JsonNode merged(YamlNode.Mapping mapping, String name) {
    for (YamlNode.Member member : mapping.members().reversed()) {
      if (YamlTree.isMerge(member.key())) {
        List<YamlNode> sources =
            member.value() instanceof YamlNode.Sequence sequence
                ? sequence.elements()
                : List.of(member.value());
        for (YamlNode source : sources) {
          JsonNode now =
              source instanceof YamlNode.Alias alias ? anchored.get(alias.target()) : null;
          if (now != null && now.has(name)) {
            return now.get(name);
          }
        }
      }
    }
    return null;
  }

  private static YamlNode merge(YamlNode.Mapping mapping) {
    return mapping.members().stream()
        .map(YamlNode.Member::key)
        .filter(YamlTree::isMerge)
        .findFirst()
        .orElse(mapping);
  }

  // The member that counts: the last one, unless a merge key below it says otherwise.
  private static YamlNode.@Nullable Member member(YamlNode.Mapping mapping, String name) {
    for (YamlNode.Member member : mapping.members().reversed()) {
      if (YamlTree.isMerge(member.key())) {
        if (holds(member.value(), name)) {
          return null;
        }
      } else if (member.key() instanceof YamlNode.Scalar key && key.text().equals(name)) {
        return member;
      }
    }
    return null;
  }

  private static boolean holds(YamlNode merged, String name) {
    return switch (merged) {
      case YamlNode.Alias alias -> holds(alias.target(), name);
      case YamlNode.Sequence sequence ->
          sequence.elements().stream().anyMatch(it -> holds(it, name));
      case YamlNode.Mapping mapping ->
          mapping.members().stream()
              .anyMatch(it ->
                  YamlTree.isMerge(it.key())
                      ? holds(it.value(), name)
                      : it.key() instanceof YamlNode.Scalar key && key.text().equals(name));
      case YamlNode.Scalar _ -> false;
    };
  }

  private boolean replace(YamlNode.Mapping mapping, YamlNode.Member member, JsonNode value) {
    YamlNode old = member.value();
    if (obstacle != null && copying == Copying.FORBIDDEN) {
      return false;
    }
    if (old.tag().isPresent()) {
      return refuse(old, "the tag of this value says what it is, and it must change");
    }
    int start = start(old) + properties(old);
    int end = contentEnd(old);
    boolean inline = inline(old);
    boolean empty = start == end;
    if (mapping.flow() || (inline && (value.isValueNode() || value.isEmpty()))) {
      replacements.add(new Replacement(start, end, (empty ? " " : "") + written(value, old)));
      return true;
    }
    if (old.anchored() && !inline) {
      return refuse(old, "the value behind this anchor must become another");
    }
    if (!inline && losesComment(member)) {
      return false;
    }
    Span key = member.key().span();
    int colon = text.indexOf(':', end(member.key())) + 1;
    if (value.isValueNode() || value.isEmpty()) {
      replacements.add(new Replacement(colon, end, " " + flow(value)));
      return true;
    }
    if (!inline) {
      int column = old.span().startColumn();
      replacements.add(
          new Replacement(start, end, indented(YamlWriter.write(value, indentation), column, end)));
      return true;
    }
    int below = behindComments(end, key.startColumn() + 1);
    if (key.startLine() != old.span().endLine()) {
      String block = flow(value);
      if (!empty && alone(old, start, end, below) && key.startColumn() < column(old)) {
        block = indented(YamlWriter.write(value, indentation), column(old), end);
      }
      replacements.add(new Replacement(start, end, (empty ? " " : "") + block));
      return true;
    }
    // A block goes below the line and the comments of the value that was, so that they stay.
    String block = indented(YamlWriter.member("k", value, indentation), key.startColumn(), below);
    String anchor = text.substring(colon, start).stripTrailing();
    replacements.add(new Replacement(colon, end, anchor));
    replacements.add(new Replacement(below, below, block.substring("k:".length())));
    return true;
  }

  /// Whether a value has a line for itself, and no comments behind or below it.
  private boolean alone(YamlNode value, int start, int end, int below) {
    int line = value.span().endLine();
    return line == value.span().startLine()
        && text.substring(lineStarts.get(line), start).isBlank()
        && text.substring(end, below).isBlank();
  }

  private static int column(YamlNode node) {
    return node.span().startColumn();
  }

  // On its own in a line: a word, or a list or mapping within brackets.
  private static boolean inline(YamlNode node) {
    return switch (node) {
      case YamlNode.Scalar scalar -> scalar.style() == YamlNode.Style.INLINE;
      case YamlNode.Mapping mapping -> mapping.flow();
      case YamlNode.Sequence sequence -> sequence.flow();
      case YamlNode.Alias _ -> true;
    };
  }

  /// The length of the anchor before a value.
  private int properties(YamlNode node) {
    Matcher matcher = PROPERTIES.matcher(text).region(start(node), end(node));
    return node.anchored() && matcher.lookingAt() ? matcher.end() - matcher.start() : 0;
  }

  /// A value within one line, quoted as the one before it was.
  private String written(JsonNode value, YamlNode old) {
    int start = start(old) + properties(old);
    char first = start < end(old) ? text.charAt(start) : ' ';
    if (!value.isTextual()) {
      return flow(value);
    }
    return switch (first) {
      case '\'' -> "'" + value.textValue().replace("'", "''") + "'";
      case '"' -> value.toString();
      default -> flow(value.textValue());
    };
  }

  private boolean remove(YamlNode.Mapping mapping, String name, Map<String, JsonNode> added) {
    YamlNode.Member member = member(mapping, name);
    if (member == null) {
      return refuse(merge(mapping), name + " comes by this merge key and must go");
    }
    int size = mapping.members().size();
    if (size == 1) {
      return exchange(mapping, member, added);
    }
    int key = start(member.key());
    int end = contentEnd(member.value());
    int index = mapping.members().indexOf(member);
    int lineStart = lineStarts.get(member.key().span().startLine());
    if (!mapping.flow() && losesComment(member)) {
      return false;
    }
    if (!mapping.flow() && text.substring(lineStart, key).isBlank()) {
      int lineEnd = lineEnd(end);
      boolean commented = text.substring(end, lineEnd).strip().startsWith("#");
      replacements.add(
          commented
              ? new Replacement(key, text.indexOf('#', end), "")
              : new Replacement(lineStart, nextLine(lineEnd), ""));
      return true;
    }
    if (index + 1 < size) {
      // The next one moves up, behind a list element's dash or within the brackets.
      replacements.add(new Replacement(key, start(mapping.members().get(index + 1).key()), ""));
      return true;
    }
    if (mapping.flow()) {
      int before = contentEnd(mapping.members().get(index - 1).value());
      replacements.add(new Replacement(before, end, ""));
      return true;
    }
    return false;
  }

  /// Puts others in the place of the only member.
  private boolean exchange(
      YamlNode.Mapping mapping, YamlNode.Member member, Map<String, JsonNode> added) {
    if (added.isEmpty() || (!mapping.flow() && losesComment(member))) {
      return false;
    }
    int start = start(member.key());
    int end = contentEnd(member.value());
    String members =
        mapping.flow() ? flowMembers(added) : block(added, member.key().span().startColumn(), end);
    replacements.add(new Replacement(start, end, members));
    added.clear();
    return true;
  }

  /// @param gone the members behind which nothing can stand
  private boolean insert(
      YamlNode.Mapping mapping, Set<String> gone, Map<String, JsonNode> members) {
    if (members.isEmpty()) {
      return true;
    }
    if (mapping.flow()) {
      int end = contentEnd(mapping.members().getLast().value());
      replacements.add(new Replacement(end, end, ", " + flowMembers(members)));
      return true;
    }
    int first = start(mapping.members().getFirst().key());
    int column = mapping.members().getFirst().key().span().startColumn();
    String margin = " ".repeat(column);
    OptionalInt place = place(mapping, gone);
    if (place.isPresent()) {
      int end = place.getAsInt();
      String block = lineBreak(end) + margin + block(members, column, end);
      replacements.add(new Replacement(end, end, block));
      return true;
    }
    int lineStart = lineStarts.get(mapping.members().getFirst().key().span().startLine());
    if (!text.substring(lineStart, first).isBlank()) {
      return refuse(mapping, "what follows the last field here would become part of its text");
    }
    String block = block(members, column, first) + lineBreak(first) + margin;
    replacements.add(new Replacement(first, first, block));
    return true;
  }

  /// Where in a mapping of lines further members can stand.
  private OptionalInt place(YamlNode.Mapping mapping, Set<String> gone) {
    int column = column(mapping.members().getFirst().key());
    int last = mapping.members().size() - 1;
    OptionalInt second = OptionalInt.empty();
    for (int i = last; i >= 0; i--) {
      YamlNode.Member member = mapping.members().get(i);
      boolean goes = member.key() instanceof YamlNode.Scalar key && gone.contains(key.text());
      if (goes || !canBeFollowed(member.value())) {
        continue;
      }
      int end = contentEnd(member.value());
      if (i == last) {
        return OptionalInt.of(behindComments(end, column));
      }
      // A comment right above the next field may be about that one or about what is above.
      OptionalInt place = OptionalInt.of(behindComments(end, column + 1));
      if (CommentLine.below(text, end).stream().noneMatch(it -> it.column() == column)) {
        return place;
      }
      second = second.isPresent() ? second : place;
    }
    return second;
  }

  // The blank lines that end a block scalar may belong to it, and so may the end of the file.
  private boolean canBeFollowed(YamlNode node) {
    return switch (node) {
      case YamlNode.Mapping mapping when !mapping.flow() ->
          canBeFollowed(mapping.members().getLast().value());
      case YamlNode.Sequence sequence when !sequence.flow() ->
          canBeFollowed(sequence.elements().getLast());
      case YamlNode.Scalar scalar when scalar.style() == YamlNode.Style.BLOCK -> {
        Matcher header = BLOCK_HEADER.matcher(text).region(start(scalar), end(scalar));
        String indicators = header.lookingAt() ? header.group(1) : "+";
        String rest = text.substring(contentEnd(scalar), end(scalar));
        if (indicators.contains("+")) {
          yield ONE_LINE_BREAK.matcher(rest).matches();
        }
        yield LINE_BREAKS.matcher(rest).matches() && (indicators.contains("-") || !rest.isEmpty());
      }
      default -> true;
    };
  }

  /// The end of the line, or of the last comment below it that belongs to what the line ends: one
  /// that stands at a column or further right.
  private int behindComments(int offset, int column) {
    int end = lineEnd(offset);
    boolean within = true;
    for (CommentLine comment : CommentLine.below(text, offset)) {
      within &= Math.max(comment.column(), comment.depth()) >= column;
      if (within || comment.column() >= column) {
        end = comment.end();
      }
    }
    return end;
  }

  private String block(Map<String, JsonNode> members, int column, int offset) {
    var lines = new ArrayList<String>();
    members.forEach((name, value) ->
        lines.add(indented(YamlWriter.member(name, value, indentation), column, offset)));
    return String.join(lineBreak(offset) + " ".repeat(column), lines);
  }

  // The first line stands where it is put; the last is not ended.
  private String indented(String block, int column, int offset) {
    String margin = " ".repeat(column);
    return block
        .stripTrailing()
        .replaceAll("\n(?=.)", "\n" + margin)
        .replace("\n", lineBreak(offset));
  }

  /// How the line at an offset ends, or the one before it where it does not.
  private String lineBreak(int offset) {
    int end = lineEnd(offset);
    if (end == text.length() && lineStarts.getLast() > 0) {
      end = lineEnd(lineStarts.get(lineStarts.size() - 2));
    }
    return end < text.length() ? text.substring(end, nextLine(end)) : "\n";
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
    int end = offset;
    while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
      end++;
    }
    return end;
  }

  /// Where the line behind a line's end begins.
  private int nextLine(int lineEnd) {
    return Math.min(text.length(), lineEnd + (text.startsWith("\r\n", lineEnd) ? 2 : 1));
  }

  private static String flowMembers(Map<String, JsonNode> members) {
    var written = new ArrayList<String>();
    members.forEach((name, value) -> written.add(flow(name) + ": " + flow(value)));
    return String.join(", ", written);
  }

  private static String flow(JsonNode value) {
    if (value.isObject()) {
      var members = new LinkedHashMap<String, JsonNode>();
      value.properties().forEach(it -> members.put(it.getKey(), it.getValue()));
      return "{" + flowMembers(members) + "}";
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
