package dev.gapless.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.github.difflib.DiffUtils;
import com.github.difflib.patch.AbstractDelta;
import dev.gapless.cli.FileSurroundings;
import dev.gapless.cli.GaplessCommand;
import dev.gapless.cli.PolicyFile;
import dev.gapless.cli.Shell;
import dev.gapless.engine.Engine;
import dev.gapless.engine.Evaluation;
import dev.gapless.engine.Namespace;
import dev.gapless.engine.Review;
import dev.gapless.policy.Policies;
import dev.gapless.rules.Catalog;
import dev.gapless.workload.Authorship;
import dev.gapless.workload.FieldPath;
import dev.gapless.workload.KubernetesVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What must hold of `fix --write` in whatever style a file is written.
class InPlacePropertyTest {
  private static final int BATCHES = 8;
  private static final int FILES = 100;
  private static final JsonMapper JSON = new JsonMapper();
  private static final Pattern COMMENT = Pattern.compile("#c(\\d+) ");

  // Below 1.30 a fix writes a list of words.
  private static final KubernetesVersion WITHOUT_SLEEP_ACTION = new KubernetesVersion(1, 29);

  private final Engine engine = new Engine(Catalog.RULES);

  @TempDir private Path directory;

  /// One run of the command line.
  private record Run(int exitCode, String out, String err) {}

  /// A file and what is known of it before it is fixed.
  private record Given(
      String name, RandomManifest.File made, Map<ManifestObject, Evaluation.Judged> toFix) {
    String what() {
      return name + "\n" + made.text();
    }
  }

  @Test
  void onlyWhatMustChangeChangesAndThenNothingIsLeftToFix() throws IOException {
    int fixed = 0;
    int left = 0;
    for (int batch = 0; batch < BATCHES; batch++) {
      Path folder = Files.createDirectory(directory.resolve("batch" + batch));
      Path policy = policy(new Random(batch));
      KubernetesVersion version =
          batch % 2 == 0 ? KubernetesVersion.NEWEST_KNOWN : WITHOUT_SLEEP_ACTION;
      String[] options = {
        "--policy", policy.toString(), "--kubernetes-version", "" + version, folder.toString()
      };
      List<Given> files = make(folder, policy, version, batch * FILES);
      Run write = run(List.of("fix", "--write"), options);
      assertTrue(write.exitCode() < 2, write.err());
      int leftBefore = left;
      Map<String, String> texts = new LinkedHashMap<>();
      for (Given file : files) {
        String after = Files.readString(folder.resolve(file.name()));
        texts.put(file.name(), after);
        Pattern said =
            Pattern.compile(Pattern.quote(file.name()) + ":\\d+:\\d+: .+; the file is left alone");
        if (write.err().lines().anyMatch(it -> said.matcher(it).find())) {
          left++;
          assertTrue(
              file.made().repeats() || file.made().commentsWithin(), file.what() + write.err());
          assertEquals(file.made().text(), after, file.name());
        } else if (file.toFix().isEmpty()) {
          assertEquals(file.made().text(), after, file.name());
        } else {
          fixed++;
          assertFixed(file, after);
        }
      }
      assertEquals(left > leftBefore ? 1 : 0, write.exitCode(), write.err());
      assertNothingIsLeftToFix(options, write);
      run(List.of("fix", "--write"), options);
      for (Given file : files) {
        assertEquals(
            texts.get(file.name()), Files.readString(folder.resolve(file.name())), file.what());
      }
    }
    assertTrue(fixed > BATCHES * FILES / 2, "only " + fixed + " files were fixed");
    assertTrue(left > BATCHES * FILES / 100, "only " + left + " files were left alone");
  }

  private List<Given> make(Path folder, Path policy, KubernetesVersion version, int firstSeed)
      throws IOException {
    var files = new ArrayList<Given>();
    for (int seed = firstSeed; seed < firstSeed + FILES; seed++) {
      RandomManifest.File made = RandomManifest.of(seed);
      String name = "seed" + seed + (made.json() ? ".json" : ".yaml");
      Optional<Map<ManifestObject, Evaluation.Judged>> toFix =
          toFix(name, made.text(), policy, version);
      if (toFix.isPresent()) {
        Files.writeString(folder.resolve(name), made.text());
        files.add(new Given(name, made, toFix.get()));
      }
    }
    return files;
  }

