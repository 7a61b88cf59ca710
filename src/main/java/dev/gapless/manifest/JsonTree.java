package dev.gapless.manifest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.regex.Pattern;

/// Reads a stream of JSON values with the place of every part.
final class JsonTree {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  // Where a list began, by a line that is not the file's, and with advice for programmers.
  private static final Pattern START_MARKER = Pattern.compile(" \\(start marker at \\[.*?\\]\\)");

  private final JsonParser parser;

  private JsonTree(JsonParser parser) {
    this.parser = parser;
  }

  /// One value of a stream.
  ///
  /// @param end the offset in the text just behind it
  record Value(Located root, int end) {}

  /// All values of a text, one after the other.
  static List<Value> read(String text) throws UnreadableDocumentException {
    var values = new ArrayList<Value>();
    try (JsonParser parser = FACTORY.createParser(text)) {
      var reader = new JsonTree(parser);
      while (parser.nextToken() != null) {
        Located root = reader.value(0);
        values.add(new Value(root, (int) parser.currentLocation().getCharOffset()));
      }
      return values;
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      throw new UnreadableDocumentException(
          at == null ? Position.START : position(at),
          START_MARKER.matcher(e.getOriginalMessage()).replaceAll(""),
          e);
    } catch (IOException e) {
      throw new UnreadableDocumentException(Position.START, String.valueOf(e.getMessage()), e);
    }
  }

  private Located value(int depth) throws IOException, UnreadableDocumentException {
    Position position = position(parser.currentTokenLocation());
    if (depth > YamlComposer.MAX_DEPTH) {
      throw new UnreadableDocumentException(
          position, "is nested deeper than " + YamlComposer.MAX_DEPTH + " levels");
    }
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(position, depth);
      case START_ARRAY -> array(position, depth);
      case VALUE_STRING -> Located.leaf(TextNode.valueOf(parser.getText()), position);
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> Located.leaf(number(position), position);
      case VALUE_TRUE -> Located.leaf(BooleanNode.TRUE, position);
      case VALUE_FALSE -> Located.leaf(BooleanNode.FALSE, position);
      default -> Located.leaf(NullNode.getInstance(), position);
    };
  }

  private Located object(Position position, int depth)
      throws IOException, UnreadableDocumentException {
    var members = new LinkedHashMap<String, Located>();
    var repeated = new LinkedHashMap<String, Position>();
    ObjectNode value = NODES.objectNode();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      Position key = position(parser.currentTokenLocation());
      parser.nextToken();
      Located member = value(depth + 1).at(key);
      if (members.put(name, member) != null) {
        repeated.putIfAbsent(name, key);
      }
      value.set(name, member.value());
    }
    return Located.object(value, position, members, repeated);
  }

  private Located array(Position position, int depth)
      throws IOException, UnreadableDocumentException {
    var elements = new ArrayList<Located>();
    ArrayNode value = NODES.arrayNode();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      Located element = value(depth + 1);
      elements.add(element);
      value.add(element.value());
    }
    return Located.list(value, position, elements);
  }

  private JsonNode number(Position position) throws IOException, UnreadableDocumentException {
    JsonNode number = YamlWords.number(parser.getDecimalValue());
    if (Double.isInfinite(number.doubleValue())) {
      throw new UnreadableDocumentException(
          position, "Kubernetes has no number " + parser.getText());
    }
    return number;
  }

  private static Position position(JsonLocation at) {
    return new Position(Math.max(1, at.getLineNr()), Math.max(1, at.getColumnNr()));
  }
}
