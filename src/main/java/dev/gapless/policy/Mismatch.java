package dev.gapless.policy;

import dev.gapless.workload.LabelSelector.Requirement;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Why a policy does not match a workload; its text is for people.
public sealed interface Mismatch {

  /// The policy is for other kinds.
  record Kind(Set<String> kinds, String kind) implements Mismatch {
    @Override
    public String toString() {
      return "spec.match.kinds: must hold "
          + kind
          + ", is "
          + kinds.stream().sorted().collect(Collectors.joining(", "));
    }
  }

  /// A label is missing, or is not what the policy asks for.
  ///
  /// @param selector the selector's field under `spec.match`
  /// @param labels those that were looked at
  record Label(String selector, Requirement unmet, Map<String, String> labels) implements Mismatch {
    @Override
    public String toString() {
      String found = labels.get(unmet.key());
      return "spec.match."
          + selector
          + ": label \""
          + unmet.key()
          + "\" must "
          + demand()
          + (found == null ? ", is not set" : ", is \"" + found + "\"");
    }

    private String demand() {
      String values =
          unmet.values().stream().map(it -> "\"" + it + "\"").collect(Collectors.joining(" or "));
      return switch (unmet.operator()) {
        case In -> "be " + values;
        case NotIn -> "not be " + values;
        case Exists -> "be set";
        case DoesNotExist -> "not be set";
      };
    }
  }
}
