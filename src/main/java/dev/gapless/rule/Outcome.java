package dev.gapless.rule;

import java.util.List;

/// What came of one rule for one workload.
public sealed interface Outcome {

  /// Nothing is wrong.
  record Passed() implements Outcome {}

  /// Something is wrong; `findings` has at least one.
  record Failed(List<Finding> findings) implements Outcome {
    /// Failed where there are findings, else passed.
    public static Outcome ifAny(List<Finding> findings) {
      return findings.isEmpty() ? new Passed() : new Failed(List.copyOf(findings));
    }
  }

  /// The rule could not or need not judge.
  record Skipped(String reason) implements Outcome {}

  /// The rule was not asked, because the workload is validly exempt; given by the engine alone.
  record Exempt(String reason) implements Outcome {}

  /// The rule failed to work: our fault, never the user's; given by the engine alone.
  record Broken(RuntimeException cause) implements Outcome {}

  /// The policy disables the rule; given by the engine alone.
  record NotJudged() implements Outcome {}
}
