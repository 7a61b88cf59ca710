package dev.gapless.rule;

import dev.gapless.patch.Edit;
import java.util.List;
import java.util.Set;

/// One way in which a rollout can drop requests, and how to see it in a workload or in what stands
/// around it.
///
/// A rule is a pure function: same subject, same outcome. It throws only when it is broken itself.
public interface Rule {

  /// What a person should know of it; `id` is the class name in kebab case.
  RuleDoc doc();

  /// Judges one workload; the engine decides about modes and exemptions.
  Outcome judge(Subject subject);

  /// The kinds that this rule judges besides workloads: some of
  /// [dev.gapless.neighbour.NeighbourReader#JUDGED]. What it finds there, it finds from the
  /// workload's side too, so that it makes no difference which of the two is written last.
  default Set<String> neighbourKinds() {
    return Set.of();
  }

  /// Judges an object of one of those kinds.
  default Outcome judge(NeighbourSubject subject) {
    throw new IllegalStateException(doc().id() + " judges no " + subject.neighbour().kind());
  }

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
