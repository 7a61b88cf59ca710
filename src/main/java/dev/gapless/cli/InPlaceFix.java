package dev.gapless.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.engine.Evaluation;
import dev.gapless.manifest.DocumentRewrite;
import dev.gapless.manifest.ManifestObject;
import dev.gapless.manifest.Position;
import dev.gapless.manifest.TextEdit;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Writes fixes into the files themselves, each of them wholly or not at all.
final class InPlaceFix {
  private final Shell shell;
  private final boolean diff;
  private final Optional<BufferedReader> answers;
  private final Set<Path> written = new HashSet<>();
  private boolean all;
  private boolean quit;
  private int fixed;
  private int unchanged;
  private int declined;
  private int left;
  private long leftObjects;
  private int unreadableFiles;
  private boolean failed;

  /// @param diff whether to print what is written
  /// @param interactive whether to ask before
  InPlaceFix(Shell shell, boolean diff, boolean interactive) {
    this.shell = shell;
    this.diff = diff;
    this.answers =
        interactive
            ? Optional.of(
                new BufferedReader(new InputStreamReader(shell.in(), StandardCharsets.UTF_8)))
            : Optional.empty();
  }

  /// Fixes one file, or says why it is left alone.
  ///
  /// @param changed what its objects become
  void fix(JudgedFile file, Map<ManifestObject, JsonNode> changed) {
    long unreadable =
        file.objects().stream()
            .filter(it -> it.evaluation() instanceof Evaluation.Unreadable)
            .count();
    leftObjects += unreadable;
    // The report names what is wrong.
    if (file.file().failure().isPresent()) {
      unreadableFiles++;
      return;
    }
    if (!file.file().problems().isEmpty()) {
      left++;
      return;
    }
    switch (DocumentRewrite.inPlace(file.file(), changed)) {
      case TextEdit.Impossible(Position position, String why) -> {
        left++;
        say(
            file.file().name()
                + ":"
                + position.line()
                + ":"
                + position.column()
                + ": "
                + why
                + "; the file is left alone");
      }
      case TextEdit.Done(String text) -> {
        String before = file.file().text();
        if (!text.equals(before)) {
          write(file.file().name(), before, text);
        } else if (unreadable == 0) {
          unchanged++;
        }
      }
    }
  }

  private void write(String name, String before, String after) {
    Path path = shell.directory().resolve(name);
    Optional<Path> real = real(path);
    if (real.isPresent() && written.contains(real.get())) {
      // By another name of the same file; whether that was read before or after is chance.
      unchanged++;
      return;
    }
    if (quit) {
      declined++;
      return;
    }
    if (diff || (answers.isPresent() && !all)) {
      shell.out().print(UnifiedDiff.of(name, before, after));
    }
    if (answers.isPresent() && !all && !agreed(name, answers.get())) {
      declined++;
      return;
    }
    Optional<String> obstacle = FileReplacement.replace(path, before, after);
    if (obstacle.isPresent()) {
      failed = true;
      left++;
      say(name + ": " + obstacle.get());
      return;
    }
    fixed++;
    real.ifPresent(written::add);
    shell.out().println("fixed " + Printable.of(name));
  }

  private static Optional<Path> real(Path path) {
    try {
      return Optional.of(path.toRealPath());
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  private boolean agreed(String name, BufferedReader reader) {
    shell.out().flush();
    while (true) {
      shell.err().print("Write this to " + Printable.of(name) + "? (y)es, (n)o, (a)ll, (q)uit: ");
      shell.err().flush();
      switch (answer(reader)) {
        case "y", "yes" -> {
          return true;
        }
        case "n", "no" -> {
          return false;
        }
        case "a", "all" -> {
          all = true;
          return true;
        }
        case "q", "quit" -> {
          quit = true;
          return false;
        }
        default -> shell.err().println("y, n, a or q must be the answer");
      }
    }
  }

  // The end of the input is the end of the asking.
  private static String answer(BufferedReader reader) {
    try {
      String line = reader.readLine();
      return line == null ? "q" : line.strip().toLowerCase(Locale.ROOT);
    } catch (IOException _) {
      return "q";
    }
  }

  private void say(String message) {
    shell.err().println(Printable.of(message));
  }

  /// What came of all files, in one line.
  String summary() {
    var parts = new ArrayList<>(List.of(Words.count(fixed, "file") + " fixed"));
    if (left > 0) {
      parts.add(left + " left alone");
    }
    if (leftObjects > 0) {
      parts.add(Words.count(leftObjects, "object") + " left alone");
    }
    if (unreadableFiles > 0) {
      parts.add(unreadableFiles + " unreadable");
    }
    if (declined > 0) {
      parts.add(declined + " declined");
    }
    parts.add(unchanged + " without need");
    return String.join(", ", parts);
  }

  /// Whether a file that could be read was left alone.
  boolean leftAny() {
    return left > 0;
  }

  /// Whether a file could not be written.
  boolean failed() {
    return failed;
  }
}
