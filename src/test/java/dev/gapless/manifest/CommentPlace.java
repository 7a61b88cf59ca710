package dev.gapless.manifest;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a comment on a line of its own stands under, found out by columns and by nothing of the
/// code that edits.
///
/// @param within the keys and dashes above it that begin further left
/// @param under the same with one that begins at its very column
/// @param heads whether the next line that is no comment is a key at its column: then it may be
///   about that one
public record CommentPlace(String comment, List<String> within, List<String> under, boolean heads) {
  private static final Pattern DASHES = Pattern.compile("\uFEFF?[ ]*(?:-[ \t]+|-$)*");
  private static final Pattern KEY =
      Pattern.compile(
          "(?:[&!]\\S+[ \t]+)*(\"[^\"]*\"|'[^']*'|[^\\s#:\\[{-][^:#]*?)[ \t]*:(?:\\s|$)");

  /// A key or a dash that is still open.
  private record Open(int column, String name) {}

  /// The places of a text's comments, and every path in it.
  public record Places(List<CommentPlace> places, Set<List<String>> paths) {

    /// Says what has come to stand elsewhere than before; empty where nothing has.
    public List<String> moved(Places after) {
      if (places.size() != after.places.size()) {
        return List.of(places.size() + " comments became " + after.places.size());
      }
      var moved = new ArrayList<String>();
      for (int i = 0; i < places.size(); i++) {
        CommentPlace before = places.get(i);
        CommentPlace now = after.places.get(i);
        boolean bySibling = !before.heads && after.paths.contains(before.under);
        List<String> wanted = bySibling ? before.under : before.within;
        List<String> found = bySibling ? now.under : now.within;
        if (!before.comment.equals(now.comment) || !wanted.equals(found)) {
          moved.add(before.comment + " stood under " + wanted + ", now " + found);
        }
      }
      return moved;
    }
  }

  /// Where the comments of a file of YAML stand.
  public static Places of(String text) {
    var places = new ArrayList<CommentPlace>();
    var paths = new HashSet<List<String>>();
    int document = 0;
    for (ManifestPart part : ManifestParser.parse("f.yaml", text).parts()) {
      if (part instanceof ManifestPart.Document) {
        document(part.text(), "document " + document++, places, paths);
      }
    }
    return new Places(places, paths);
  }

  private static void document(
      String text, String name, List<CommentPlace> places, Set<List<String>> paths) {
    String[] lines = text.split("\r?\n", -1);
    Set<Integer> prose = new HashSet<>();
    Set<Integer> brackets = new HashSet<>();
    try {
      collect(YamlComposer.compose(text).orElseThrow(), prose, brackets);
    } catch (UnreadableDocumentException e) {
      throw new AssertionError(text, e);
    }
    var open = new ArrayList<Open>();
    open.add(new Open(-1, name));
    for (int i = 0; i < lines.length; i++) {
      String stripped = lines[i].strip();
      if (prose.contains(i) || stripped.isEmpty()) {
        continue;
      }
      if (stripped.startsWith("#")) {
        int column = lines[i].indexOf('#');
        places.add(
            new CommentPlace(
                stripped,
                path(open, column),
                path(open, column + 1),
                nextKey(lines, i, prose) == column));
      } else if (!brackets.contains(i)) {
        open(lines[i], open, paths);
      }
    }
  }

  private static List<String> path(List<Open> open, int end) {
    return open.stream().filter(it -> it.column() < end).map(Open::name).toList();
  }

  private static int nextKey(String[] lines, int from, Set<Integer> prose) {
    for (int i = from + 1; i < lines.length; i++) {
      String stripped = lines[i].strip();
      if (!stripped.isEmpty() && (prose.contains(i) || !stripped.startsWith("#"))) {
        return stripped.startsWith("-") ? -1 : lines[i].indexOf(stripped);
      }
    }
    return -1;
  }

  private static void open(String line, List<Open> open, Set<List<String>> paths) {
    Matcher dashes = DASHES.matcher(line);
    int behind = dashes.lookingAt() ? dashes.end() : 0;
    for (int at = line.indexOf('-'); at >= 0 && at < behind; at = line.indexOf('-', at + 1)) {
      int column = at;
      open.removeIf(it -> it.column() > column);
      int index = 0;
      if (open.getLast().column() == column && open.getLast().name().startsWith("[")) {
        index = 1 + Integer.parseInt(open.removeLast().name().substring(1));
      }
      open.add(new Open(column, "[" + index));
      paths.add(path(open, Integer.MAX_VALUE));
    }
    Matcher key = KEY.matcher(line).region(behind, line.length());
    if (key.lookingAt()) {
      open.removeIf(it -> it.column() >= behind);
      open.add(new Open(behind, key.group(1)));
      paths.add(path(open, Integer.MAX_VALUE));
    }
  }

  /// Collects the lines on which no key of a block begins.
  private static void collect(YamlNode node, Set<Integer> prose, Set<Integer> brackets) {
    switch (node) {
      case YamlNode.Scalar scalar -> add(scalar.span(), prose);
      case YamlNode.Alias _ -> {}
      case YamlNode.Sequence sequence -> {
        if (sequence.flow()) {
          add(sequence.span(), brackets);
        }
        sequence.elements().forEach(it -> collect(it, prose, brackets));
      }
      case YamlNode.Mapping mapping -> {
        if (mapping.flow()) {
          add(mapping.span(), brackets);
        }
        mapping
            .members()
            .forEach(it -> {
              collect(it.key(), prose, brackets);
              collect(it.value(), prose, brackets);
            });
      }
    }
  }

  private static void add(YamlNode.Span span, Set<Integer> lines) {
    int end = span.endColumn() == 0 ? span.endLine() - 1 : span.endLine();
    for (int line = span.startLine() + 1; line <= end; line++) {
      lines.add(line);
    }
  }
}
