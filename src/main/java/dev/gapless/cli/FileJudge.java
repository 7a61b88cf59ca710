package dev.gapless.cli;

import dev.gapless.cli.JudgedFile.JudgedObject;
import dev.gapless.engine.Engine;
import dev.gapless.engine.Evaluation;
import dev.gapless.engine.Review;
import dev.gapless.manifest.ManifestFile;
import dev.gapless.manifest.ManifestObject;
import dev.gapless.manifest.ManifestPiece;
import dev.gapless.manifest.ManifestReader;
import dev.gapless.policy.Policies;
import dev.gapless.rule.Rule;
import dev.gapless.workload.Authorship;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/// Judges files by the one engine, as the webhook would judge a server-side apply of them.
///
/// Every file is looked at twice: what stands in one counts for the workloads of all others. In
/// between nothing is kept of them but their Services and Namespaces, so that it makes no
/// difference how many there are.
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

  /// Judges everything behind some arguments and keeps the findings only.
  CheckReport report(List<String> paths) {
    var report = new CheckReport.Builder();
    this.<CheckReport>judge(
        paths,
        (source, surroundings) -> {
          var part = new CheckReport.Builder();
          for (ManifestPiece piece : source.pieces()) {
            part.add(judged(piece.read(), surroundings));
          }
          return part.build();
        },
        report::add);
    return report.build();
  }

  /// Judges everything behind some arguments and keeps all of it.
  List<JudgedFile> judge(List<String> paths) {
    var files = new ArrayList<JudgedFile>();
    this.<JudgedFile>judge(
        paths, (source, surroundings) -> judged(source.get(), surroundings), files::add);
    return files;
  }

  /// What is done with each file.
  private interface Judging<T> {
    T of(ManifestReader.Source source, FileSurroundings surroundings);
  }

  private <T> void judge(List<String> paths, Judging<T> judging, Consumer<T> then) {
    List<ManifestReader.Source> sources =
        new ManifestReader(shell.directory(), shell.in()).find(paths);
    try (var progress = new Progress(shell)) {
      var surroundings = new FileSurroundings(List.of(), options.namespaceLabels());
      each("read", sources, progress, FileJudge::neighbours, it -> it.forEach(surroundings::add));
      each("judged", sources, progress, source -> judging.of(source, surroundings), then);
    }
  }

  private static <T> void each(
      String done,
      List<ManifestReader.Source> sources,
      Progress progress,
      Function<ManifestReader.Source, T> work,
      Consumer<T> then) {
    var count = new int[1];
    Workers.inOrder(
        sources,
        work,
        result -> {
          progress.show(done, count[0]++, sources.size());
          then.accept(result);
        });
  }

  private static List<ManifestObject> neighbours(ManifestReader.Source source) {
    return source.pieces().stream()
        .filter(piece -> piece.mayHold(FileSurroundings.KINDS))
        .flatMap(piece -> piece.read().objects().stream())
        .filter(object -> FileSurroundings.KINDS.contains(object.kind()))
        .toList();
  }

  private JudgedFile judged(ManifestFile file, FileSurroundings surroundings) {
    return new JudgedFile(
        file,
        file.objects().stream()
            .map(object -> new JudgedObject(object, evaluate(object, surroundings)))
            .toList());
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
