package dev.gapless.cli;

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
import dev.gapless.workload.WorkloadReader;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Reads the policies of a file, strictly: one mistake anywhere and none of them counts.
public final class PolicyFile {
  private static final FieldPath NAME = FieldPath.of("metadata", "name");

  private PolicyFile() {}

  /// The policies of a file.
  ///
  /// @throws UsageException when it cannot be read or holds a mistake: one line for each, with its
  ///   place
  public static Policies read(Path file) {
    return read(Path.of(""), file, Catalog.RULES);
  }

  static Policies read(Path directory, Path path, List<Rule> rules) {
    ManifestFile file =
        new ManifestReader(directory, InputStream.nullInputStream()).read(path, path.toString());
    var mistakes = new ArrayList<String>();
    for (ReadProblem problem : file.problems()) {
      mistakes.add(problem.toString());
      mistakes.addAll(Excerpt.of(problem));
    }
    for (ManifestPart.Document document : file.documents()) {
      for (RepeatedKey key : document.repeatedKeys()) {
        mistakes.add(
            at(file, key.position())
                + key.path()
                + ": must be written once, is written again here");
      }
    }
    Set<String> ids = rules.stream().map(rule -> rule.doc().id()).collect(Collectors.toSet());
    Map<String, RolloutPolicy> policies = new LinkedHashMap<>();
    for (ManifestObject object : file.objects()) {
      switch (PolicyReader.read(object.tree(), ids, WorkloadReader.KINDS)) {
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
    if (mistakes.isEmpty() && policies.isEmpty()) {
      mistakes.add(file.name() + ": holds no policy");
    }
    if (!mistakes.isEmpty()) {
      throw new UsageException(
          mistakes.stream().map(Printable::of).collect(Collectors.joining("\n")));
    }
    return Policies.of(List.copyOf(policies.values()));
  }

  private static String at(ManifestFile file, Position position) {
    return file.name() + ":" + position.line() + ":" + position.column() + ": ";
  }
}
