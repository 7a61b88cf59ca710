package dev.gapless.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gapless.cli.GaplessCommand;
import dev.gapless.cli.Shell;
import dev.gapless.policy.Exemption;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rules.Catalog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The pages under `docs/rules/` and the README's table, rendered from the rules and their
/// examples' real output.
class RulePagesTest {
  private static final boolean REWRITE = Boolean.getBoolean("golden.rewrite");
  private static final Path PAGES = Path.of("docs", "rules");
  private static final Path README = Path.of("README.md");
  private static final String BEGIN = "<!-- rules: rendered by make golden -->\n";
  private static final String END = "<!-- end of rules -->\n";

  @Test
  void everyRuleHasItsPage() throws IOException {
    for (Rule rule : Catalog.RULES) {
      compare(PAGES.resolve(rule.doc().id() + ".md"), page(rule));
    }
    try (var files = Files.list(PAGES)) {
      Set<String> pages =
          files
              .map(file -> String.valueOf(file.getFileName()).replace(".md", ""))
              .collect(Collectors.toSet());
      assertEquals(Catalog.ids(), pages, "a page without a rule: remove it");
    }
  }

  @Test
  void theReadmeListsEveryRule() throws IOException {
    String readme = Files.readString(README);
    int begin = readme.indexOf(BEGIN);
    int end = readme.indexOf(END);
    assertTrue(begin >= 0 && end > begin, "README.md has no place for the rule table");
    compare(README, readme.substring(0, begin + BEGIN.length()) + table() + readme.substring(end));
  }

  private static void compare(Path file, String expected) throws IOException {
    if (REWRITE) {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.writeString(file, expected);
    }
    assertEquals(
        expected,
        Files.exists(file) ? Files.readString(file) : "no such file",
        file + " is out of date: renew it with `make golden`");
  }

  private static String table() {
    var table = new StringBuilder("| rule | default | what |\n|---|---|---|\n");
    for (Rule rule : Catalog.RULES) {
      RuleDoc doc = rule.doc();
      table
          .append("| [`")
          .append(doc.id())
          .append("`](docs/rules/")
          .append(doc.id())
          .append(".md) | ")
          .append(doc.defaultMode())
          .append(" | ")
          .append(doc.title())
          .append(" |\n");
    }
    return table.toString();
  }

  private static String page(Rule rule) throws IOException {
    RuleDoc doc = rule.doc();
    String example = example(GoldenCase.ROOT.resolve(doc.id()).resolve("example"));
    var page = new StringBuilder();
    page.append("# ").append(doc.id()).append("\n\n").append(doc.title()).append(".\n\n");
    page.append("Default mode `").append(doc.defaultMode()).append("`, since ").append(doc.since());
    if (!doc.settings().isEmpty()) {
      page.append("; settings `").append(String.join("`, `", doc.settings())).append("`");
    }
    page.append(".\n\n## What goes wrong\n\n").append(doc.why()).append("\n\n");
    page.append("## What to do\n\n").append(doc.remedy()).append("\n\n");
    String object = rule.neighbourKinds().isEmpty() ? "the workload" : "the object";
    page.append("To live with it, annotate ")
        .append(object)
        .append(" with `")
        .append(Exemption.ANNOTATION_PREFIX)
        .append(doc.id())
        .append(": \"<reason>\"`, or give the rule another mode in a policy.\n\n");
    page.append("## Example\n\n```yaml\n")
        .append(example)
        .append("```\n\n`gapless check example.yaml`:\n\n```text\n")
        .append(run(example, "check", "--quiet"))
        .append("```\n");
    String diff = run(example, "fix", "--diff");
    if (!diff.isEmpty()) {
      page.append("\n`gapless fix --diff example.yaml`:\n\n```diff\n").append(diff).append("```\n");
    }
    page.append("\n## Read more\n\n");
    doc.references().forEach(it -> page.append("- <").append(it).append(">\n"));
    return page.toString();
  }

  /// The case's objects as one file.
  private static String example(Path folder) throws IOException {
    String input = Files.readString(folder.resolve("input.yaml"));
    Path around = folder.resolve("around.yaml");
    return Files.exists(around) ? input + "---\n" + Files.readString(around) : input;
  }

  private static String run(String example, String... command) throws IOException {
    Path folder = Files.createTempDirectory("example");
    Path file = folder.resolve("example.yaml");
    try {
      Files.writeString(file, example);
      return run(folder, command);
    } finally {
      Files.delete(file);
      Files.delete(folder);
    }
  }

  private static String run(Path folder, String... command) {
    var out = new ByteArrayOutputStream();
    var stream = new PrintStream(out, false, StandardCharsets.UTF_8);
    var shell =
        new Shell(
            InputStream.nullInputStream(),
            stream,
            stream,
            folder,
            Map.of(),
            false,
            false,
            false,
            InstantSource.fixed(Instant.parse("2026-11-21T12:00:00Z")));
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.add("example.yaml");
    GaplessCommand.run(shell, Catalog.RULES, arguments.toArray(String[]::new));
    return out.toString(StandardCharsets.UTF_8);
  }
}
