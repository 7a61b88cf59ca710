package dev.gapless.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.gapless.manifest.ManifestFile;
import dev.gapless.manifest.ManifestObject;
import dev.gapless.manifest.ManifestReader;
import dev.gapless.manifest.Position;
import dev.gapless.manifest.ReadProblem;
import dev.gapless.policy.Names;
import dev.gapless.workload.FieldPath;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// The findings that were there when a team began, and that fail no more.
///
/// A finding is known by object, rule and field: not by file, line or words, which change without
/// anybody having touched what is wrong. What cannot be told apart is counted.
final class Baseline {
  private static final int VERSION = 1;
  private static final int SHOWN_STALE = 20;
  private static final int SHOWN_MISTAKES = 10;
  private static final List<String> WORDS =
      List.of("group", "kind", "namespace", "name", "rule", "path");
  private static final Set<String> ROOT_MEMBERS = Set.of("version", "findings");

  private final String file;
  private final Map<Key, Known> known;

  private Baseline(String file, Map<Key, Known> known) {
    this.file = file;
    this.known = known;
  }

  /// By which a finding is known again.
  ///
  /// @param path in the form that does not change when list elements move
  private record Key(
      String group, String kind, String namespace, String name, String rule, String path) {
    static final Comparator<Key> ORDER =
        Comparator.comparing(Key::namespace)
            .thenComparing(Key::kind)
            .thenComparing(Key::name)
            .thenComparing(Key::group)
            .thenComparing(Key::path)
            .thenComparing(Key::rule);

    static Key of(CheckReport.Entry entry) {
      return of(entry.object(), entry.rule(), entry.stablePath());
    }

    /// Of the object as a whole.
    static Key of(ObjectKey object) {
      return of(object, "", "");
    }

    private static Key of(ObjectKey object, String rule, String path) {
      return new Key(object.group(), object.kind(), object.namespace(), object.name(), rule, path);
    }

    Key ofObject() {
      return new Key(group, kind, namespace, name, "", "");
    }

    String words() {
      String object = kind + " " + (namespace.isEmpty() ? "" : namespace + "/") + name;
      return object + ": " + path + " [" + rule + "]";
    }
  }

  /// An entry of the file.
  ///
  /// @param line where it stands
  private record Known(int count, int line) {}

  /// The baseline of a report.
  static Baseline of(CheckReport report) {
    Map<Key, Known> known = new HashMap<>();
    for (CheckReport.Entry entry : report.findings()) {
      known.merge(Key.of(entry), new Known(1, 0), (a, b) -> new Known(a.count() + b.count(), 0));
    }
    return new Baseline("", known);
  }

  /// How many findings it knows.
  int size() {
    return known.values().stream().mapToInt(Known::count).sum();
  }

  /// Prints it as JSON, one finding a line and in an order of its own, so that two can be compared
  /// and merged.
  void print(PrintStream out) {
    var mapper = new JsonMapper();
    var sorted = new TreeMap<Key, Known>(Key.ORDER);
    sorted.putAll(known);
    out.println("{");
    out.println("  \"version\": " + VERSION + ",");
    out.print("  \"findings\": [");
    String separator = "";
    for (Map.Entry<Key, Known> entry : sorted.entrySet()) {
      out.print(separator + "\n    " + line(mapper, entry.getKey(), entry.getValue().count()));
      separator = ",";
    }
    out.println(sorted.isEmpty() ? "]" : "\n  ]");
    out.println("}");
  }

  private static String line(JsonMapper mapper, Key key, int count) {
    try {
      return mapper.writeValueAsString(
          JsonNodeFactory.instance
              .objectNode()
              .put("group", key.group())
              .put("kind", key.kind())
              .put("namespace", key.namespace())
              .put("name", key.name())
              .put("rule", key.rule())
              .put("path", key.path())
              .put("count", count));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of strings can be written", e);
    }
  }

  /// The report without what is known: of findings that cannot be told apart the first ones.
  CheckReport apply(CheckReport report) {
    Map<Key, Integer> left = new HashMap<>();
    known.forEach((key, it) -> left.put(key, it.count()));
    var fresh = new ArrayList<CheckReport.Entry>();
    for (CheckReport.Entry entry : report.findings()) {
      Key key = Key.of(entry);
      int count = left.getOrDefault(key, 0);
      if (count > 0) {
        left.put(key, count - 1);
      } else {
        fresh.add(entry);
      }
    }
    // As without a baseline: a note is for those who look at the object's findings.
    Set<ObjectKey> found = new HashSet<>();
    fresh.forEach(it -> found.add(it.object()));
    return new CheckReport(
        report.judged(),
        List.copyOf(fresh),
        report.remarks().stream().filter(it -> found.contains(it.object())).toList(),
        report.exempt(),
        report.skipped(),
        report.problems(),
        report.broken(),
        report.explanations(),
        Optional.of(known(report, report.findings().size() - fresh.size(), left)),
        report.scan());
  }

  private CheckReport.Known known(CheckReport report, int count, Map<Key, Integer> left) {
    Set<Key> judged = new HashSet<>();
    report.judged().forEach(it -> judged.add(Key.of(it.object())));
    int unseen = 0;
    var stale = new ArrayList<Key>();
    for (Map.Entry<Key, Integer> entry : left.entrySet()) {
      if (!judged.contains(entry.getKey().ofObject())) {
        unseen++;
      } else if (entry.getValue() > 0) {
        stale.add(entry.getKey());
      }
    }
    stale.sort(Comparator.comparingInt(it -> line(it)));
    return new CheckReport.Known(count, lines(stale, left), unseen);
  }

