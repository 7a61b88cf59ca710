package dev.gapless.cli;

import dev.gapless.cli.JudgedFile.JudgedObject;
import dev.gapless.engine.Consequence;
import dev.gapless.engine.Evaluation;
import dev.gapless.engine.Judgement;
import dev.gapless.engine.RuleResult;
import dev.gapless.manifest.ManifestFile;
import dev.gapless.manifest.ManifestObject;
import dev.gapless.manifest.Position;
import dev.gapless.manifest.ReadProblem;
import dev.gapless.policy.Mode;
import dev.gapless.rule.Outcome;
import dev.gapless.workload.FieldPath;
import dev.gapless.workload.WorkloadReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/// What a check found, before any form of output.
///
/// @param judged how many objects were judged
/// @param problems what could not be read
/// @param broken rules that failed to work: our fault
record CheckReport(
    int judged,
    List<Entry> findings,
    List<Skip> skipped,
    List<ReadProblem> problems,
    List<String> broken) {

  private static final Set<String> OLD_VERSIONS =
      Set.of("extensions/v1beta1", "apps/v1beta1", "apps/v1beta2");

  /// A finding and its place.
  ///
  /// @param mode the rule's mode
  record Entry(
      String file, Position position, ManifestObject object, Judgement judgement, Mode mode) {

    /// `file:line`, or what stands for both where there is no text.
    String place() {
      return CheckReport.place(file, position);
    }
  }

  /// An object that was not judged.
  record Skip(String file, Position position, ManifestObject object, Reason reason, String why) {

    /// `file:line`, or what stands for both where there is no text.
    String place() {
      return CheckReport.place(file, position);
    }
  }

  /// Why objects are not judged.
  enum Reason {
    NOT_KUBERNETES("not a Kubernetes object"),
    OTHER_KIND("of another kind"),
    OLD_VERSION("of an old API version"),
    UNREADABLE("unreadable"),
    BEING_DELETED("being deleted");

    private final String words;

    Reason(String words) {
      this.words = words;
    }

    /// Whether a user must be told of each single object.
    boolean worthTelling() {
      return this == OLD_VERSION || this == UNREADABLE || this == BEING_DELETED;
    }

    String words() {
      return words;
    }
  }

  static CheckReport of(List<JudgedFile> files) {
    int judged = 0;
    var findings = new ArrayList<Entry>();
    var skipped = new ArrayList<Skip>();
    var problems = new ArrayList<ReadProblem>();
    var broken = new ArrayList<String>();
    for (JudgedFile file : files) {
      problems.addAll(file.file().problems());
      for (JudgedObject object : file.objects()) {
        switch (object.evaluation()) {
          case Evaluation.NotJudged _ -> skipped.add(skip(file.file(), object.object()));
          case Evaluation.Unreadable unreadable ->
              skipped.add(unreadable(file.file(), object.object(), unreadable));
          case Evaluation.Judged evaluation -> {
            judged++;
            findings.addAll(entries(file.file(), object.object(), evaluation));
            broken.addAll(broken(file.file(), object.object(), evaluation));
          }
        }
      }
    }
    return new CheckReport(judged, findings, skipped, problems, broken);
  }

  private static List<Entry> entries(
      ManifestFile file, ManifestObject object, Evaluation.Judged evaluation) {
    var entries = new ArrayList<Entry>();
    for (RuleResult result : evaluation.results()) {
      for (Judgement judgement : result.judgements()) {
        Position position = object.position(judgement.finding().path());
        entries.add(new Entry(file.name(), position, object, judgement, result.mode()));
      }
    }
    entries.sort(Comparator.comparingInt(entry -> entry.position().line()));
    return entries;
  }

  private static List<String> broken(
      ManifestFile file, ManifestObject object, Evaluation.Judged evaluation) {
    var broken = new ArrayList<String>();
    for (RuleResult result : evaluation.results()) {
      if (result.outcome() instanceof Outcome.Broken(RuntimeException cause)) {
        broken.add(
            place(file.name(), object.position(FieldPath.ROOT))
                + ": internal error: rule "
                + result.doc().id()
                + " failed on "
                + title(object)
                + ", please report: "
                + cause);
      }
    }
    return broken;
  }

  private static Skip skip(ManifestFile file, ManifestObject object) {
    Position position = object.position(FieldPath.ROOT);
    if (!object.isKubernetesObject()) {
      return new Skip(
          file.name(), position, object, Reason.NOT_KUBERNETES, "names no apiVersion and kind");
    }
    boolean workload = WorkloadReader.KINDS.contains(object.kind());
    if (workload && OLD_VERSIONS.contains(object.apiVersion())) {
      return new Skip(
          file.name(),
          object.position(FieldPath.of("apiVersion")),
          object,
          Reason.OLD_VERSION,
          "must be "
              + WorkloadReader.API_VERSION
              + ", is "
              + object.apiVersion()
              + ", which Kubernetes 1.16 removed");
    }
    if (workload && object.apiVersion().equals(WorkloadReader.API_VERSION)) {
      return new Skip(file.name(), position, object, Reason.BEING_DELETED, "is being deleted");
    }
    return new Skip(file.name(), position, object, Reason.OTHER_KIND, "is of another kind");
  }

  private static Skip unreadable(
      ManifestFile file, ManifestObject object, Evaluation.Unreadable unreadable) {
    Position position = object.position(unreadable.path());
    return new Skip(file.name(), position, object, Reason.UNREADABLE, unreadable.message());
  }

  private static String place(String file, Position position) {
    return position.equals(Position.NONE) ? file : file + ":" + position.line();
  }

  /// An object in words: `apps/v1 Deployment "web"`.
  static String title(ManifestObject object) {
    return object.apiVersion() + " " + object.kind() + " \"" + object.name() + "\"";
  }

  long count(Consequence consequence) {
    return findings.stream().filter(it -> it.judgement().consequence() == consequence).count();
  }

  long count(Reason reason) {
    return skipped.stream().filter(it -> it.reason() == reason).count();
  }

  /// Whether everything could be read and judged.
  boolean complete() {
    return problems.isEmpty() && broken.isEmpty() && count(Reason.UNREADABLE) == 0;
  }
}
