package dev.gapless.cli;

import dev.gapless.policy.Mode;
import dev.gapless.policy.Policies;
import dev.gapless.rule.Rule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/// The options that say by which policies workloads are judged.
final class PolicyOptions {
  @Option(
      names = "--policy",
      paramLabel = "FILE",
      description =
          "Judge by the policies of this file, or among the manifests in this folder, instead of the"
              + " built-in one or the cluster's; may be given several times.")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--namespace-labels",
      paramLabel = "KEY=VALUE",
      split = ",",
      description =
          "Labels of the namespaces, besides those of Namespaces among the manifests; instead of"
              + " those in the cluster.")
  private Map<String, String> namespaceLabels = new LinkedHashMap<>();

  Map<String, String> namespaceLabels() {
    return namespaceLabels;
  }

  /// Demands that the policies stay as they are.
  ///
  /// @throws UsageException when one would be overwritten
  void demandApartFrom(FilesToWrite written) {
    files.forEach(it -> written.demandApartFrom("--policy", it));
  }

  /// The policies of the files; empty where none was given.
  Optional<Policies> given(Path directory, List<Rule> rules) {
    return files.isEmpty()
        ? Optional.empty()
        : Optional.of(PolicyFile.read(directory, files, rules));
  }

  /// The policies for manifests.
  Policies orBuiltIn(Path directory, List<Rule> rules) {
    return given(directory, rules).orElseGet(() -> Policies.builtIn(Mode.ENFORCE));
  }
}
