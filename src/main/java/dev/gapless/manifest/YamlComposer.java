package dev.gapless.manifest;

import dev.gapless.manifest.YamlNode.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Builds the syntax of one document from the parser's events.
///
/// The library's own composer recurses without a bound and loses where an alias stood.
final class YamlComposer {
  /// No manifest comes near; the recursion over it fits the smallest stack in use.
  static final int MAX_DEPTH = 200;

  // Each costs another reading of the document: as many as one of 3 MiB may have, which is the most
  // that an API server takes.
  private static final int MAX_TABS = 100;
  private static final long MAX_READ_AGAIN = MAX_TABS * 3L * 1024 * 1024;

  private final Iterator<Event> events;
  private final Map<String, YamlNode> anchors = new HashMap<>();
  private final Set<String> open = new HashSet<>();

  private YamlComposer(Iterator<Event> events) {
    this.events = events;
  }

  /// Reads the text of one document.
  ///
  /// @return empty when the text holds nothing but comments
  static Optional<YamlNode> compose(String text) throws UnreadableDocumentException {
    refuseDirectives(text);
    LoadSettings settings = settings(text);
    String readable = text;
    for (int mended = 0; ; mended++) {
      try {
        return new YamlComposer(new Parse(settings).parseString(readable).iterator()).document();
      } catch (MarkedYamlEngineException e) {
        boolean again = mended < MAX_TABS && (long) mended * text.length() < MAX_READ_AGAIN;
        Optional<String> next = again ? withoutTab(readable, e) : Optional.empty();
        if (next.isEmpty()) {
          throw new UnreadableDocumentException(
              position(e, readable), YamlMistake.in(readable, e), e);
        }
        readable = next.get();
      } catch (ReaderException e) {
        throw new UnreadableDocumentException(
            positionOf(text, e.getPosition()),
            "the character U+%04X is not allowed in YAML".formatted(e.getCodePoint()),
            e);
      } catch (YamlEngineException e) {
        throw new UnreadableDocumentException(Position.START, String.valueOf(e.getMessage()), e);
      }
    }
  }

  // kubectl cuts them off the document that they are meant for:
  // https://github.com/kubernetes/kubernetes/issues/135998
  private static void refuseDirectives(String text) throws UnreadableDocumentException {
    int line = 1;
    for (int at = 0; at < text.length(); line++) {
      int end = text.indexOf('\n', at);
      String content = (end < 0 ? text.substring(at) : text.substring(at, end)).stripLeading();
      if (text.charAt(at) == '%') {
        throw new UnreadableDocumentException(
            new Position(line, 1), "kubectl reads no directive such as %YAML: leave the line out");
      }
      if (end < 0 || !(content.isEmpty() || content.startsWith("#"))) {
        return;
      }
      at = end + 1;
    }
  }

  // The whole text at once: read in pieces, a long scalar is copied for every further piece, and a
  // surrogate pair at the end of one is an error (snakeyaml-engine 3.0.1).
  private static LoadSettings settings(String text) {
    return LoadSettings.builder()
        .setCodePointLimit(Integer.MAX_VALUE)
        .setBufferSize(text.length() + 1)
        .build();
  }

  /// The text with a space for the tab on which the parser stopped.
  ///
  /// kubectl takes a tab behind a colon for a space and this parser does not; a tab that indents is
  /// an error to both.
  private static Optional<String> withoutTab(String text, MarkedYamlEngineException e) {
    if (e.getProblemMark().isEmpty()) {
      return Optional.empty();
    }
    int at = text.offsetByCodePoints(0, e.getProblemMark().get().getIndex());
    int lineStart = text.lastIndexOf('\n', at - 1) + 1;
    boolean separates =
        at < text.length() && text.charAt(at) == '\t' && !text.substring(lineStart, at).isBlank();
    return separates
        ? Optional.of(text.substring(0, at) + " " + text.substring(at + 1))
        : Optional.empty();
  }

  private Optional<YamlNode> document() throws UnreadableDocumentException {
    events.next();
    if (events.next().getEventId() == Event.ID.StreamEnd) {
      return Optional.empty();
    }
    YamlNode root = node(events.next(), 0);
    events.next();
    Event after = events.next();
    if (after.getEventId() != Event.ID.StreamEnd) {
      throw new UnreadableDocumentException(
          start(after), "a further document must begin with --- on a line of its own");
    }
    return Optional.of(root);
  }

