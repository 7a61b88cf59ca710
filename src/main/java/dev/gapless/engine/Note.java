package dev.gapless.engine;

import dev.gapless.policy.Exemption;
import dev.gapless.policy.Names;
import dev.gapless.workload.FieldPath;
import dev.gapless.workload.ObjectMeta;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Something that its author should know and that no rule has found: an exemption from a rule that
/// there is not.
///
/// @param path the field of the workload that it is about
public record Note(FieldPath path, String message) {
  private static final FieldPath ANNOTATIONS = FieldPath.of("metadata", "annotations");

  /// The notes on a workload's and its namespace's exemptions.
  ///
  /// @param rules the ids of all rules
  static List<Note> of(ObjectMeta metadata, Namespace namespace, Set<String> rules) {
    var notes = new ArrayList<Note>();
    for (String annotation : new TreeSet<>(metadata.annotations().keySet())) {
      if (exemptsFromNothing(annotation, rules)) {
        notes.add(new Note(ANNOTATIONS.child(annotation), message(annotation, rules)));
      }
    }
    for (String annotation : new TreeSet<>(namespace.annotations().keySet())) {
      if (exemptsFromNothing(annotation, rules)) {
        notes.add(
            new Note(
                FieldPath.of("metadata", "namespace"),
                "its annotation " + annotation + ": " + message(annotation, rules)));
      }
    }
    return List.copyOf(notes);
  }

  private static boolean exemptsFromNothing(String annotation, Set<String> rules) {
    return annotation.startsWith(Exemption.ANNOTATION_PREFIX) && !rules.contains(rule(annotation));
  }

  private static String rule(String annotation) {
    return annotation.substring(Exemption.ANNOTATION_PREFIX.length());
  }

  private static String message(String annotation, Set<String> rules) {
    String rule = rule(annotation);
    String near = Names.suggestion(rule, rules);
    return "does not count: there is no rule \""
        + rule
        + "\""
        + (near.isEmpty() ? "; gapless explain lists all rules" : near);
  }

  /// The note in one line: path, message, who says it.
  @Override
  public String toString() {
    return path + ": " + message + " [gapless]";
  }
}
