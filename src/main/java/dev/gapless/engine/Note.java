package dev.gapless.engine;

import dev.gapless.policy.Exemption;
import dev.gapless.policy.Names;
import dev.gapless.workload.FieldPath;
import dev.gapless.workload.KubernetesObject;
import dev.gapless.workload.PodTemplate;
import dev.gapless.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Something that its author should know and that no rule has found: an exemption that can never
/// count, as there is no such rule or it stands in a wrong place.
///
/// @param path the field of the object that it is about
public record Note(FieldPath path, String message) {
  private static final FieldPath ANNOTATIONS = FieldPath.of("metadata", "annotations");

  /// The notes on an object's and its namespace's exemptions.
  ///
  /// @param rules the ids of all rules
  static List<Note> of(KubernetesObject object, Namespace namespace, Set<String> rules) {
    var notes = new ArrayList<Note>();
    for (String annotation : new TreeSet<>(object.metadata().annotations().keySet())) {
      if (exemptsFromNothing(annotation, rules)) {
        notes.add(new Note(ANNOTATIONS.child(annotation), message(annotation, rules)));
      }
    }
    if (object instanceof Workload workload) {
      onTemplate(workload.template(), notes);
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

  private static void onTemplate(PodTemplate template, List<Note> notes) {
    for (String annotation : new TreeSet<>(template.annotations().keySet())) {
      if (annotation.startsWith(Exemption.ANNOTATION_PREFIX)) {
        notes.add(
            new Note(
                template.path().child("metadata").child("annotations").child(annotation),
                "does not count: stands on the pod template; it belongs in metadata.annotations"));
      }
    }
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
