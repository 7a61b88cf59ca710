package dev.gapless.workload;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Kubernetes' label selector: all parts must hold, and an empty one matches everything.
public record LabelSelector(Map<String, String> matchLabels, List<Requirement> matchExpressions) {

  /// One expression of a selector; `values` is empty for `Exists` and `DoesNotExist`.
  public record Requirement(String key, Operator operator, List<String> values) {
    boolean matches(Map<String, String> labels) {
      String value = labels.get(key);
      return switch (operator) {
        case In -> value != null && values.contains(value);
        case NotIn -> value == null || !values.contains(value);
        case Exists -> value != null;
        case DoesNotExist -> value == null;
      };
    }
  }

  /// Kubernetes' operators, spelled as in manifests.
  public enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist;

    /// The operator of that name; empty when there is none.
    public static Optional<Operator> parse(String name) {
      return Arrays.stream(values()).filter(operator -> operator.name().equals(name)).findFirst();
    }
  }

  /// Reads a selector as it stands in an object.
  ///
  /// @throws UnreadableObjectException when it has not the shape of one
  public static LabelSelector read(Cursor selector) {
    var requirements = new ArrayList<Requirement>();
    for (Cursor expression : selector.field("matchExpressions").elements()) {
      Cursor operator = expression.field("operator");
      requirements.add(
          new Requirement(
              expression.field("key").text().orElse(""),
              Operator.parse(operator.text().orElse(""))
                  .orElseThrow(() -> operator.unreadable("a selector operator")),
              expression.field("values").elements().stream()
                  .map(value -> value.text().orElse(""))
                  .toList()));
    }
    return new LabelSelector(
        Map.copyOf(selector.field("matchLabels").strings()), List.copyOf(requirements));
  }

  /// Whether the labels satisfy every part of this selector.
  public boolean matches(Map<String, String> labels) {
    return unmet(labels).isEmpty();
  }

  /// The first part that the labels do not satisfy; empty where they satisfy all.
  public Optional<Requirement> unmet(Map<String, String> labels) {
    for (var label : matchLabels.entrySet()) {
      if (!label.getValue().equals(labels.get(label.getKey()))) {
        return Optional.of(new Requirement(label.getKey(), Operator.In, List.of(label.getValue())));
      }
    }
    for (Requirement requirement : matchExpressions) {
      if (!requirement.matches(labels)) {
        return Optional.of(requirement);
      }
    }
    return Optional.empty();
  }
}
