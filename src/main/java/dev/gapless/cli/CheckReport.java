package dev.gapless.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.cli.JudgedFile.JudgedObject;
import dev.gapless.engine.Consequence;
import dev.gapless.engine.Evaluation;
import dev.gapless.engine.Explanation;
import dev.gapless.engine.JudgedKinds;
import dev.gapless.engine.Judgement;
import dev.gapless.engine.Note;
import dev.gapless.engine.RuleResult;
import dev.gapless.manifest.ManifestFile;
import dev.gapless.manifest.ManifestObject;
import dev.gapless.manifest.ReadProblem;
import dev.gapless.neighbour.HorizontalPodAutoscaler;
import dev.gapless.neighbour.PodDisruptionBudget;
import dev.gapless.neighbour.Service;
import dev.gapless.policy.Exemption;
import dev.gapless.policy.Mode;
import dev.gapless.policy.Names;
import dev.gapless.rule.Outcome;
import dev.gapless.workload.FieldPath;
import dev.gapless.workload.Workload.Rollout;
import dev.gapless.workload.WorkloadReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/// What was found in files or in a cluster, before any form of output. It holds words, not trees,
/// so that it stays small however much was read.
///
/// @param judged the objects that were judged
/// @param remarks what else the authors of objects with findings should know
/// @param exempt the rules that judged objects are exempt from
/// @param problems what could not be read
/// @param broken rules that failed to work: our fault
/// @param explanations what holds for the judged objects and why, where that was asked for
/// @param known what a baseline took out of the findings, where there is one
/// @param scan what there is to say of a scan besides
record CheckReport(
    List<Found> judged,
    List<Entry> findings,
    List<Remark> remarks,
    List<Exempt> exempt,
    List<Skip> skipped,
    List<ReadProblem> problems,
    List<String> broken,
    Optional<List<Explanation>> explanations,
    Optional<Known> known,
    Optional<Scan> scan) {

  // https://kubernetes.io/docs/reference/using-api/deprecation-guide/
  private static final Map<String, String> REMOVED =
      Map.of(
          "extensions/v1beta1", "1.16",
          "apps/v1beta1", "1.16",
          "apps/v1beta2", "1.16",
          "policy/v1beta1", "1.25",
          "autoscaling/v2beta1", "1.25",
          "autoscaling/v2beta2", "1.26");

  // https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/
  private static final Set<String> KINDS_OF_APPS =
      Set.of("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ControllerRevision");

  // Of the other API versions only what counts here: a word near to a kind of Kubernetes that does
  // not count is nothing to tell of, and an unknown one may be right in a later release.
  private static final Map<String, Set<String>> KINDS =
      Map.of(
          WorkloadReader.API_VERSION,
          KINDS_OF_APPS,
          WorkloadReader.ROLLOUT_API_VERSION,
          Set.of(Rollout.KIND),
          Service.API_VERSION,
          Set.of(Service.KIND, "Namespace"),
          HorizontalPodAutoscaler.API_VERSION,
          Set.of(HorizontalPodAutoscaler.KIND),
          "autoscaling/v1",
          Set.of(HorizontalPodAutoscaler.KIND),
          PodDisruptionBudget.API_VERSION,
          Set.of(PodDisruptionBudget.KIND));

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

  /// What else the author of an object with findings should know, and where.
  ///
  /// @param path the field, as Kubernetes writes it
  record Remark(Place place, ObjectKey object, String path, String message) {

    static Remark of(Place place, ObjectKey object, Note note) {
      return new Remark(place, object, note.path().toString(), note.message());
    }

    /// The note in one line: path, message, who says it.
    String line() {
      return path + ": " + message + " [gapless]";
    }
  }

  /// A rule that a judged object is exempt from.
  ///
  /// @param place of the annotation, or of what is nearest to it where it stands on the namespace
  /// @param reason as whoever wants the exemption wrote it
  record Exempt(Place place, ObjectKey object, String rule, String reason) {}

  /// An object that was not judged.
  record Skip(Place place, ObjectKey object, Reason reason, String why) {}

  /// What a baseline knew.
  ///
  /// @param count how many findings it took out
  /// @param stale its entries for judged objects that nothing matches any more, as lines for people
  /// @param unseen how many of its entries are about objects that were not judged
  record Known(int count, List<String> stale, int unseen) {}

  /// What a scan says besides.
  ///
  /// @param summary of all findings
  /// @param comparison with an earlier scan, where there is one
  record Scan(ScanSummary summary, Optional<SavedScan.Comparison> comparison) {}

  /// Why objects are not judged.
  enum Reason {
    NOT_KUBERNETES("not a Kubernetes object"),
    OTHER_KIND("of another kind"),
    MISTYPED_KIND("of a mistyped kind or version"),
    OLD_VERSION("of an old API version"),
    UNREADABLE("unreadable"),
    BEING_DELETED("being deleted"),
    TEMPLATE_ELSEWHERE("with the pod template of another object");

    private final String words;

    Reason(String words) {
      this.words = words;
    }

    /// Whether a user must be told of each single object.
    boolean worthTelling() {
      return switch (this) {
        case MISTYPED_KIND, OLD_VERSION, UNREADABLE, BEING_DELETED, TEMPLATE_ELSEWHERE -> true;
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
    private final List<Remark> remarks = new ArrayList<>();
    private final List<Exempt> exempt = new ArrayList<>();
    private final List<Skip> skipped = new ArrayList<>();
    private final List<ReadProblem> problems = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();
    private final List<Explanation> explanations = new ArrayList<>();
    private boolean explained;
    private final Map<String, String> words = new HashMap<>();

    /// Adds what came of a file.
    void add(JudgedFile judgedFile) {
      ManifestFile file = judgedFile.file();
      problems.addAll(file.problems());
      for (JudgedObject one : judgedFile.objects()) {
        ManifestObject object = one.object();
        add(object.tree(), one.evaluation(), path -> Place.of(file, object, path));
      }
    }

    /// Adds what came of an object, wherever it is from.
    ///
    /// @param places where a field of it stands
    void add(JsonNode tree, Evaluation evaluation, Function<FieldPath, Place> places) {
      ObjectKey key = ObjectKey.of(tree);
      switch (evaluation) {
        case Evaluation.NotJudged(String why) -> skipped.add(skip(tree, key, why, places));
        case Evaluation.Unreadable unreadable ->
            skipped.add(
                new Skip(
                    places.apply(unreadable.path()), key, Reason.UNREADABLE, unreadable.message()));
        case Evaluation.Judged judgements -> add(key, judgements, places);
      }
    }

    private void add(
        ObjectKey key, Evaluation.Judged evaluation, Function<FieldPath, Place> places) {
      Place root = places.apply(FieldPath.ROOT);
      judged.add(new Found(root, key));
      var entries = new ArrayList<Entry>();
      for (RuleResult result : evaluation.results()) {
        for (Judgement judgement : result.judgements()) {
          Place place = places.apply(judgement.finding().path());
          entries.add(Entry.of(place, key, judgement, result.mode()));
        }
        if (result.outcome() instanceof Outcome.Exempt(String reason)) {
          String rule = result.doc().id();
          Place place =
              places.apply(
                  FieldPath.of("metadata", "annotations", Exemption.ANNOTATION_PREFIX + rule));
          exempt.add(new Exempt(place, key, rule, reason));
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
      if (!entries.isEmpty()) {
        evaluation.notes().forEach(it -> remarks.add(Remark.of(places.apply(it.path()), key, it)));
      }
    }

    /// Adds what holds for judged objects, and why.
    void explain(List<Explanation> more) {
      explained = true;
      explanations.addAll(more);
    }

    /// Adds another report; its words are shared with those that are here already, as thousands of
    /// findings say the same.
    void add(CheckReport other) {
      judged.addAll(other.judged);
      other.findings.stream().map(this::shared).forEach(findings::add);
      remarks.addAll(other.remarks);
      exempt.addAll(other.exempt);
      skipped.addAll(other.skipped);
      problems.addAll(other.problems);
      broken.addAll(other.broken);
      other.explanations.ifPresent(this::explain);
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

    /// Adds what could not be read.
    void add(ReadProblem problem) {
      problems.add(problem);
    }

    CheckReport build() {
      return new CheckReport(
          List.copyOf(judged),
          List.copyOf(findings),
          List.copyOf(remarks),
          List.copyOf(exempt),
          List.copyOf(skipped),
          List.copyOf(problems),
          List.copyOf(broken),
          explained ? Optional.of(List.copyOf(explanations)) : Optional.empty(),
          Optional.empty(),
          Optional.empty());
    }
  }

  private static Skip skip(
      JsonNode tree, ObjectKey key, String why, Function<FieldPath, Place> places) {
    if (key.apiVersion().isEmpty() || key.kind().isEmpty()) {
      return new Skip(
          places.apply(FieldPath.ROOT), key, Reason.NOT_KUBERNETES, "names no apiVersion and kind");
    }
    Optional<String> expected = JudgedKinds.apiVersion(key.kind());
    if (expected.isPresent()) {
      return skip(tree, key, expected.get(), why, places);
    }
    Optional<String> meant = meantKind(key);
    return meant.isPresent()
        ? new Skip(
            places.apply(FieldPath.of("kind")),
            key,
            Reason.MISTYPED_KIND,
            key.apiVersion()
                + " has no kind \""
                + key.kind()
                + "\" (did you mean \""
                + meant.get()
                + "\"?)")
        : otherKind(key, places);
  }

  /// @param expected the API version in which workloads of that kind are judged
  private static Skip skip(
      JsonNode tree,
      ObjectKey key,
      String expected,
      String why,
      Function<FieldPath, Place> places) {
    Place place = places.apply(FieldPath.ROOT);
    Place version = places.apply(FieldPath.of("apiVersion"));
    String message = "must be " + expected + ", is " + key.apiVersion();
    if (key.apiVersion().equals(expected)) {
      return tree.path("metadata").path("deletionTimestamp").isTextual()
          ? new Skip(place, key, Reason.BEING_DELETED, "is being deleted")
          : new Skip(place, key, Reason.TEMPLATE_ELSEWHERE, why);
    }
    String removed = REMOVED.get(key.apiVersion());
    if (removed != null && !key.group().contains(".") && !expected.equals("v1")) {
      return new Skip(
          version, key, Reason.OLD_VERSION, message + ", which Kubernetes " + removed + " removed");
    }
    // Groups of custom resources hold a dot, and no other group of Kubernetes has these kinds.
    boolean meant = !key.group().contains(".") || expected.startsWith(key.group() + "/");
    return meant ? new Skip(version, key, Reason.MISTYPED_KIND, message) : otherKind(key, places);
  }

  private static Skip otherKind(ObjectKey key, Function<FieldPath, Place> places) {
    return new Skip(places.apply(FieldPath.ROOT), key, Reason.OTHER_KIND, "is of another kind");
  }

  private static Optional<String> meantKind(ObjectKey key) {
    Set<String> known = KINDS.getOrDefault(key.apiVersion(), Set.of());
    return known.contains(key.kind()) ? Optional.empty() : Names.nearest(key.kind(), known);
  }

  /// The same in the order of namespaces, kinds and names.
  CheckReport inOrderOfObjects() {
    return new CheckReport(
        sorted(judged, Found::object),
        sorted(findings, Entry::object),
        sorted(remarks, Remark::object),
        sorted(exempt, Exempt::object),
        sorted(skipped, Skip::object),
        problems,
        broken,
        explanations,
        known,
        scan);
  }

  private static <T> List<T> sorted(List<T> list, Function<T, ObjectKey> object) {
    return list.stream().sorted(Comparator.comparing(object, ObjectKey.ORDER)).toList();
  }

  /// The same as the report of a scan.
  CheckReport with(Scan ofScan) {
    return new CheckReport(
        judged,
        findings,
        remarks,
        exempt,
        skipped,
        problems,
        broken,
        explanations,
        known,
        Optional.of(ofScan));
  }

  /// What an earlier scan says of each finding, in their order; empty where there is none.
  Optional<List<Boolean>> news() {
    return scan.flatMap(Scan::comparison).map(SavedScan.Comparison::isNew);
  }

  /// The findings that count: those that an earlier scan does not have.
  List<Entry> fresh() {
    return news()
        .map(isNew ->
            IntStream.range(0, findings.size()).filter(isNew::get).mapToObj(findings::get).toList())
        .orElse(findings);
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
