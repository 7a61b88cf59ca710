package dev.gapless.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Optional;
import java.util.OptionalInt;

/// Kubernetes' type for a number or a word, used for ports (`80`, `http`) and for shares of
/// replicas (`1`, `25%`).
public sealed interface IntOrString {
  /// Of a percentage; more may not fit an int.
  int MOST_DIGITS = 9;

  /// A plain number.
  record Int(int value) implements IntOrString {
    @Override
    public String toString() {
      return Integer.toString(value);
    }
  }

  /// A word: a port's name or a percentage.
  record Text(String value) implements IntOrString {
    @Override
    public String toString() {
      return value;
    }
  }

  /// Reads `2` or `25%`; empty where it is neither.
  static Optional<IntOrString> share(JsonNode node) {
    if (node.isIntegralNumber() && node.canConvertToInt() && node.intValue() >= 0) {
      return Optional.of(new Int(node.intValue()));
    }
    if (node.isTextual() && new Text(node.textValue()).percent().isPresent()) {
      return Optional.of(new Text(node.textValue()));
    }
    return Optional.empty();
  }

  /// The number before a percent sign, `0` or more; empty for everything else.
  default OptionalInt percent() {
    if (!(this instanceof Text(String value))) {
      return OptionalInt.empty();
    }
    int digits = value.length() - 1;
    if (digits < 1 || digits > MOST_DIGITS || value.charAt(digits) != '%') {
      return OptionalInt.empty();
    }
    int number = 0;
    for (int i = 0; i < digits; i++) {
      int digit = value.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return OptionalInt.empty();
      }
      number = 10 * number + digit;
    }
    return OptionalInt.of(number);
  }

  /// What this share of `total` replicas comes to, rounded up; 0 for a word that is no percentage.
  default int roundedUp(int total) {
    return switch (this) {
      case Int(int value) -> value;
      case Text text -> clamped((text.percent().orElse(0) * (long) total + 99) / 100);
    };
  }

  /// What this share of `total` replicas comes to, rounded down; 0 for a word that is no
  /// percentage.
  default int roundedDown(int total) {
    return switch (this) {
      case Int(int value) -> value;
      case Text text -> clamped(text.percent().orElse(0) * (long) total / 100);
    };
  }

  private static int clamped(long count) {
    return (int) Math.min(count, Integer.MAX_VALUE);
  }

  /// The value as it stands in an object.
  default JsonNode json() {
    return switch (this) {
      case Int(int value) -> IntNode.valueOf(value);
      case Text(String value) -> TextNode.valueOf(value);
    };
  }
}
