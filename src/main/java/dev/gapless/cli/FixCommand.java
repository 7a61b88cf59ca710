package dev.gapless.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import dev.gapless.cli.JudgedFile.JudgedObject;
import dev.gapless.engine.Consequence;
import dev.gapless.engine.Evaluation;
import dev.gapless.manifest.DocumentRewrite;
import dev.gapless.manifest.ManifestObject;
import dev.gapless.manifest.ManifestPart;
import dev.gapless.rule.Rule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `gapless fix`: does to manifests what the webhook would do to objects.
@Command(
    name = "fix",
    mixinStandardHelpOptions = true,
    description = {
      "Prints manifests with the changes that the webhook would make.",
      "",
      "No file is changed. What needs no change is printed as it is; where something changes,"
          + " comments, order and quoting stay as far as possible.",
      ""
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:done", "2:something could not be read, or the command is wrong"})
final class FixCommand implements Callable<Integer> {
  private static final int CONTEXT_LINES = 3;
  private static final String NO_NEWLINE = "\n\\ No newline at end of file";

  private final Shell shell;
  private final List<Rule> rules;

  @Parameters(
      paramLabel = "PATH",
      arity = "1..*",
      description = "Files, folders, or - for standard input.")
  private List<String> paths = new ArrayList<>();

  @Option(names = "--diff", description = "Print a unified diff instead.")
  private boolean diff;

  @Mixin private JudgingOptions judging = new JudgingOptions();

  FixCommand(Shell shell, List<Rule> rules) {
    this.shell = shell;
    this.rules = rules;
  }

  @Override
  public Integer call() {
    List<JudgedFile> files = new FileJudge(shell, rules, judging).judge(paths);
    var printer = new Printer();
    for (JudgedFile file : files) {
      String fixed = fixed(file);
      if (diff) {
        printDiff(file.file().name(), file.file().text(), fixed);
      } else {
        printer.print(fixed);
      }
    }
    CheckReport report = CheckReport.of(files);
    TextReport.errorsWithExcerpts(report).forEach(shell.err()::println);
    left(report);
    return report.complete() ? ExitCode.CLEAN : ExitCode.FAILED;
  }

  private static String fixed(JudgedFile file) {
    Map<ManifestObject, JsonNode> changed = new LinkedHashMap<>();
    for (JudgedObject object : file.objects()) {
      if (object.evaluation() instanceof Evaluation.Judged judged && !judged.patch().isEmpty()) {
        changed.put(object.object(), judged.fixed());
      }
    }
    var text = new StringBuilder();
    for (ManifestPart part : file.file().parts()) {
      text.append(
          part instanceof ManifestPart.Document document ? fixed(document, changed) : part.text());
    }
    return text.toString();
  }

  private static String fixed(
      ManifestPart.Document document, Map<ManifestObject, JsonNode> changed) {
    Map<ManifestObject, JsonNode> own = new LinkedHashMap<>();
    for (ManifestObject object : document.objects()) {
      JsonNode fixed = changed.get(object);
      if (fixed != null) {
        own.put(object, fixed);
      }
    }
    return own.isEmpty() ? document.text() : DocumentRewrite.apply(document, own);
  }

  private void left(CheckReport report) {
    long left =
        report.findings().stream().filter(it -> it.consequence() != Consequence.PATCHED).count();
    if (left > 0) {
      shell
          .err()
          .println(
              Words.count(left, "finding")
                  + (left == 1 ? " is" : " are")
                  + " left for the author: gapless check shows "
                  + (left == 1 ? "it" : "them"));
    }
  }

  /// Prints files one after the other, so that they are one stream of documents.
  private final class Printer {
    private boolean open;

    void print(String text) {
      if (text.isBlank()) {
        return;
      }
      if (open && !text.startsWith("---")) {
        shell.out().print("---\n");
      }
      shell.out().print(text);
      shell.out().print(text.endsWith("\n") ? "" : "\n");
      open = true;
    }
  }

  private void printDiff(String name, String before, String after) {
    if (before.equals(after)) {
      return;
    }
    String path = Printable.of(name.startsWith("/") ? name.substring(1) : name);
    List<String> old = lines(before);
    List<String> lines =
        UnifiedDiffUtils.generateUnifiedDiff(
            "a/" + path, "b/" + path, old, DiffUtils.diff(old, lines(after)), CONTEXT_LINES);
    lines.forEach(line -> shell.out().print(line + "\n"));
  }

  private static List<String> lines(String text) {
    var lines = new ArrayList<>(List.of(text.split("\n", -1)));
    String last = lines.removeLast();
    if (!last.isEmpty()) {
      lines.add(last + NO_NEWLINE);
    }
    return lines;
  }
}
