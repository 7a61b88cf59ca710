package dev.gapless.manifest;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Writes a document again after its objects were patched: in place where that is possible.
public final class DocumentRewrite {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Pattern FIRST_INDENT = Pattern.compile("[{\\[]\\s*?\r?\n([ \t]+)");
  private static final Pattern HEAD = Pattern.compile("(?:[ \t]*(?:#[^\n]*)?\r?\n)*");

  private DocumentRewrite() {}

  /// The document's text with RFC 6902 operations applied to its objects.
  ///
  /// @param patches by object; operations on members of objects only
  public static String apply(
      ManifestPart.Document document, Map<ManifestObject, ArrayNode> patches) {
    JsonNode tree = document.tree().deepCopy();
    patches.forEach((object, patch) -> patch(object.path().in(tree), patch));
    if (tree.equals(document.tree())) {
      return document.text();
    }
    return switch (document.format()) {
      case JSON -> json(document.text(), tree);
      case YAML ->
          SourceEditor.edit(document.text(), document.tree(), tree)
              .orElseGet(() -> head(document.text()) + YamlWriter.write(tree));
    };
  }

  private static void patch(JsonNode object, ArrayNode operations) {
    for (JsonNode operation : operations) {
      JsonPointer path = JsonPointer.compile(operation.path("path").textValue());
      if (!(object.at(path.head()) instanceof ObjectNode parent)) {
        throw new IllegalStateException("cannot apply " + operation);
      }
      String name = path.last().getMatchingProperty();
      if (operation.path("op").asText().equals("remove")) {
        parent.remove(name);
      } else {
        parent.set(name, operation.path("value"));
      }
    }
  }

  // The comments above the first key say what the document is: they survive where the rest cannot.
  private static String head(String text) {
    Matcher matcher = HEAD.matcher(text);
    return matcher.lookingAt() ? matcher.group() : "";
  }

  private static String json(String text, JsonNode tree) {
    String before = text.substring(0, text.length() - text.stripLeading().length());
    String after = text.substring(text.stripTrailing().length());
    Matcher indent = FIRST_INDENT.matcher(text);
    try {
      if (!indent.find()) {
        return before + JSON.writeValueAsString(tree) + after;
      }
      var indenter = new DefaultIndenter(indent.group(1), text.contains("\r\n") ? "\r\n" : "\n");
      var printer =
          new DefaultPrettyPrinter(
                  Separators.createDefaultInstance()
                      .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                      .withObjectEmptySeparator("")
                      .withArrayEmptySeparator(""))
              .withObjectIndenter(indenter)
              .withArrayIndenter(indenter);
      return before + JSON.writer(printer).writeValueAsString(tree) + after;
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("cannot write a JSON tree", e);
    }
  }
}
