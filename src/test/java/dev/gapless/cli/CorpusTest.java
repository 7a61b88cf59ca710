package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.github.difflib.DiffUtils;
import com.github.difflib.patch.AbstractDelta;
import dev.gapless.manifest.CommentPlace;
import dev.gapless.rules.Catalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `fix --write` on 220 files as teams write them: each of twenty in the habits of eleven.
class CorpusTest {
  private static final List<Path> FOLDERS =
      List.of(Path.of("src/test/corpus"), Path.of("examples"));
  private static final int FILES = 220;
  private static final Pattern COMMENT = Pattern.compile("(?:^|(?<=[ \t]))#.*");
  private static final Pattern BLOCK = Pattern.compile("[|>][-+0-9]*[ ]*(?:#.*)?$");
  private static final Pattern FIELD =
      Pattern.compile("([ ]*(?:-[ ]+)?\"?[A-Za-z][\\w./-]*\"?:)(?:[ ]+([\\w./:@-]+))?");
  private static final Pattern OWN_TYPE = Pattern.compile("[\\d.]+|true|false|null|yes|no|on|off");

  private static final Map<String, UnaryOperator<String>> HABITS = habits();

  @TempDir private Path directory;

  @Test
  void everyCommentStaysAndOnlyLinesAreAdded() throws IOException {
    Map<String, String> files = write();
    assertEquals(FILES, files.size());
    Invocation fix = gapless("fix", "--write", ".");
    assertEquals(0, fix.exitCode(), fix.err());
    int changed = 0;
    int comments = 0;
    int placed = 0;
    for (Map.Entry<String, String> file : files.entrySet()) {
      String after = Files.readString(directory.resolve(file.getKey()));
      changed += after.equals(file.getValue()) ? 0 : 1;
      comments += comments(file.getValue()).size();
      assertEquals(comments(file.getValue()), comments(after), after);
      CommentPlace.Places places = CommentPlace.of(file.getValue());
      placed += places.places().size();
      assertEquals(List.of(), places.moved(CommentPlace.of(after)), after);
      assertOnlyAdded(file.getKey(), file.getValue(), after);
    }
    assertTrue(changed > FILES / 2, "only " + changed + " files were changed");
    assertTrue(comments > 10 * FILES, "only " + comments + " comments");
    assertTrue(placed > 4 * FILES, "only " + placed + " comments on lines of their own");
    for (JsonNode finding :
        new JsonMapper().readTree(gapless("check", "-o", "json", ".").out()).path("findings")) {
      assertTrue(!finding.path("consequence").asText().equals("patched"), finding::toString);
    }
    Invocation again = gapless("fix", "--write", ".");
    assertEquals("0 files fixed, " + FILES + " without need\n", again.out());
  }

  // What nobody wrote is filled in: only an empty value, or what stands within brackets, becomes
  // another.
  private static void assertOnlyAdded(String name, String before, String after) {
    for (AbstractDelta<String> delta : DiffUtils.diff(lines(before), lines(after)).getDeltas()) {
      for (String gone : delta.getSource().getLines()) {
        assertTrue(gone.contains("{"), () -> name + " lost: " + gone + "\n" + after);
      }
    }
  }

  private static List<String> lines(String text) {
    return List.of(text.split("\r?\n", -1));
  }

  private static List<String> comments(String text) {
    return text.lines().flatMap(it -> COMMENT.matcher(it).results()).map(it -> it.group()).toList();
  }

  private Invocation gapless(String... arguments) {
    return Invocation.of(directory, Catalog.RULES, "", Map.of(), false, arguments);
  }

  private Map<String, String> write() throws IOException {
    var files = new LinkedHashMap<String, String>();
    for (Path folder : FOLDERS) {
      try (Stream<Path> all = Files.list(folder)) {
        for (Path file : all.filter(it -> it.toString().endsWith(".yaml")).sorted().toList()) {
          String text = Files.readString(file);
          HABITS.forEach(
              (habit, change) -> files.put(habit + "-" + file.getFileName(), change.apply(text)));
        }
      }
    }
    for (Map.Entry<String, String> file : files.entrySet()) {
      Files.writeString(directory.resolve(file.getKey()), file.getValue());
    }
    return files;
  }

