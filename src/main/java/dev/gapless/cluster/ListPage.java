package dev.gapless.cluster;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;

/// What a page of a list says beside its objects, of which never more than one is in memory.
///
/// @param next where the next page goes on; empty where this is the last
/// @param version from which changes of what was listed can be watched
record ListPage(String next, String version) {

  /// Reads a page to its very end: a connection with something left in it cannot be used again.
  ///
  /// @param receiver takes the objects, one after the other
  static ListPage read(
      JsonMapper json, InputStream body, ApiResource resource, ApiLists.Receiver receiver)
      throws IOException {
    var page = new ListPage("", "");
    try (JsonParser parser = json.createParser(body)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("the answer is no list");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        if (name.equals("metadata")) {
          JsonNode metadata = json.readTree(parser);
          page =
              new ListPage(
                  metadata.path("continue").asText(""),
                  metadata.path("resourceVersion").asText(""));
          receiver.remaining(metadata.path("remainingItemCount").asLong());
        } else if (name.equals("items") && value == JsonToken.START_ARRAY) {
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (json.readTree(parser) instanceof ObjectNode object) {
              // The items of a typed list do not say what they are.
              object.put("apiVersion", resource.apiVersion()).put("kind", resource.kind());
              receiver.object(object);
            }
          }
        } else {
          parser.skipChildren();
        }
      }
      parser.nextToken();
    }
    return page;
  }
}
