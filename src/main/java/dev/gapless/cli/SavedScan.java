package dev.gapless.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The findings of an earlier scan, by which a later one tells what is new.
///
/// A finding is the same one when namespace, kind, name, rule and field are, a container's fields
/// by the container's name.
final class SavedScan {
  /// By which a saved scan is told from other files.
  static final String KIND = "GaplessScan";

  private static final int VERSION = 1;
  private static final JsonMapper JSON = new JsonMapper();

  private final ScanScope scope;
  private final List<Known> findings;

  private SavedScan(ScanScope scope, List<Known> findings) {
    this.scope = scope;
    this.findings = findings;
  }

  /// What makes a finding the same one.
  record Known(String namespace, String kind, String name, String rule, String path) {
    static Known of(CheckReport.Entry finding) {
      return new Known(
          finding.object().namespace(),
          finding.object().kind(),
          finding.object().name(),
          finding.rule(),
          finding.stablePath());
    }

    @Override
    public String toString() {
      return namespace + "/" + kind + "/" + name + ": " + path + " [" + rule + "]";
    }

    ObjectNode json() {
      return JSON.createObjectNode()
          .put("namespace", namespace)
          .put("kind", kind)
          .put("name", name)
          .put("rule", rule)
          .put("path", path);
    }
  }

  /// Two scans beside each other.
  ///
  /// @param isNew of each finding of the later one, in its order
  /// @param gone what only the earlier one has
  record Comparison(List<Boolean> isNew, List<Known> gone) {
    long newOnes() {
      return isNew.stream().filter(it -> it).count();
    }

    long same() {
      return isNew.size() - newOnes();
    }
  }

  static SavedScan of(ScanScope scope, CheckReport report) {
    return new SavedScan(scope, report.findings().stream().map(Known::of).toList());
  }

  /// Reads a saved scan.
  ///
  /// @throws UsageException when there is none
  static SavedScan read(Path directory, Path file) {
    try {
      JsonNode root = JSON.readTree(Files.readString(directory.resolve(file)));
      if (!root.path("kind").asText().equals(KIND) || root.path("version").asInt() != VERSION) {
        throw new UsageException(
            file + ": must be what --save wrote: kind " + KIND + ", version " + VERSION);
      }
      if (!root.path("findings").isArray()) {
        throw new UsageException(file + ": must be what --save wrote: findings must be a list");
      }
      var findings = new ArrayList<Known>();
      for (JsonNode finding : root.path("findings")) {
        findings.add(
            new Known(
                word(file, finding, "namespace"),
                word(file, finding, "kind"),
                word(file, finding, "name"),
                word(file, finding, "rule"),
                word(file, finding, "path")));
      }
      return new SavedScan(
          new ScanScope(text(root, "namespace"), text(root, "selector")), findings);
    } catch (NoSuchFileException _) {
      throw new UsageException(file + ": no such file; write it with --save first");
    } catch (JsonProcessingException e) {
      throw new UsageException(
          file + ": must be what --save wrote: " + Printable.of(e.getOriginalMessage()));
    } catch (IOException e) {
      throw new UsageException(file + ": cannot be read: " + e.getMessage());
    }
  }

  private static String word(Path file, JsonNode finding, String member) {
    if (!finding.path(member).isTextual()) {
      throw new UsageException(
          file + ": must be what --save wrote: a finding's " + member + " must be a string");
    }
    return finding.path(member).textValue();
  }

  private static Optional<String> text(JsonNode root, String field) {
    return Optional.ofNullable(root.path("scope").path(field).textValue());
  }

  /// Writes it to a file.
  ///
  /// @throws UsageException when that is impossible
  void write(Path directory, Path file) {
    ObjectNode root = JSON.createObjectNode().put("kind", KIND).put("version", VERSION);
    ObjectNode looked = root.putObject("scope");
    scope.namespace().ifPresent(it -> looked.put("namespace", it));
    scope.selector().ifPresent(it -> looked.put("selector", it));
    var all = root.putArray("findings");
    findings.forEach(it -> all.add(it.json()));
    WholeFile.write(directory.resolve(file), out -> out.println(root.toPrettyString()));
  }

  ScanScope scope() {
    return scope;
  }

  /// What a later scan has that this one has not, and the other way round.
  Comparison compare(CheckReport later) {
    Map<Known, Integer> known = new LinkedHashMap<>();
    findings.forEach(it -> known.merge(it, 1, Integer::sum));
    var isNew = new ArrayList<Boolean>();
    for (CheckReport.Entry finding : later.findings()) {
      Known key = Known.of(finding);
      boolean before = known.getOrDefault(key, 0) > 0;
      if (before) {
        known.merge(key, -1, Integer::sum);
      }
      isNew.add(!before);
    }
    var gone = new ArrayList<Known>();
    known.forEach((key, count) -> {
      for (int i = 0; i < count; i++) {
        gone.add(key);
      }
    });
    return new Comparison(isNew, gone);
  }
}