  private static Map<String, UnaryOperator<String>> habits() {
    var habits = new LinkedHashMap<String, UnaryOperator<String>>();
    habits.put("as-it-is", text -> text);
    habits.put("four-spaces", text -> indented(text, 2));
    habits.put("six-spaces", text -> indented(text, 3));
    habits.put("windows", text -> text.replace("\n", "\r\n"));
    habits.put("windows-bom", text -> "\uFEFF" + text.stripTrailing().replace("\n", "\r\n"));
    habits.put("quoting", text -> structure(text, CorpusTest::quoted));
    habits.put("talkative", text -> structure(text, CorpusTest::commented));
    habits.put("banners", text -> structure(text, CorpusTest::bannered));
    habits.put("retired", CorpusTest::retired);
    habits.put(
        "sloppy", text -> structure(text, (line, _) -> List.of(line + "  ")).stripTrailing());
    habits.put(
        "licensed",
        text ->
            "# Copyright the authors.\n#\n# Licensed as the repository is.\n\n"
                + (text.startsWith("---") ? "" : "---\n")
                + text
                + "\n\n# vim: set et sw=2:\n");
    return habits;
  }

  private static String indented(String text, int times) {
    Matcher margin = Pattern.compile("(?m)^[ ]*(?:-[ ]+)*").matcher(text);
    return margin.replaceAll(it -> wider(it.group(), times));
  }

  // What stands behind a dash moves too.
  private static String wider(String margin, int times) {
    var wider = new StringBuilder(" ".repeat(margin.length() * times));
    for (int dash = margin.indexOf('-'); dash >= 0; dash = margin.indexOf('-', dash + 1)) {
      wider.setCharAt(dash * times, '-');
    }
    return wider.toString();
  }

  /// What becomes of a line that is no part of a text.
  private interface Habit {
    List<String> apply(String line, int number);
  }

  private static String structure(String text, Habit habit) {
    var lines = new ArrayList<String>();
    int block = -1;
    int number = 0;
    for (String line : text.split("\n", -1)) {
      number++;
      int column = line.length() - line.stripLeading().length();
      if (block >= 0 && (line.isBlank() || column > block)) {
        lines.add(line);
        continue;
      }
      block = BLOCK.matcher(line).find() ? column : -1;
      if (line.isBlank() || line.startsWith("---") || block >= 0) {
        lines.add(line);
      } else {
        lines.addAll(habit.apply(line, number));
      }
    }
    return String.join("\n", lines);
  }

  private static List<String> quoted(String line, int number) {
    Matcher field = FIELD.matcher(line);
    if (!field.matches() || field.group(2) == null || OWN_TYPE.matcher(field.group(2)).matches()) {
      return List.of(line);
    }
    String quote = number % 2 == 0 ? "'" : "\"";
    return List.of(field.group(1) + " " + quote + field.group(2) + quote);
  }

  private static List<String> commented(String line, int number) {
    return List.of(FIELD.matcher(line).matches() ? line + "  # " + number + ": as agreed" : line);
  }

  private static List<String> bannered(String line, int number) {
    boolean opens = FIELD.matcher(line).matches() && line.endsWith(":") && !line.contains("- ");
    String margin = line.substring(0, line.length() - line.stripLeading().length());
    return opens
        ? List.of(margin + "# ---- " + number + " ----", line, margin + "  # see the handbook")
        : List.of(line);
  }

  /// Behind a part of lines that are indented as deep: what was once there, each line a comment at
  /// its own column.
  private static String retired(String text) {
    var lines = new ArrayList<String>();
    var former = new ArrayList<String>();
    for (String line : structure(text, (it, _) -> List.of(it + " ")).split("\n", -1)) {
      boolean structural = line.endsWith(" ") && !line.strip().startsWith("#");
      String kept = line.endsWith(" ") ? line.substring(0, line.length() - 1) : line;
      int column = line.length() - line.stripLeading().length();
      if (!former.isEmpty() && structural && column < column(former.getLast())) {
        lines.addAll(former.subList(Math.max(0, former.size() - 3), former.size()));
        lines.add("");
        former.clear();
      }
      lines.add(kept);
      if (structural && column > 0 && !kept.contains("{") && !kept.endsWith(":")) {
        former.add(" ".repeat(column) + "# " + kept.strip());
      } else if (!structural) {
        former.clear();
      }
    }
    return String.join("\n", lines);
  }

  private static int column(String line) {
    return line.length() - line.stripLeading().length();
  }
}
