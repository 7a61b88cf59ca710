package dev.gapless.cli;

import dev.gapless.cli.JudgedFile.JudgedObject;
import dev.gapless.engine.Engine;
import dev.gapless.engine.Evaluation;
import dev.gapless.engine.Explanation;
import dev.gapless.engine.Namespace;
import dev.gapless.engine.Review;
import dev.gapless.manifest.ManifestFile;
import dev.gapless.manifest.ManifestObject;
import dev.gapless.manifest.ManifestReader;
import dev.gapless.policy.Policies;
import dev.gapless.rule.Rule;
import dev.gapless.workload.Authorship;
import dev.gapless.workload.KubernetesVersion;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

/// Judges files by the one engine, as the webhook would judge a server-side apply of them.
///
/// Every file is looked at twice: what stands in one counts for the objects of all others. In
/// between little is kept of them but what rules look at, so that it makes no difference how many
/// there are.
final class FileJudge {
  private final Shell shell;
  private final Engine engine;
  private final Policies policies;
  private final PolicyOptions options;
  private final KubernetesVersion kubernetes;
  private final LocalDate today;

  FileJudge(Shell shell, List<Rule> rules, JudgingOptions options) {
    this(
        shell,
        rules,
        options.policies(),
        options.kubernetesVersion(shell).orElse(KubernetesVersion.NEWEST_KNOWN));
  }

  FileJudge(Shell shell, List<Rule> rules, PolicyOptions options, KubernetesVersion kubernetes) {
    this.shell = shell;
    this.engine = new Engine(rules);
    this.policies = options.orBuiltIn(shell.directory(), rules);
    this.options = options;
    this.kubernetes = kubernetes;
    this.today = shell.today();
  }

  /// Judges everything behind some arguments and keeps the findings only.
  CheckReport report(List<Path> paths) {
    return report(paths, (_, _) -> {});
  }

  /// The same, with what holds for each object and why.
  CheckReport explainedReport(List<Path> paths) {
    return report(paths, (part, file) -> part.explain(explanations(List.of(file))));
  }

  private CheckReport report(
      List<Path> paths, BiConsumer<CheckReport.Builder, JudgedFile> besides) {
    var report = new CheckReport.Builder();
    List<ManifestReader.Source> sources = sources(paths);
    try (var progress = new Progress(shell)) {
      FirstLook firstLook = FirstLook.keeping();
      FileSurroundings surroundings = surroundings(sources, firstLook, progress);
      each(
          "judged",
          sources,
          progress,
          source -> {
            var part = new CheckReport.Builder();
            firstLook
                .pieces(source)
                .forEach(read -> {
                  JudgedFile file = judged(read, surroundings, engine::evaluate);
                  part.add(file);
                  besides.accept(part, file);
                });
            return part.build();
          },
          report::add);
    }
    return report.build();
  }

  /// Judges everything behind some arguments and keeps all of it.
  List<JudgedFile> judge(List<Path> paths) {
    return judge(paths, engine::evaluate);
  }

  /// The same, as if every rule that is at least audited were fixing.
  List<JudgedFile> judgeAsIfFixing(List<Path> paths) {
    return judge(paths, engine::evaluateAsIfFixing);
  }

  private List<JudgedFile> judge(List<Path> paths, Evaluating evaluating) {
    var files = new ArrayList<JudgedFile>();
    List<ManifestReader.Source> sources = sources(paths);
    try (var progress = new Progress(shell)) {
      FileSurroundings surroundings = surroundings(sources, FirstLook.keepingNothing(), progress);
      each(
          "judged",
          sources,
          progress,
          source -> judged(source.get(), surroundings, evaluating),
          files::add);
    }
    return files;
  }

  /// Judges everything behind some arguments and hands on file by file, in their order, so that few
  /// are kept at a time. What is done with each may be seen: no progress is shown beside it.
  ///
  /// @return what came of all of them
  CheckReport judgeEach(List<Path> paths, Consumer<JudgedFile> then) {
    var report = new CheckReport.Builder();
    List<ManifestReader.Source> sources = sources(paths);
    FileSurroundings surroundings;
    try (var progress = new Progress(shell)) {
      surroundings = surroundings(sources, FirstLook.keepingNothing(), progress);
    }
    Workers.inOrder(
        sources,
        source -> judged(source.get(), surroundings, engine::evaluate),
        file -> {
          report.add(CheckReport.of(List.of(file)));
          then.accept(file);
        });
    return report.build();
  }

  /// Says what holds for the objects that were judged, and why.
  List<Explanation> explanations(List<JudgedFile> files) {
    var explanations = new ArrayList<Explanation>();
    for (JudgedFile file : files) {
      for (JudgedObject object : file.objects()) {
        if (object.evaluation() instanceof Evaluation.Judged judged) {
          explanations.add(engine.explain(judged.object(), object.namespace(), today, policies));
        }
      }
    }
    return explanations;
  }

  private List<ManifestReader.Source> sources(List<Path> paths) {
    return new ManifestReader(shell.directory(), shell.in()).find(paths);
  }

  private FileSurroundings surroundings(
      List<ManifestReader.Source> sources, FirstLook firstLook, Progress progress) {
    var surroundings = new FileSurroundings(List.of(), options.namespaceLabels());
    each("read", sources, progress, firstLook::neighbours, it -> it.forEach(surroundings::add));
    return surroundings;
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

  /// How the engine is asked.
  private interface Evaluating extends BiFunction<Review, Policies, Evaluation> {}

  private JudgedFile judged(
      ManifestFile file, FileSurroundings surroundings, Evaluating evaluating) {
    return new JudgedFile(
        file, file.objects().stream().map(it -> judged(it, surroundings, evaluating)).toList());
  }

  private JudgedObject judged(
      ManifestObject object, FileSurroundings surroundings, Evaluating evaluating) {
    Namespace namespace = surroundings.namespace(object.namespace());
    var review =
        new Review(
            object.tree(),
            Optional.empty(),
            Authorship.Source.FILE,
            namespace,
            surroundings.around(),
            kubernetes,
            today);
    return new JudgedObject(object, namespace, evaluating.apply(review, policies));
  }
}
