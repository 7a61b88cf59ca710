package dev.gapless.cli;

import dev.gapless.engine.JudgedKinds;
import dev.gapless.manifest.ManifestFile;
import dev.gapless.manifest.ManifestObject;
import dev.gapless.manifest.ManifestPart;
import dev.gapless.manifest.ManifestReader;
import dev.gapless.manifest.Position;
import dev.gapless.manifest.ReadProblem;
import dev.gapless.manifest.RepeatedKey;
import dev.gapless.policy.Policies;
import dev.gapless.policy.PolicyReader;
import dev.gapless.policy.RolloutPolicy;
import dev.gapless.rule.Rule;
import dev.gapless.rules.Catalog;
import dev.gapless.workload.FieldPath;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Reads the policies of files, strictly: one mistake anywhere and none of them counts.
public final class PolicyFile {
  private static final FieldPath NAME = FieldPath.of("metadata", "name");

  private final Set<String> ids;
  private final List<String> mistakes = new ArrayList<>();
  private final Map<String, RolloutPolicy> policies = new LinkedHashMap<>();

  private PolicyFile(List<Rule> rules) {
    this.ids = rules.stream().map(rule -> rule.doc().id()).collect(Collectors.toSet());
  }

  /// The policies of a file.
  ///
  /// @throws UsageException when it cannot be read or holds a mistake: one line for each, with its
  ///   place
  public static Policies read(Path file) {
    return read(Path.of(""), List.of(file), Catalog.RULES);
  }

  /// The policies of files, and those among the manifests in folders.
  ///
  /// @param directory what relative paths start from
  /// @throws UsageException as for one file
  static Policies read(Path directory, List<Path> paths, List<Rule> rules) {
    var reader = new PolicyFile(rules);
    var files = new ManifestReader(directory, InputStream.nullInputStream());
    for (Path path : paths) {
      if (path.equals(ManifestReader.STDIN)) {
        reader.mistakes.add("--policy: must name a file or folder, is - for standard input");
        continue;
      }
      boolean folder = Files.isDirectory(directory.resolve(path));
      int before = reader.policies.size() + reader.mistakes.size();
      for (ManifestReader.Source source : files.find(List.of(path))) {
        reader.add(source.get(), folder);
      }
      if (reader.policies.size() + reader.mistakes.size() == before) {
        reader.mistakes.add(path + ": holds no policy");
      }
    }
    return reader.result();
  }

  /// The policies of a file that is read already.
  ///
  /// @throws UsageException as for one file
  static Policies of(ManifestFile file) {
    var reader = new PolicyFile(Catalog.RULES);
    reader.add(file, false);
    if (reader.policies.isEmpty() && reader.mistakes.isEmpty()) {
      reader.mistakes.add(file.name() + ": holds no policy");
    }
    return reader.result();
  }

  private Policies result() {
    if (!mistakes.isEmpty()) {
      throw new UsageException(
          mistakes.stream().map(Printable::of).collect(Collectors.joining("\n")));
    }
    return Policies.of(List.copyOf(policies.values()));
  }

  private void add(ManifestFile file, boolean amongOthers) {
    for (ReadProblem problem : file.problems()) {
      mistakes.add(problem.toString());
      mistakes.addAll(Excerpt.of(problem));
    }
    for (ManifestPart.Document document : file.documents()) {
      List<ManifestObject> objects =
          document.objects().stream()
              .filter(it -> !amongOthers || it.kind().equals(RolloutPolicy.KIND))
              .toList();
      if (!objects.isEmpty() || !amongOthers) {
        repeatedKeys(file, document);
      }
      objects.forEach(it -> add(file, it));
    }
  }

  private void repeatedKeys(ManifestFile file, ManifestPart.Document document) {
    for (RepeatedKey key : document.repeatedKeys()) {
      mistakes.add(
          at(file, key.position()) + key.path() + ": must be written once, is written again here");
    }
  }

  private void add(ManifestFile file, ManifestObject object) {
    switch (PolicyReader.read(object.tree(), ids, JudgedKinds.ALL)) {
      case PolicyReader.Valid(RolloutPolicy policy) -> {
        if (policies.putIfAbsent(policy.asks().name(), policy) != null) {
          mistakes.add(
              at(file, object.position(NAME))
                  + NAME
                  + ": must be unique, but there is another policy \""
                  + policy.asks().name()
                  + "\"");
        }
      }
      case PolicyReader.Invalid(List<PolicyReader.Problem> problems) ->
          problems.forEach(it -> mistakes.add(at(file, object.position(it.path())) + it));
    }
  }

  private static String at(ManifestFile file, Position position) {
    return file.name() + ":" + position.line() + ":" + position.column() + ": ";
  }
}
