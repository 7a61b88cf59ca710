package dev.gapless.workload;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An amount as Kubernetes writes it: `2`, `500m`, `1.5Gi`, `3e2`.
///
/// Source: `ParseQuantity` in Kubernetes' `apimachinery/pkg/api/resource/quantity.go`, with the
/// suffixes of `suffix.go` beside it.
public record Quantity(BigDecimal value) implements Comparable<Quantity> {
  public static final Quantity ONE = new Quantity(BigDecimal.ONE);

  // More digits and larger exponents are no amounts of anything; they only cost time.
  private static final Pattern FORM =
      Pattern.compile(
          "(?<number>[+-]?(?:[0-9]{1,30}(?:\\.[0-9]{0,30})?|\\.[0-9]{1,30}))"
              + "(?:(?<suffix>[KMGTPE]i|[numkMGTPE])|[eE](?<exponent>[+-]?[0-9]{1,2}))?");

  /// The smallest unit that Kubernetes keeps: what is less is rounded up.
  private static final int NANO = 9;

  private static final BigDecimal KIBI = BigDecimal.valueOf(1024);
  private static final Map<String, BigDecimal> SUFFIXES =
      Map.ofEntries(
          Map.entry("n", BigDecimal.ONE.movePointLeft(9)),
          Map.entry("u", BigDecimal.ONE.movePointLeft(6)),
          Map.entry("m", BigDecimal.ONE.movePointLeft(3)),
          Map.entry("k", BigDecimal.ONE.movePointRight(3)),
          Map.entry("M", BigDecimal.ONE.movePointRight(6)),
          Map.entry("G", BigDecimal.ONE.movePointRight(9)),
          Map.entry("T", BigDecimal.ONE.movePointRight(12)),
          Map.entry("P", BigDecimal.ONE.movePointRight(15)),
          Map.entry("E", BigDecimal.ONE.movePointRight(18)),
          Map.entry("Ki", KIBI),
          Map.entry("Mi", KIBI.pow(2)),
          Map.entry("Gi", KIBI.pow(3)),
          Map.entry("Ti", KIBI.pow(4)),
          Map.entry("Pi", KIBI.pow(5)),
          Map.entry("Ei", KIBI.pow(6)));

  /// Reads an amount; empty for anything else.
  public static Optional<Quantity> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    var number = new BigDecimal(matcher.group("number"));
    String suffix = matcher.group("suffix");
    String exponent = matcher.group("exponent");
    BigDecimal unit = BigDecimal.ONE;
    if (suffix != null) {
      unit = SUFFIXES.getOrDefault(suffix, BigDecimal.ONE);
    } else if (exponent != null) {
      unit = BigDecimal.ONE.scaleByPowerOfTen(Integer.parseInt(exponent));
    }
    return Optional.of(new Quantity(number.multiply(unit).setScale(NANO, RoundingMode.UP)));
  }

  public Quantity plus(Quantity other) {
    return new Quantity(value.add(other.value));
  }

  public Quantity minus(Quantity other) {
    return new Quantity(value.subtract(other.value));
  }

  public Quantity times(int factor) {
    return new Quantity(value.multiply(BigDecimal.valueOf(factor)));
  }

  public Quantity max(Quantity other) {
    return compareTo(other) >= 0 ? this : other;
  }

  @Override
  public int compareTo(Quantity other) {
    return value.compareTo(other.value);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Quantity quantity && compareTo(quantity) == 0;
  }

  @Override
  public int hashCode() {
    return value.stripTrailingZeros().hashCode();
  }

  /// The shortest of the usual forms: `2`, `500m`, `3Gi`.
  @Override
  public String toString() {
    BigDecimal plain = value.stripTrailingZeros();
    if (plain.scale() > 0) {
      return plain.scale() <= 3
          ? plain.movePointRight(3).toBigInteger() + "m"
          : plain.toPlainString();
    }
    BigInteger whole = plain.toBigInteger();
    for (String suffix : new String[] {"Gi", "Mi", "Ki"}) {
      BigInteger unit = SUFFIXES.getOrDefault(suffix, BigDecimal.ONE).toBigInteger();
      if (whole.signum() != 0 && whole.mod(unit).signum() == 0) {
        return whole.divide(unit) + suffix;
      }
    }
    return whole.toString();
  }
}
