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
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/// Judges files by the one engine, as the webhook would judge a server-side apply of them.
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
        options.kubernetesVersion().orElse(KubernetesVersion.NEWEST_KNOWN));
  }

  FileJudge(Shell shell, List<Rule> rules, PolicyOptions options, KubernetesVersion kubernetes) {
    this.shell = shell;
    this.engine = new Engine(rules);
    this.policies = options.orBuiltIn(shell.directory(), rules);
    this.options = options;
    this.kubernetes = kubernetes;
    this.today = shell.today();
  }

  /// Reads and judges everything behind some arguments.
  List<JudgedFile> judge(List<String> paths) {
    return judge(paths, engine::evaluate);
  }

  /// The same, as if every rule that is at least audited were fixing.
  List<JudgedFile> judgeAsIfFixing(List<String> paths) {
    return judge(paths, engine::evaluateAsIfFixing);
  }

  /// Says what holds for the objects that were judged, and why.
  List<Explanation> explanations(List<JudgedFile> files) {
    var explanations = new ArrayList<Explanation>();
    for (JudgedFile file : files) {
      for (JudgedObject object : file.objects()) {
        if (object.evaluation() instanceof Evaluation.Judged judged) {
          explanations.add(engine.explain(judged.workload(), object.namespace(), today, policies));
        }
      }
    }
    return explanations;
  }

  private List<JudgedFile> judge(
      List<String> paths, BiFunction<Review, Policies, Evaluation> evaluation) {
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
          file.objects().stream().map(object -> judged(object, surroundings, evaluation)).toList();
      judged.add(new JudgedFile(file, objects));
    }
    progress.clear();
    return judged;
  }

  private JudgedObject judged(
      ManifestObject object,
      FileSurroundings surroundings,
      BiFunction<Review, Policies, Evaluation> evaluation) {
    Namespace namespace = surroundings.namespace(object.namespace());
    var review =
        new Review(
            object.tree(),
            Optional.empty(),
            Authorship.Source.FILE,
            namespace,
            surroundings,
            kubernetes,
            today);
    return new JudgedObject(object, namespace, evaluation.apply(review, policies));
  }
}
