package dev.gapless.rule;

import dev.gapless.patch.Edit;
import java.util.List;

/// One way in which a rollout can drop requests, and how to see it in a workload.
///
/// A rule is a pure function: same subject, same outcome. It throws only when it is broken itself.
public interface Rule {

  /// What a person should know of it; `id` is the class name in kebab case.
  RuleDoc doc();

  /// Judges one workload; the engine decides about modes and exemptions.
  Outcome judge(Subject subject);

  /// Whether a finding may carry a fix.
  default boolean fixes() {
    return false;
  }

  /// What must be taken back of this rule's earlier fixes, because beside what the author has
  /// written since it would make the object invalid. The engine does so in every mode: our own
  /// leftovers must not reject somebody's apply.
  default List<Edit> withdraw(Subject subject) {
    return List.of();
  }
}
