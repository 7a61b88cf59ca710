package dev.gapless.manifest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Changes a JSON text where its tree changes and nowhere else, so that the way in which numbers,
/// strings and the rest are written survives.
final class JsonEditor {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final Pattern FIRST_INDENT = Pattern.compile("[{\\[][ \t]*\r?\n([ \t]+)");
  private static final String USUAL_INDENT = "  ";

  private final String text;
  private final String lineBreak;
  private final String indent;
  private final List<Replacement> replacements = new ArrayList<>();

  private JsonEditor(String text) {
    this.text = text;
    this.lineBreak = text.contains("\r\n") ? "\r\n" : "\n";
    this.indent = indent(text);
  }

  /// Where a value stands; the end is exclusive.
  ///
  /// @param members of an object, else empty
  /// @param elements of a list, else empty
  private record Span(int start, int end, List<Member> members, List<Span> elements) {}

  /// @param start where the name stands
  private record Member(String name, int start, Span value) {}

  /// How a value is written.
  ///
  /// @param margin what stands before it on its line; empty to keep it on one line
  /// @param space what follows a colon
  private record Form(Optional<String> margin, String space) {}

  /// The text of one value whose tree becomes another.
  static String edit(String text, JsonNode before, JsonNode after) {
    var editor = new JsonEditor(text);
    editor.node(read(text), before, after, new Form(Optional.of(""), " "));
    return Replacement.apply(editor.replacements, text);
  }

  private static String indent(String text) {
    Matcher matcher = FIRST_INDENT.matcher(text);
    if (!matcher.find()) {
      return USUAL_INDENT;
    }
    int line = text.lastIndexOf('\n', matcher.start()) + 1;
    int outer = line;
    while (text.charAt(outer) == ' ' || text.charAt(outer) == '\t') {
      outer++;
    }
    String inner = matcher.group(1);
    String margin = text.substring(line, outer);
    boolean deeper = inner.startsWith(margin) && inner.length() > margin.length();
    return deeper ? inner.substring(margin.length()) : USUAL_INDENT;
  }

  private static Span read(String text) {
    try (JsonParser parser = FACTORY.createParser(text)) {
      parser.nextToken();
      return span(parser);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read JSON a second time", e);
    }
  }

  private static Span span(JsonParser parser) throws IOException {
    int start = start(parser);
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        var members = new ArrayList<Member>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          int nameStart = start(parser);
          parser.nextToken();
          members.add(new Member(name, nameStart, span(parser)));
        }
        yield new Span(start, start(parser) + 1, members, List.of());
      }
      case START_ARRAY -> {
        var elements = new ArrayList<Span>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          elements.add(span(parser));
        }
        yield new Span(start, start(parser) + 1, List.of(), elements);
      }
      default -> {
        // Reads a string to its end, which is not where its length would put it: escapes.
        int length = parser.getTextLength();
        int end =
            parser.currentToken() == JsonToken.VALUE_STRING
                ? (int) parser.currentLocation().getCharOffset()
                : start + length;
        yield new Span(start, end, List.of(), List.of());
      }
    };
  }

  private static int start(JsonParser parser) {
    return (int) parser.currentTokenLocation().getCharOffset();
  }

  private void node(Span span, JsonNode before, JsonNode after, Form form) {
    if (before.equals(after)) {
      return;
    }
    if (before.isArray() && after.isArray() && before.size() == after.size()) {
      for (int i = 0; i < before.size(); i++) {
        node(
            span.elements().get(i),
            before.path(i),
            after.path(i),
            new Form(Optional.empty(), form.space()));
      }
      return;
    }
    boolean anyStays = span.members().stream().anyMatch(it -> after.has(it.name()));
    if (after.isObject() && anyStays) {
      members(span, before, after);
      return;
    }
    replacements.add(new Replacement(span.start(), span.end(), written(after, form)));
  }

  private void members(Span span, JsonNode before, JsonNode after) {
    List<Member> members = span.members();
    String separator = separator(span);
    int lineBreakAt = separator.lastIndexOf('\n');
    Member last = members.getLast();
    var form =
        new Form(
            lineBreakAt < 0 ? Optional.empty() : Optional.of(separator.substring(lineBreakAt + 1)),
            space(last));
    // Of several of one name the last counts.
    Map<String, Member> effective = new LinkedHashMap<>();
    members.forEach(it -> effective.put(it.name(), it));
    effective.forEach((name, member) -> {
      if (after.has(name)) {
        node(member.value(), before.path(name), after.path(name), form);
      }
    });
    int lastKept = members.size() - 1;
    while (!after.has(members.get(lastKept).name())) {
      lastKept--;
    }
    for (int i = 0; i < lastKept; i++) {
      if (!after.has(members.get(i).name())) {
        int next = members.get(i + 1).start();
        replacements.add(new Replacement(members.get(i).start(), next, ""));
      }
    }
    var added = new StringBuilder();
    after.properties().stream()
        .filter(it -> !before.has(it.getKey()))
        .forEach(it -> added.append(separator).append(member(it, form)));
    replacements.add(
        new Replacement(members.get(lastKept).value().end(), last.value().end(), added.toString()));
  }

  /// What stands between two members of an object.
  private String separator(Span object) {
    List<Member> members = object.members();
    if (members.size() > 1) {
      int end = members.get(members.size() - 2).value().end();
      return text.substring(end, members.getLast().start());
    }
    Member only = members.getFirst();
    String before = text.substring(object.start() + 1, only.start());
    return "," + (before.contains("\n") ? before : space(only));
  }

  private String space(Member member) {
    int value = member.value().start();
    String space = text.substring(text.lastIndexOf(':', value - 1) + 1, value);
    return space.contains("\n") ? " " : space;
  }

  private String member(Map.Entry<String, JsonNode> member, Form form) {
    String name = TextNode.valueOf(member.getKey()).toString();
    return name + ":" + form.space() + written(member.getValue(), form);
  }

  private String written(JsonNode value, Form form) {
    if (value.isEmpty()) {
      return value.toString();
    }
    var inner = new Form(form.margin().map(it -> it + indent), form.space());
    String before = inner.margin().map(it -> lineBreak + it).orElse("");
    String after = form.margin().map(it -> lineBreak + it).orElse("");
    String separator = "," + (before.isEmpty() ? form.space() : before);
    if (value.isObject()) {
      return value.properties().stream()
          .map(it -> member(it, inner))
          .collect(Collectors.joining(separator, "{" + before, after + "}"));
    }
    return value
        .valueStream()
        .map(it -> written(it, inner))
        .collect(Collectors.joining(separator, "[" + before, after + "]"));
  }
}
