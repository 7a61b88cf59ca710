package dev.gapless.cli;

import dev.gapless.cli.JudgedFile.JudgedObject;
import dev.gapless.engine.Engine;
import dev.gapless.engine.Evaluation;
import dev.gapless.engine.Review;
import dev.gapless.manifest.ManifestFile;
import dev.gapless.manifest.ManifestObject;
import dev.gapless.manifest.ManifestReader;
import dev.gapless.policy.Policies;
import dev.gapless.rule.Rule;
import dev.gapless.workload.Authorship;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Judges files by the one engine, as the webhook would judge a server-side apply of them.
final class FileJudge {
  private final Shell shell;
  private final Engine engine;
  private final Policies policies;
  private final JudgingOptions options;
  private final LocalDate today;

  FileJudge(Shell shell, List<Rule> rules, JudgingOptions options) {
    this.shell = shell;
    this.engine = new Engine(rules);
    this.policies = options.policies(shell.directory(), rules);
    this.options = options;
    this.today = LocalDate.ofInstant(shell.clock().instant(), ZoneOffset.UTC);
  }

  /// Reads and judges everything behind some arguments.
  List<JudgedFile> judge(List<String> paths) {
    var progress = new Progress(shell);
    List<ManifestReader.Source> sources =
        new ManifestReader(shell.directory(), shell.in()).find(paths);
    var files = new ArrayList<ManifestFile>(sources.size());
    for (ManifestReader.Source source : sources) {
      progress.show("read", files.size(), sources.size());
      files.add(source.get());
    }
    var surroundings =
        new FileSurroundings(
            files.stream().flatMap(file -> file.objects().stream()).toList(),
            options.namespaceLabels());
    var judged = new ArrayList<JudgedFile>(files.size());
    for (ManifestFile file : files) {
      progress.show("judged", judged.size(), files.size());
      List<JudgedObject> objects =
          file.objects().stream()
              .map(object -> new JudgedObject(object, evaluate(object, surroundings)))
              .toList();
      judged.add(new JudgedFile(file, objects));
    }
    progress.clear();
    return judged;
  }

  private Evaluation evaluate(ManifestObject object, FileSurroundings surroundings) {
    return engine.evaluate(
        new Review(
            object.tree(),
            Optional.empty(),
            Authorship.Source.FILE,
            surroundings.namespace(object.namespace()),
            surroundings,
            options.kubernetesVersion(),
            today),
        policies);
  }
}