  private YamlNode node(Event event, int depth) throws UnreadableDocumentException {
    if (depth > MAX_DEPTH) {
      throw new UnreadableDocumentException(
          start(event), "is nested deeper than " + MAX_DEPTH + " levels");
    }
    if (event instanceof AliasEvent alias) {
      return alias(alias);
    }
    Optional<String> anchor =
        event instanceof NodeEvent node
            ? node.getAnchor().map(it -> it.getValue())
            : Optional.empty();
    anchor.ifPresent(open::add);
    YamlNode node =
        switch (event) {
          case ScalarEvent scalar -> scalar(scalar);
          case MappingStartEvent mapping -> mapping(mapping, depth);
          case SequenceStartEvent sequence -> sequence(sequence, depth);
          default -> throw new UnreadableDocumentException(start(event), "a value must stand here");
        };
    anchor.ifPresent(name -> {
      open.remove(name);
      anchors.put(name, node);
    });
    return node;
  }

  private YamlNode alias(AliasEvent event) throws UnreadableDocumentException {
    String name = event.getAlias().getValue();
    if (open.contains(name)) {
      throw new UnreadableDocumentException(start(event), "anchor \"" + name + "\" holds itself");
    }
    YamlNode target = anchors.get(name);
    if (target == null) {
      throw new UnreadableDocumentException(start(event), "there is no anchor \"" + name + "\"");
    }
    return new YamlNode.Alias(span(event, event), target);
  }

  private static YamlNode scalar(ScalarEvent event) {
    return new YamlNode.Scalar(
        span(event, event),
        event.getTag(),
        event.getAnchor().isPresent(),
        event.getValue(),
        event.isPlain() && event.getImplicit().canOmitTagInPlainScalar(),
        event.isLiteral() || event.isFolded() ? YamlNode.Style.BLOCK : YamlNode.Style.INLINE);
  }

  private YamlNode mapping(MappingStartEvent start, int depth) throws UnreadableDocumentException {
    var members = new ArrayList<YamlNode.Member>();
    Event event = events.next();
    while (event.getEventId() != Event.ID.MappingEnd) {
      YamlNode key = node(event, depth + 1);
      members.add(new YamlNode.Member(key, node(events.next(), depth + 1)));
      event = events.next();
    }
    return new YamlNode.Mapping(
        span(start, event), start.getTag(), start.getAnchor().isPresent(), start.isFlow(), members);
  }

  private YamlNode sequence(SequenceStartEvent start, int depth)
      throws UnreadableDocumentException {
    var elements = new ArrayList<YamlNode>();
    Event event = events.next();
    while (event.getEventId() != Event.ID.SequenceEnd) {
      elements.add(node(event, depth + 1));
      event = events.next();
    }
    return new YamlNode.Sequence(
        span(start, event),
        start.getTag(),
        start.getAnchor().isPresent(),
        start.isFlow(),
        elements);
  }

  private static Span span(Event first, Event last) {
    Mark start = first.getStartMark().orElseThrow();
    Mark end = last.getEndMark().orElseThrow();
    return new Span(start.getLine(), start.getColumn(), end.getLine(), end.getColumn());
  }

  private static Position start(Event event) {
    return event.getStartMark().map(YamlComposer::position).orElse(Position.START);
  }

  private static Position position(Mark mark) {
    return new Position(mark.getLine() + 1, mark.getColumn() + 1);
  }

  // What never ends, or lacks its colon, is to be found where it begins.
  private static Position position(MarkedYamlEngineException e, String text) {
    int length = text.codePointCount(0, text.length());
    return e.getProblemMark()
        .filter(mark -> mark.getIndex() < length)
        .filter(_ -> !YamlMistake.WITHOUT_COLON.equals(e.getProblem()))
        .or(e::getContextMark)
        .or(e::getProblemMark)
        .map(YamlComposer::position)
        .orElse(Position.START);
  }

  private static Position positionOf(String text, int index) {
    String before =
        text.substring(
            0, text.offsetByCodePoints(0, Math.min(index, text.codePointCount(0, text.length()))));
    int lineStart = before.lastIndexOf('\n') + 1;
    return new Position(
        1 + (int) before.chars().filter(c -> c == '\n').count(),
        1 + before.codePointCount(lineStart, before.length()));
  }
}
