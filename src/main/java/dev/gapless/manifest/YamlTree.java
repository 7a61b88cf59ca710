package dev.gapless.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Reads values from YAML's syntax as kubectl does: merge keys, the last of duplicate keys, keys
/// that are no strings.
final class YamlTree {
  /// What aliases may add up to; goyaml stops a small document at about the same size.
  static final int MAX_ALIASED_NODES = 400_000;

  private static final String TAG_PREFIX = "tag:yaml.org,2002:";
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private int aliasDepth;
  private int aliasedNodes;

  private YamlTree() {}

  /// The tree of one document; positions count from the document's first line.
  static Located read(YamlNode root) throws UnreadableDocumentException {
    return new YamlTree().node(root, 0);
  }

  private Located node(YamlNode node, int depth) throws UnreadableDocumentException {
    bound(node, depth);
    return switch (node) {
      case YamlNode.Scalar scalar -> Located.leaf(scalar(scalar), position(scalar));
      case YamlNode.Sequence sequence -> sequence(sequence, depth);
      case YamlNode.Mapping mapping -> {
        var members = new LinkedHashMap<String, Located>();
        Map<String, Position> repeated = mapping(mapping, depth, members);
        ObjectNode value = NODES.objectNode();
        members.forEach((name, member) -> value.set(name, member.value()));
        yield Located.object(value, position(mapping), members, repeated);
      }
      case YamlNode.Alias alias -> {
        aliasDepth++;
        Located target = node(alias.target(), depth + 1);
        aliasDepth--;
        yield target.at(position(alias));
      }
    };
  }

  private void bound(YamlNode node, int depth) throws UnreadableDocumentException {
    if (aliasDepth > 0 && ++aliasedNodes > MAX_ALIASED_NODES) {
      throw new UnreadableDocumentException(
          position(node), "aliases repeat more than " + MAX_ALIASED_NODES + " values");
    }
    if (depth > YamlComposer.MAX_DEPTH) {
      throw new UnreadableDocumentException(
          position(node), "is nested deeper than " + YamlComposer.MAX_DEPTH + " levels");
    }
  }

  private Located sequence(YamlNode.Sequence sequence, int depth)
      throws UnreadableDocumentException {
    var elements = new ArrayList<Located>(sequence.elements().size());
    ArrayNode value = NODES.arrayNode(sequence.elements().size());
    for (YamlNode element : sequence.elements()) {
      Located located = node(element, depth + 1);
      elements.add(located);
      value.add(located.value());
    }
    return Located.list(value, position(sequence), elements);
  }

  // In the order of the text: a merge key overrides what stands before it and yields to what
  // follows. The answer is what the mapping itself holds a second time.
  private Map<String, Position> mapping(
      YamlNode.Mapping mapping, int depth, Map<String, Located> members)
      throws UnreadableDocumentException {
    var own = new HashSet<String>();
    var repeated = new LinkedHashMap<String, Position>();
    for (YamlNode.Member member : mapping.members()) {
      if (isMerge(member.key())) {
        merge(member.value(), depth, members);
      } else {
        String name = key(member.key());
        Position position = position(member.key());
        members.put(name, node(member.value(), depth + 1).at(position));
        if (!own.add(name)) {
          repeated.putIfAbsent(name, position);
        }
      }
    }
    return repeated;
  }

  static boolean isMerge(YamlNode key) {
    return key instanceof YamlNode.Scalar scalar
        && scalar.text().equals("<<")
        && (scalar.plain() || scalar.tag().equals(Optional.of(TAG_PREFIX + "merge")));
  }

  private void merge(YamlNode source, int depth, Map<String, Located> members)
      throws UnreadableDocumentException {
    if (source instanceof YamlNode.Sequence sequence) {
      // The earlier ones take precedence.
      for (YamlNode element : sequence.elements().reversed()) {
        mergeOne(element, depth, members);
      }
      return;
    }
    mergeOne(source, depth, members);
  }

  private void mergeOne(YamlNode source, int depth, Map<String, Located> members)
      throws UnreadableDocumentException {
    YamlNode target = source instanceof YamlNode.Alias alias ? alias.target() : source;
    if (!(target instanceof YamlNode.Mapping mapping)) {
      throw new UnreadableDocumentException(
          position(source), "a merge key must have a mapping or a list of mappings");
    }
    aliasDepth++;
    bound(source, depth);
    mapping(mapping, depth + 1, members);
    aliasDepth--;
  }

  private static String key(YamlNode key) throws UnreadableDocumentException {
    YamlNode target = key instanceof YamlNode.Alias alias ? alias.target() : key;
    if (!(target instanceof YamlNode.Scalar scalar)) {
      throw new UnreadableDocumentException(
          position(key), "a key must be a word, not a list or a mapping");
    }
    if (scalar.plain() && YamlWords.isFloat(scalar.text())) {
      return goFloat(Double.parseDouble(scalar.text().replace("_", "")));
    }
    JsonNode value = scalar(scalar);
    if (value.isNull()) {
      throw new UnreadableDocumentException(position(key), "a key must not be null");
    }
    return value.asText();
  }

  /// A float as Go prints it with 32 bits, which is what becomes of a key such as `1.5`.
  private static String goFloat(double value) {
    BigDecimal decimal = new BigDecimal(Float.toString((float) value)).stripTrailingZeros();
    int exponent = decimal.precision() - decimal.scale() - 1;
    if (exponent >= -4 && exponent < 6) {
      return decimal.toPlainString();
    }
    String digits = decimal.unscaledValue().abs().toString();
    return (decimal.signum() < 0 ? "-" : "")
        + digits.charAt(0)
        + (digits.length() > 1 ? "." + digits.substring(1) : "")
        + "e%s%02d".formatted(exponent < 0 ? "-" : "+", Math.abs(exponent));
  }

  private static JsonNode scalar(YamlNode.Scalar scalar) throws UnreadableDocumentException {
    if (scalar.plain()) {
      return word(scalar);
    }
    String tag = scalar.tag().orElse("");
    if (!tag.startsWith(TAG_PREFIX)) {
      return TextNode.valueOf(scalar.text());
    }
    String type = tag.substring(TAG_PREFIX.length());
    return switch (type) {
      case "binary" -> TextNode.valueOf(binary(scalar));
      case "bool", "int", "float", "null" -> tagged(scalar, type);
      default -> TextNode.valueOf(scalar.text());
    };
  }

  private static JsonNode tagged(YamlNode.Scalar scalar, String type)
      throws UnreadableDocumentException {
    JsonNode value = word(scalar);
    boolean fits =
        switch (type) {
          case "bool" -> value.isBoolean();
          case "int" -> value.isNumber() && !(value instanceof DoubleNode);
          case "float" -> value.isNumber();
          default -> value.isNull();
        };
    if (!fits) {
      throw new UnreadableDocumentException(
          position(scalar), "\"" + scalar.text() + "\" is no !!" + type);
    }
    return value;
  }

  private static JsonNode word(YamlNode.Scalar scalar) throws UnreadableDocumentException {
    return YamlWords.read(scalar.text())
        .orElseThrow(() ->
            new UnreadableDocumentException(
                position(scalar), "Kubernetes has no number " + scalar.text()));
  }

  private static String binary(YamlNode.Scalar scalar) throws UnreadableDocumentException {
    try {
      byte[] bytes = Base64.getDecoder().decode(scalar.text().replaceAll("[\r\n]", ""));
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new UnreadableDocumentException(position(scalar), "!!binary must be valid base64", e);
    }
  }

  private static Position position(YamlNode node) {
    return new Position(node.span().startLine() + 1, node.span().startColumn() + 1);
  }
}