  private static void assertFixed(Given file, String after) {
    String what = file.what() + "\nbecame\n" + after;
    assertEquals(
        fixedTrees(file.made().text(), file.name(), file.toFix()),
        trees(file.name(), after),
        () -> what);
    assertOnlyChangedLinesWent(file.made(), file.name(), file.toFix(), after, what);
    assertCommentsStayed(file.made(), after, what);
    if (!file.made().json()) {
      assertEquals(
          List.of(), CommentPlace.of(file.made().text()).moved(CommentPlace.of(after)), what);
    }
  }

  private void assertNothingIsLeftToFix(String[] options, Run write) throws IOException {
    Run check = run(List.of("check", "-o", "json"), options);
    for (JsonNode finding : JSON.readTree(check.out()).path("findings")) {
      String file = finding.path("file").asText();
      assertTrue(
          !finding.path("consequence").asText().equals("patched")
              || write.err().contains(file + ":"),
          finding::toString);
    }
  }

  private static void assertCommentsStayed(RandomManifest.File made, String after, String what) {
    List<Integer> comments =
        COMMENT.matcher(after).results().map(it -> Integer.valueOf(it.group(1))).toList();
    assertEquals(made.comments(), comments.size(), what);
    for (int i = 0; i < comments.size(); i++) {
      assertEquals(i, comments.get(i), what);
    }
  }

  /// Of the lines before, only such are missing that hold a value which changes.
  private static void assertOnlyChangedLinesWent(
      RandomManifest.File made,
      String name,
      Map<ManifestObject, Evaluation.Judged> toFix,
      String after,
      String what) {
    // A byte-order mark and the end of the last line are bytes like all others here.
    List<String> lines = List.of(made.text().split("\n", -1));
    Set<Integer> mayGo = made.json() ? Set.of() : changing(name, made.text(), toFix);
    long operations = toFix.values().stream().mapToLong(it -> it.patch().size()).sum();
    int gone = 0;
    for (AbstractDelta<String> delta :
        DiffUtils.diff(lines, List.of(after.split("\n", -1))).getDeltas()) {
      for (int i = 0; i < delta.getSource().size(); i++) {
        int line = delta.getSource().getPosition() + i + 1;
        gone++;
        String text = delta.getSource().getLines().get(i);
        boolean allowed =
            made.json()
                // A comma more, or a brace that opens.
                || mayGo.contains(line)
                // The end of the file, where lines follow now.
                || (line == lines.size() && after.contains(text + "\r\n"));
        assertTrue(
            allowed, () -> what + "\nline " + line + " went: " + text + "\nbecame\n" + after);
      }
    }
    if (made.json()) {
      int most = (int) operations * 3;
      int went = gone;
      assertTrue(gone <= most, () -> went + " lines went: " + what);
    }
  }

  /// The lines of what each operation replaces, takes away, or adds to within brackets.
  private static Set<Integer> changing(
      String name, String text, Map<ManifestObject, Evaluation.Judged> toFix) {
    var lines = new HashSet<Integer>();
    int firstLine = 1;
    for (ManifestPart part : ManifestParser.parse(name, text).parts()) {
      if (part instanceof ManifestPart.Document document) {
        YamlNode syntax = syntax(document.text());
        List<ManifestObject> objects = document.objects();
        for (Map.Entry<ManifestObject, Evaluation.Judged> entry : toFix.entrySet()) {
          for (ManifestObject object : objects) {
            if (object.path().equals(entry.getKey().path())
                && object
                    .position(FieldPath.ROOT)
                    .equals(entry.getKey().position(FieldPath.ROOT))) {
              for (JsonNode operation : entry.getValue().patch()) {
                List<String> path = new ArrayList<>(segments(pointer(object.path())));
                path.addAll(segments(operation.path("path").asText()));
                mark(syntax, path, firstLine, lines);
              }
            }
          }
        }
      }
      firstLine += (int) part.text().chars().filter(it -> it == '\n').count();
    }
    return lines;
  }

  private static String pointer(FieldPath path) {
    return path.parent().isEmpty() ? "" : path.pointer();
  }

  private static List<String> segments(String pointer) {
    return pointer.isEmpty() ? List.of() : List.of(pointer.substring(1).split("/"));
  }

