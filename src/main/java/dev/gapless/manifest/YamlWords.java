package dev.gapless.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What kubectl takes an unquoted word of YAML for.
///
/// The facts are those of `sigs.k8s.io/yaml` 1.6 over goyaml v2, checked against kubectl 1.34: the
/// words of YAML 1.1, Go's integer literals, floats that become integers where they are whole.
final class YamlWords {
  private static final Set<String> TRUE =
      Set.of("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON");
  private static final Set<String> FALSE =
      Set.of("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF");
  private static final Set<String> NULL = Set.of("", "~", "null", "Null", "NULL");
  private static final Set<String> NO_NUMBER =
      Set.of(
          ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf",
          "-.Inf", "-.INF");

  private static final Pattern INTEGER =
      Pattern.compile("([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))");
  private static final Pattern FLOAT =
      Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
  private static final Pattern BARE_FRACTION =
      Pattern.compile("\\.[0-9](_?[0-9])*([eE][-+]?[0-9](_?[0-9])*)?");
  private static final Pattern TIMESTAMP =
      Pattern.compile("[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ][0-9:.]+([Zz]|[-+][0-9:]+)?)?");
  private static final Pattern BASE_60 = Pattern.compile("[-+]?[0-9]+(:[0-5]?[0-9])+(\\.[0-9]*)?");
  private static final BigInteger UNSIGNED_LIMIT = BigInteger.TWO.pow(64);

  private YamlWords() {}

  /// The value of a word; empty for `.nan` and `.inf`, which JSON cannot hold.
  static Optional<JsonNode> read(String word) {
    if (NO_NUMBER.contains(word)) {
      return Optional.empty();
    }
    if (NULL.contains(word)) {
      return Optional.of(NullNode.getInstance());
    }
    if (TRUE.contains(word)) {
      return Optional.of(BooleanNode.TRUE);
    }
    if (FALSE.contains(word)) {
      return Optional.of(BooleanNode.FALSE);
    }
    return Optional.of(number(word).orElseGet(() -> TextNode.valueOf(word)));
  }

  /// Whether a word is a number and not written as an integer.
  static boolean isFloat(String word) {
    return read(word).map(JsonNode::isNumber).orElse(false)
        && !INTEGER.matcher(word.replace("_", "")).matches();
  }

  /// Whether a string must be quoted, so that no YAML reader takes it for something else.
  static boolean mistakable(String text) {
    return !read(text).map(JsonNode::isTextual).orElse(false)
        || text.equals("<<")
        || text.equals("=")
        || TIMESTAMP.matcher(text).matches()
        || BASE_60.matcher(text).matches();
  }

  /// A JSON number as the API server sees it: whole ones are integers, however they are written.
  static JsonNode number(BigDecimal decimal) {
    if (decimal.signum() == 0) {
      return IntNode.valueOf(0);
    }
    // Before asking for the whole number: 1e999999999 would take all memory.
    long magnitude = (long) decimal.precision() - decimal.scale();
    if (magnitude <= 19 && decimal.stripTrailingZeros().scale() <= 0) {
      BigInteger whole = decimal.toBigIntegerExact();
      if (whole.bitLength() < Long.SIZE) {
        return integer(whole.longValue());
      }
    }
    return DoubleNode.valueOf(decimal.doubleValue());
  }

  private static Optional<JsonNode> number(String word) {
    char first = word.charAt(0);
    if (first == '.') {
      return BARE_FRACTION.matcher(word).matches()
          ? decimal(word.replace("_", ""))
          : Optional.empty();
    }
    if (first != '+' && first != '-' && (first < '0' || first > '9')) {
      return Optional.empty();
    }
    String plain = word.replace("_", "");
    Matcher matcher = INTEGER.matcher(plain);
    if (matcher.matches()) {
      Optional<JsonNode> integer = integer(matcher);
      if (integer.isPresent()) {
        return integer;
      }
    }
    return FLOAT.matcher(plain).matches() ? decimal(plain) : Optional.empty();
  }

  private static Optional<JsonNode> integer(Matcher matcher) {
    BigInteger value;
    if (matcher.group(2) != null) {
      value = new BigInteger(matcher.group(2), 16);
    } else if (matcher.group(3) != null) {
      value = new BigInteger(matcher.group(3), 2);
    } else if (matcher.group(4) != null) {
      value = new BigInteger(matcher.group(4), 8);
    } else {
      value = new BigInteger(matcher.group(5));
    }
    if (matcher.group(1).equals("-")) {
      value = value.negate();
    }
    if (value.bitLength() < Long.SIZE) {
      return Optional.of(integer(value.longValue()));
    }
    boolean unsigned = value.signum() > 0 && value.compareTo(UNSIGNED_LIMIT) < 0;
    return unsigned && matcher.group(1).isEmpty()
        ? Optional.of(DoubleNode.valueOf(value.doubleValue()))
        : Optional.empty();
  }

  private static Optional<JsonNode> decimal(String text) {
    double value = Double.parseDouble(text);
    // Go reports a number beyond the range as an error, and the word stays a word.
    return Double.isInfinite(value)
        ? Optional.empty()
        : Optional.of(number(BigDecimal.valueOf(value)));
  }

  private static JsonNode integer(long value) {
    return (int) value == value ? IntNode.valueOf((int) value) : LongNode.valueOf(value);
  }
}
