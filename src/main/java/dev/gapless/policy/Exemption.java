package dev.gapless.policy;

import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;

/// Whether a workload is exempt from a rule, and why (not).
public sealed interface Exemption {
  /// The annotation that exempts from a rule, followed by the rule's id; its value is the reason.
  String ANNOTATION_PREFIX = "exempt.gapless.dev/";

  /// The annotation with the last day, inclusive, in UTC, on which the exemptions beside it count.
  String UNTIL_ANNOTATION = "gapless.dev/exempt-until";

  /// Nobody asked for it.
  record None() implements Exemption {}

  /// It counts.
  record Granted(String reason) implements Exemption {}

  /// It was asked for and does not count; `why` completes "the exemption does not count: ".
  record Refused(String why) implements Exemption {}

  /// Whether annotations ask for an exemption from whatever rule.
  static boolean isAsked(Map<String, String> annotations) {
    for (String annotation : annotations.keySet()) {
      if (annotation.startsWith(ANNOTATION_PREFIX)) {
        return true;
      }
    }
    return false;
  }

  /// Looks for an exemption on a workload, then on its namespace; one that counts is enough.
  ///
  /// @param today the present day in UTC
  static Exemption of(
      String rule,
      Map<String, String> workloadAnnotations,
      Map<String, String> namespaceAnnotations,
      ExemptionTerms terms,
      LocalDate today) {
    Exemption answer = new None();
    String annotation = ANNOTATION_PREFIX + rule;
    for (var annotations : List.of(workloadAnnotations, namespaceAnnotations)) {
      Exemption one = asked(annotation, annotations, terms, today);
      if (one instanceof Granted) {
        return one;
      }
      if (answer instanceof None) {
        answer = one;
      }
    }
    return answer;
  }

  private static Exemption asked(
      String annotation, Map<String, String> annotations, ExemptionTerms terms, LocalDate today) {
    String reason = annotations.get(annotation);
    if (reason == null) {
      return new None();
    }
    if (!terms.allowed()) {
      return new Refused("the policy allows none");
    }
    if (terms.reasonRequired() && reason.isBlank()) {
      return new Refused("it gives no reason");
    }
    String until = annotations.get(UNTIL_ANNOTATION);
    if (until == null) {
      return terms.maxDays().isPresent()
          ? new Refused(UNTIL_ANNOTATION + " is missing")
          : new Granted(reason);
    }
    try {
      LocalDate end = LocalDate.parse(until.strip());
      if (end.isBefore(today)) {
        return new Refused("it ended on " + end);
      }
      if (terms.maxDays().isPresent() && end.isAfter(today.plusDays(terms.maxDays().getAsInt()))) {
        return new Refused(
            "it ends on " + end + ", more than " + terms.maxDays().getAsInt() + " days ahead");
      }
      return new Granted(reason);
    } catch (DateTimeParseException _) {
      return new Refused(UNTIL_ANNOTATION + " is no date like 2027-01-31");
    }
  }
}