  private static void mark(YamlNode root, List<String> path, int firstLine, Set<Integer> lines) {
    YamlNode node = root;
    YamlNode from = root;
    boolean whole = true;
    for (String segment : path) {
      if (node instanceof YamlNode.Mapping mapping) {
        if (mapping.flow()) {
          break;
        }
        Optional<YamlNode.Member> member =
            mapping.members().stream()
                .filter(it -> it.key() instanceof YamlNode.Scalar key && key.text().equals(segment))
                .reduce((_, last) -> last);
        if (member.isEmpty()) {
          whole = false;
          break;
        }
        from = member.get().key();
        node = member.get().value();
      } else if (node instanceof YamlNode.Sequence sequence && !sequence.flow()) {
        int index = Integer.parseInt(segment);
        if (index >= sequence.elements().size()) {
          // A merge key below brings another.
          whole = false;
          break;
        }
        node = sequence.elements().get(index);
        from = node;
      } else {
        break;
      }
    }
    if (whole) {
      for (int line = from.span().startLine(); line <= node.span().endLine(); line++) {
        lines.add(firstLine + line);
      }
    }
  }

  private static YamlNode syntax(String text) {
    try {
      return YamlComposer.compose(text).orElseThrow();
    } catch (UnreadableDocumentException e) {
      throw new AssertionError(text, e);
    }
  }

  private static List<JsonNode> trees(String name, String text) {
    return ManifestParser.parse(name, text).objects().stream().map(ManifestObject::tree).toList();
  }

  private static List<JsonNode> fixedTrees(
      String text, String name, Map<ManifestObject, Evaluation.Judged> toFix) {
    var fixed = new LinkedHashMap<Position, JsonNode>();
    toFix.forEach((object, judged) -> fixed.put(object.position(FieldPath.ROOT), judged.fixed()));
    return ManifestParser.parse(name, text).objects().stream()
        .map(it -> fixed.getOrDefault(it.position(FieldPath.ROOT), it.tree()))
        .toList();
  }

  // Empty where an anchor stands in a place that is none, which nobody asks to be mended.
  private Optional<Map<ManifestObject, Evaluation.Judged>> toFix(
      String name, String text, Path policy, KubernetesVersion version) {
    ManifestFile file = ManifestParser.parse(name, text);
    assertEquals(List.of(), file.problems(), text);
    Policies policies = PolicyFile.read(policy);
    var surroundings = new FileSurroundings(file.objects(), Map.of());
    var toFix = new LinkedHashMap<ManifestObject, Evaluation.Judged>();
    for (ManifestObject object : file.objects()) {
      var review =
          new Review(
              object.tree(),
              Optional.empty(),
              Authorship.Source.FILE,
              Namespace.named("default"),
              surroundings.around(),
              version,
              LocalDate.of(2026, 11, 21));
      switch (engine.evaluate(review, policies)) {
        case Evaluation.Judged judged when !judged.patch().isEmpty() -> toFix.put(object, judged);
        case Evaluation.Unreadable _ -> {
          return Optional.empty();
        }
        default -> {}
      }
    }
    return Optional.of(toFix);
  }

  private Path policy(Random random) throws IOException {
    return Files.writeString(
        directory.resolve("policy"),
        """
        apiVersion: gapless.dev/v1alpha1
        kind: RolloutPolicy
        metadata: {name: any}
        spec:
          mode: Enforce
          change: %s
          preStopSleepSeconds: %d
          drainSeconds: %d
          maxSurge: %s
        """
            .formatted(
                random.nextBoolean() ? "Unset" : "Any",
                1 + random.nextInt(60),
                random.nextInt(60),
                List.of("25%", "1", "\"50%\"").get(random.nextInt(3))));
  }

  private Run run(List<String> command, String... options) {
    var arguments = new ArrayList<>(command);
    arguments.addAll(List.of(options));
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    var shell =
        new Shell(
            InputStream.nullInputStream(),
            new PrintStream(out, false, StandardCharsets.UTF_8),
            new PrintStream(err, false, StandardCharsets.UTF_8),
            directory,
            Map.of("GAPLESS_DEBUG", "1"),
            false,
            false,
            false,
            InstantSource.fixed(Instant.parse("2026-11-21T12:00:00Z")));
    int exitCode = GaplessCommand.run(shell, Catalog.RULES, arguments.toArray(String[]::new));
    return new Run(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
