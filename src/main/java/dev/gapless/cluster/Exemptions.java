package dev.gapless.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.policy.Exemption;
import dev.gapless.policy.ExemptionTerms;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// The exemptions that stand on live workloads and namespaces, for counting them. Whether each one
/// counts also depends on the policy in force; here it is that it has not ended.
final class Exemptions {
  // The most generous ones.
  private static final ExemptionTerms ANY = new ExemptionTerms(true, false, OptionalInt.empty());

  private final List<Supplier<Stream<Map<String, String>>>> sources;

  /// @param sources annotations, one map for each object
  Exemptions(List<Supplier<Stream<Map<String, String>>>> sources) {
    this.sources = List.copyOf(sources);
  }

  /// The annotations of an object that are about exemptions; empty where there are none.
  static Optional<Map<String, String>> of(JsonNode object) {
    Map<String, String> about = annotations(object);
    return about.isEmpty() ? Optional.empty() : Optional.of(about);
  }

  /// The annotations of an object that are about exemptions.
  static Map<String, String> annotations(JsonNode object) {
    var about = new LinkedHashMap<String, String>();
    for (var annotation : object.path("metadata").path("annotations").properties()) {
      if (annotation.getKey().startsWith(Exemption.ANNOTATION_PREFIX)
          || annotation.getKey().equals(Exemption.UNTIL_ANNOTATION)) {
        about.put(annotation.getKey(), annotation.getValue().asText());
      }
    }
    return Map.copyOf(about);
  }

  /// How many exemptions from the rule have not ended.
  long inUse(String rule, LocalDate today) {
    return all().filter(it -> counts(rule, it, today)).count();
  }

  /// How many of them end within some days.
  long ending(String rule, LocalDate today, int days) {
    return all()
        .filter(it -> counts(rule, it, today) && !counts(rule, it, today.plusDays(days)))
        .count();
  }

  private Stream<Map<String, String>> all() {
    return sources.stream().flatMap(Supplier::get);
  }

  private static boolean counts(String rule, Map<String, String> annotations, LocalDate day) {
    return Exemption.of(rule, annotations, Map.of(), ANY, day) instanceof Exemption.Granted;
  }
}