  private int line(Key key) {
    Known it = known.get(key);
    return it == null ? 0 : it.line();
  }

  private List<String> lines(List<Key> stale, Map<Key, Integer> left) {
    var lines = new ArrayList<String>();
    for (Key key : stale.subList(0, Math.min(stale.size(), SHOWN_STALE))) {
      int gone = left.getOrDefault(key, 0);
      lines.add(
          Printable.of(
              file
                  + ":"
                  + line(key)
                  + ": is stale: "
                  + (gone > 1 ? gone + " times " : "")
                  + key.words()
                  + " is no longer found"));
    }
    if (stale.size() > SHOWN_STALE) {
      lines.add(Printable.of(file) + ": " + (stale.size() - SHOWN_STALE) + " more are stale");
    }
    return lines;
  }

  /// Reads a file strictly: one mistake anywhere and it does not count.
  ///
  /// @throws UsageException one line for each mistake, with its place
  static Baseline read(Path directory, Path path) {
    ManifestFile file =
        new ManifestReader(directory, InputStream.nullInputStream()).read(path, path.toString());
    var reading = new Reading(file.name());
    for (ReadProblem problem : file.problems()) {
      reading.mistakes.add(Printable.of(problem.toString()));
      reading.mistakes.addAll(Excerpt.of(problem));
    }
    List<ManifestObject> objects = file.objects();
    if (reading.mistakes.isEmpty() && objects.size() != 1) {
      reading.mistakes.add(
          Printable.of(file.name()) + ": must hold one baseline, holds " + objects.size());
    }
    if (reading.mistakes.isEmpty()) {
      Optional<String> other = otherwise(objects.getFirst());
      if (other.isPresent()) {
        throw new UsageException(
            Printable.of(
                file.name()
                    + ": must be a baseline, is "
                    + other.get()
                    + ": gapless baseline writes such a file"));
      }
      reading.root(objects.getFirst());
    }
    if (!reading.mistakes.isEmpty()) {
      throw new UsageException(String.join("\n", reading.shown()));
    }
    return new Baseline(file.name(), reading.known);
  }

  /// What somebody may take for a baseline and is none.
  private static Optional<String> otherwise(ManifestObject root) {
    if (root.isKubernetesObject()) {
      return Optional.of("a " + root.kind());
    }
    if (root.kind().equals(SavedScan.KIND)) {
      return Optional.of("a saved scan (for --against)");
    }
    return root.tree().has("summary") ? Optional.of("a report of -o json") : Optional.empty();
  }

  /// A file that is being read.
  private static final class Reading {
    private final String file;
    private final List<String> mistakes = new ArrayList<>();
    private final Map<Key, Known> known = new LinkedHashMap<>();

    Reading(String file) {
      this.file = file;
    }

    List<String> shown() {
      int more = mistakes.size() - SHOWN_MISTAKES;
      if (more <= 0) {
        return mistakes;
      }
      var shown = new ArrayList<>(mistakes.subList(0, SHOWN_MISTAKES));
      shown.add(Printable.of(file) + ": and " + Words.count(more, "mistake") + " more");
      return shown;
    }

    void root(ManifestObject root) {
      JsonNode version = root.tree().path("version");
      if (!version.isInt() || version.intValue() != VERSION) {
        mistake(
            root,
            FieldPath.of("version"),
            "must be "
                + VERSION
                + (version.isMissingNode() ? ", is missing" : ", is " + version)
                + ": gapless baseline writes such a file");
        return;
      }
      members(root, FieldPath.ROOT, root.tree(), ROOT_MEMBERS);
      FieldPath path = FieldPath.of("findings");
      JsonNode findings = root.tree().path("findings");
      if (!findings.isArray()) {
        mistake(root, path, "must be a list");
      }
      for (int i = 0; i < findings.size(); i++) {
        finding(root, path.element(i), findings.path(i));
      }
    }

    private void finding(ManifestObject root, FieldPath path, JsonNode finding) {
      if (!finding.isObject()) {
        mistake(root, path, "must be an object");
        return;
      }
      int before = mistakes.size();
      var allowed = new HashSet<>(WORDS);
      allowed.add("count");
      members(root, path, finding, allowed);
      for (String word : WORDS) {
        if (!finding.path(word).isTextual()) {
          mistake(
              root,
              path.child(word),
              finding.has(word) ? "must be a string, is " + finding.get(word) : "must be set");
        }
      }
      JsonNode count = finding.path("count");
      if (!count.isInt() || count.intValue() < 1) {
        mistake(
            root,
            path.child("count"),
            "must be a number from 1" + (count.isMissingNode() ? "" : ", is " + count));
      }
      if (mistakes.size() > before) {
        return;
      }
      var key =
          new Key(
              finding.path("group").textValue(),
              finding.path("kind").textValue(),
              finding.path("namespace").textValue(),
              finding.path("name").textValue(),
              finding.path("rule").textValue(),
              finding.path("path").textValue());
      // Two branches that were merged may both have added it.
      known.merge(
          key,
          new Known(count.intValue(), root.position(path).line()),
          (a, b) -> new Known(Math.max(a.count(), b.count()), a.line()));
    }

    private void members(ManifestObject root, FieldPath path, JsonNode node, Set<String> allowed) {
      node.fieldNames()
          .forEachRemaining(name -> {
            if (!allowed.contains(name)) {
              mistake(root, path.child(name), "is unknown" + Names.suggestion(name, allowed));
            }
          });
    }

    private void mistake(ManifestObject root, FieldPath path, String message) {
      Position at = root.position(path);
      mistakes.add(
          Printable.of(file + ":" + at.line() + ":" + at.column() + ": " + path + ": " + message));
    }
  }
}
