package dev.gapless.cli;

import dev.gapless.cli.JudgedFile.JudgedObject;
import dev.gapless.engine.Consequence;
import dev.gapless.engine.Evaluation;
import dev.gapless.engine.Judgement;
import dev.gapless.engine.RuleResult;
import dev.gapless.manifest.ManifestFile;
import dev.gapless.manifest.ManifestObject;
import dev.gapless.manifest.ReadProblem;
import dev.gapless.policy.Mode;
import dev.gapless.policy.Names;
import dev.gapless.rule.Outcome;
import dev.gapless.workload.FieldPath;
import dev.gapless.workload.WorkloadReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// What was found in files or in a cluster, before any form of output. It holds words, not trees,
/// so that it stays small however much was read.
///
/// @param judged the objects that were judged
/// @param problems what could not be read
/// @param broken rules that failed to work: our fault
/// @param known what a baseline took out of the findings, where there is one
record CheckReport(
    List<Found> judged,
    List<Entry> findings,
    List<Skip> skipped,
    List<ReadProblem> problems,
    List<String> broken,
    Optional<Known> known) {

  private static final Set<String> OLD_VERSIONS =
      Set.of("extensions/v1beta1", "apps/v1beta1", "apps/v1beta2");

  // https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/
  private static final Set<String> KINDS_OF_APPS =
      Set.of("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ControllerRevision");

  /// An object and its place.
  record Found(Place place, ObjectKey object) {}

  /// A finding and its place.
  ///
  /// @param path the field, as Kubernetes writes it
  /// @param stablePath the field in the form that does not change when list elements move
  /// @param message without the path and the rule's id
  /// @param mode the rule's mode
  record Entry(
      Place place,
      ObjectKey object,
      String path,
      String stablePath,
      String message,
      String rule,
      Consequence consequence,
      Mode mode) {

    static Entry of(Place place, ObjectKey object, Judgement judgement, Mode mode) {
      FieldPath path = judgement.finding().path();
      return new Entry(
          place,
          object,
          path.toString(),
          path.stable(),
          messageOf(judgement),
          judgement.rule(),
          judgement.consequence(),
          mode);
    }

    // The rule's id stands behind the message; forms of output have a field of their own for it.
    private static String messageOf(Judgement judgement) {
      String message = judgement.message();
      String suffix = " [" + judgement.rule() + "]";
      return message.endsWith(suffix)
          ? message.substring(0, message.length() - suffix.length())
          : message;
    }

    /// The finding in one line: path, message, rule id.
    String line() {
      return path + ": " + message + " [" + rule + "]";
    }
  }

  /// An object that was not judged.
  record Skip(Place place, ObjectKey object, Reason reason, String why) {}

  /// What a baseline knew.
  ///
  /// @param count how many findings it took out
  /// @param stale its entries for judged objects that nothing matches any more, as lines for people
  /// @param unseen how many of its entries are about objects that were not judged
  record Known(int count, List<String> stale, int unseen) {}

  /// Why objects are not judged.
  enum Reason {
    NOT_KUBERNETES("not a Kubernetes object"),
    OTHER_KIND("of another kind"),
    MISTYPED_KIND("of a mistyped kind or version"),
    OLD_VERSION("of an old API version"),
    UNREADABLE("unreadable"),
    BEING_DELETED("being deleted");

    private final String words;

    Reason(String words) {
      this.words = words;
    }

    /// Whether a user must be told of each single object.
    boolean worthTelling() {
      return switch (this) {
        case MISTYPED_KIND, OLD_VERSION, UNREADABLE, BEING_DELETED -> true;
        case NOT_KUBERNETES, OTHER_KIND -> false;
      };
    }

    String words() {
      return words;
    }
  }

  static CheckReport of(List<JudgedFile> files) {
    var builder = new Builder();
    files.forEach(builder::add);
    return builder.build();
  }

  /// A report in the making.
  static final class Builder {
    private final List<Found> judged = new ArrayList<>();
    private final List<Entry> findings = new ArrayList<>();
    private final List<Skip> skipped = new ArrayList<>();
    private final List<ReadProblem> problems = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();
    private final Map<String, String> words = new HashMap<>();

    /// Adds what came of a file.
    void add(JudgedFile judgedFile) {
      ManifestFile file = judgedFile.file();
      problems.addAll(file.problems());
      for (JudgedObject one : judgedFile.objects()) {
        ManifestObject object = one.object();
        ObjectKey key = ObjectKey.of(object);
        Function<FieldPath, Place> places = path -> Place.of(file, object, path);
        switch (one.evaluation()) {
          case Evaluation.NotJudged _ -> skipped.add(skip(file, object));
          case Evaluation.Unreadable unreadable ->
              skipped.add(
                  new Skip(
                      places.apply(unreadable.path()),
                      key,
                      Reason.UNREADABLE,
                      unreadable.message()));
          case Evaluation.Judged evaluation -> add(key, evaluation, places);
        }
      }
    }

    /// Adds what came of an object, wherever it is from.
    ///
    /// @param places where a field of it stands
    void add(ObjectKey key, Evaluation.Judged evaluation, Function<FieldPath, Place> places) {
      Place root = places.apply(FieldPath.ROOT);
      judged.add(new Found(root, key));
      var entries = new ArrayList<Entry>();
      for (RuleResult result : evaluation.results()) {
        for (Judgement judgement : result.judgements()) {
          Place place = places.apply(judgement.finding().path());
          entries.add(Entry.of(place, key, judgement, result.mode()));
        }
        if (result.outcome() instanceof Outcome.Broken(RuntimeException cause)) {
          broken.add(
              root
                  + ": internal error: rule "
                  + result.doc().id()
                  + " failed on "
                  + key.title()
                  + ", please report: "
                  + cause);
        }
      }
      entries.sort(Comparator.comparingInt(entry -> entry.place().line()));
      findings.addAll(entries);
    }

    /// Adds another report; its words are shared with those that are here already, as thousands of
    /// findings say the same.
    void add(CheckReport other) {
      judged.addAll(other.judged);
      other.findings.stream().map(this::shared).forEach(findings::add);
      skipped.addAll(other.skipped);
      problems.addAll(other.problems);
      broken.addAll(other.broken);
    }

    private Entry shared(Entry entry) {
      return new Entry(
          entry.place,
          entry.object,
          shared(entry.path),
          shared(entry.stablePath),
          shared(entry.message),
          entry.rule,
          entry.consequence,
          entry.mode);
    }

    private String shared(String word) {
      return words.computeIfAbsent(word, Function.identity());
    }

    CheckReport build() {
      return new CheckReport(
          List.copyOf(judged),
          List.copyOf(findings),
          List.copyOf(skipped),
          List.copyOf(problems),
          List.copyOf(broken),
          Optional.empty());
    }
  }

  private static Skip skip(ManifestFile file, ManifestObject object) {
    Place place = Place.of(file, object, FieldPath.ROOT);
    ObjectKey key = ObjectKey.of(object);
    if (!object.isKubernetesObject()) {
      return new Skip(place, key, Reason.NOT_KUBERNETES, "names no apiVersion and kind");
    }
    boolean workload = WorkloadReader.KINDS.contains(object.kind());
    if (workload && OLD_VERSIONS.contains(object.apiVersion())) {
      return new Skip(
          Place.of(file, object, FieldPath.of("apiVersion")),
          key,
          Reason.OLD_VERSION,
          "must be "
              + WorkloadReader.API_VERSION
              + ", is "
              + object.apiVersion()
              + ", which Kubernetes 1.16 removed");
    }
    if (workload && object.apiVersion().equals(WorkloadReader.API_VERSION)) {
      return new Skip(place, key, Reason.BEING_DELETED, "is being deleted");
    }
    // Groups of custom resources hold a dot, and no other group of Kubernetes has these kinds.
    if (workload && !key.group().contains(".")) {
      return new Skip(
          Place.of(file, object, FieldPath.of("apiVersion")),
          key,
          Reason.MISTYPED_KIND,
          "must be " + WorkloadReader.API_VERSION + ", is " + object.apiVersion());
    }
    Optional<String> meant = meantKind(object);
    return meant.isPresent()
        ? new Skip(
            Place.of(file, object, FieldPath.of("kind")),
            key,
            Reason.MISTYPED_KIND,
            object.apiVersion()
                + " has no kind \""
                + object.kind()
                + "\" (did you mean \""
                + meant.get()
                + "\"?)")
        : new Skip(place, key, Reason.OTHER_KIND, "is of another kind");
  }

  private static Optional<String> meantKind(ManifestObject object) {
    return object.apiVersion().equals(WorkloadReader.API_VERSION)
            && !KINDS_OF_APPS.contains(object.kind())
        ? Names.nearest(object.kind(), KINDS_OF_APPS)
        : Optional.empty();
  }

  long count(Consequence consequence) {
    return findings.stream().filter(it -> it.consequence() == consequence).count();
  }

  long count(Reason reason) {
    return skipped.stream().filter(it -> it.reason() == reason).count();
  }

  /// Whether everything could be read and judged.
  boolean complete() {
    return problems.isEmpty() && broken.isEmpty() && count(Reason.UNREADABLE) == 0;
  }
}
