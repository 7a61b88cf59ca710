package dev.gapless.engine;

import dev.gapless.policy.Exemption;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.Stream;

/// The answer to one object.
public sealed interface Verdict {

  /// It may pass; each warning is one finding in one line.
  record Admit(List<String> warnings) implements Verdict {}

  /// It may not; the message holds all findings at once, and the ways out.
  record Deny(String message) implements Verdict {}

  /// The verdict that follows from an evaluation.
  static Verdict of(Evaluation.Judged judged) {
    List<Judgement> denied = judged.that(Consequence.DENIED);
    List<Judgement> told =
        judged
            .judgements()
            .filter(it ->
                it.consequence() == Consequence.WARNED || it.consequence() == Consequence.PATCHED)
            .toList();
    if (denied.isEmpty()) {
      Stream<String> notes = told.isEmpty() ? Stream.of() : notes(judged);
      return new Admit(Stream.concat(told.stream().map(Judgement::toString), notes).toList());
    }
    return new Deny(denial(judged, denied, told));
  }

  private static Stream<String> notes(Evaluation.Judged judged) {
    return judged.notes().stream().map(Note::toString);
  }

  private static String denial(
      Evaluation.Judged judged, List<Judgement> denied, List<Judgement> told) {
    var lines = new StringJoiner("\n");
    lines.add(
        judged.object().kind()
            + " \""
            + judged.object().metadata().name()
            + "\" is rejected by policy \""
            + judged.policy().name()
            + "\":");
    denied.forEach(it -> lines.add("  " + it));
    if (!told.isEmpty() || !judged.notes().isEmpty()) {
      lines.add("also, but not the reason:");
      told.forEach(it -> lines.add("  " + it));
      notes(judged).forEach(it -> lines.add("  " + it));
    }
    var rules = new LinkedHashSet<String>();
    denied.forEach(it -> rules.add(it.rule()));
    for (String rule : rules) {
      lines.add(
          "more: gapless explain "
              + rule
              + (judged.policy().exemptions().allowed()
                  ? "; exempt: annotation " + Exemption.ANNOTATION_PREFIX + rule + ": \"<reason>\""
                  : ""));
    }
    return lines.toString();
  }
}
