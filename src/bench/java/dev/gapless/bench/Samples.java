package dev.gapless.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/// All that was measured in one run, one value for each repetition.
final class Samples {
  private final Map<Figure, List<Double>> values = new LinkedHashMap<>();

  /// What is measured.
  ///
  /// @param part of the run, such as `wire`
  /// @param subject whose figure it is
  /// @param name what it says, such as `CPU per admission, HTTP/1.1, 20 connections`
  record Figure(String part, String subject, String name, String unit) {}

  /// Adds a repetition's value and shows it, so that somebody who waits sees that it moves.
  void add(String part, String subject, String name, String unit, double value) {
    values
        .computeIfAbsent(new Figure(part, subject, name, unit), _ -> new ArrayList<>())
        .add(value);
    System.err.printf("  %-8s %-14s %-52s %12.2f %s%n", part, subject, name, value, unit);
  }

  Map<Figure, List<Double>> all() {
    return values;
  }

  /// The middle value of a figure, whatever its unit; empty where it was not measured.
  OptionalDouble median(String subject, String name) {
    return of(subject, name).map(Samples::median).orElseGet(OptionalDouble::empty);
  }

  /// The middle of what one subject needed for each of what another did in the same repetition.
  OptionalDouble ratio(String subject, String other, String name) {
    var these = of(subject, name);
    var those = of(other, name);
    if (these.isEmpty() || those.isEmpty()) {
      return OptionalDouble.empty();
    }
    int pairs = Math.min(these.get().size(), those.get().size());
    return median(
        IntStream.range(0, pairs)
            .mapToObj(it -> these.get().get(it) / those.get().get(it))
            .toList());
  }

  private java.util.Optional<List<Double>> of(String subject, String name) {
    return values.entrySet().stream()
        .filter(it -> it.getKey().subject().equals(subject) && it.getKey().name().equals(name))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  static OptionalDouble median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    if (sorted.length == 0) {
      return OptionalDouble.empty();
    }
    int middle = sorted.length / 2;
    return OptionalDouble.of(
        sorted.length % 2 == 1
            ? sorted[middle]
            : Arrays.stream(sorted, middle - 1, middle + 1).average().orElseThrow());
  }
}
