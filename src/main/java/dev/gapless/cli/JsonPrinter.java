package dev.gapless.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.function.Function;

/// Prints a large JSON document bit by bit, so that it never is in memory as a whole.
final class JsonPrinter {
  private static final JsonMapper MAPPER = new JsonMapper();

  private final JsonGenerator json;

  private JsonPrinter(JsonGenerator json) {
    this.json = json;
  }

  /// What is to be printed.
  interface Content {
    void printTo(JsonPrinter json) throws IOException;
  }

  static void print(PrintStream out, Content content) {
    // Through a writer: it turns half a surrogate pair into a question mark, where the generator's
    // own UTF-8 would fail.
    var writer = new OutputStreamWriter(out, StandardCharsets.UTF_8);
    try (JsonGenerator json = MAPPER.createGenerator(writer)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.useDefaultPrettyPrinter();
      content.printTo(new JsonPrinter(json));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the report", e);
    }
    out.println();
  }

  void beginObject() throws IOException {
    json.writeStartObject();
  }

  void endObject() throws IOException {
    json.writeEndObject();
  }

  void name(String name) throws IOException {
    json.writeFieldName(name);
  }

  void beginList() throws IOException {
    json.writeStartArray();
  }

  void endList() throws IOException {
    json.writeEndArray();
  }

  /// All members of an object that is small.
  void members(ObjectNode node) throws IOException {
    for (var member : node.properties()) {
      json.writeFieldName(member.getKey());
      json.writeTree(member.getValue());
    }
  }

  /// A list, of which one element at a time is in memory.
  <T> void list(Collection<T> items, Function<T, ObjectNode> element) throws IOException {
    beginList();
    for (T item : items) {
      json.writeTree(element.apply(item));
    }
    endList();
  }
}
