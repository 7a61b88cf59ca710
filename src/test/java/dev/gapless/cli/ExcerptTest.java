package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExcerptTest {
  @TempDir private Path directory;

  @Test
  void theCaretStandsUnderTheColumn() {
    assertEquals(List.of("    a: b: c", "        ^"), Excerpt.of("a: b: c", 5));
    assertEquals(List.of("    a: b: c", "    ^"), Excerpt.of("a: b: c", 1));
  }

  @Test
  void itStandsBehindALineThatIsTooShort() {
    assertEquals(List.of("    a: [", "        ^"), Excerpt.of("a: [", 9));
    assertEquals(List.of("", "    ^"), Excerpt.of("", 1));
  }

  @Test
  void tabsAreFourColumnsAndWideCharactersTwo() {
    assertEquals(List.of("        x: y", "           ^"), Excerpt.of("\tx: y", 5));
    assertEquals(List.of("    名前: 🚀 x", "             ^"), Excerpt.of("名前: 🚀 x", 7));
    // A combining mark takes none.
    assertEquals(List.of("    e\u0301: x", "       ^"), Excerpt.of("e\u0301: x", 5));
  }

  @Test
  void whatWouldMoveTheCursorIsShownAsAnEscape() {
    assertEquals(
        List.of("    a\\u001b[2J: x", " ".repeat(16) + "^"), Excerpt.of("a\u001b[2J: x", 8));
  }

  @Test
  void aLongLineIsCutAroundTheColumn() {
    String line = "x".repeat(500) + "!" + "y".repeat(500);
    List<String> cut = Excerpt.of(line, 501);
    assertTrue(cut.getFirst().length() <= Excerpt.WIDTH, cut.getFirst());
    assertTrue(cut.getFirst().startsWith("    …x"), cut.getFirst());
    assertTrue(cut.getFirst().endsWith("y…"), cut.getFirst());
    assertEquals('!', cut.getFirst().charAt(cut.getLast().indexOf('^')));
    List<String> wide = Excerpt.of("名".repeat(500) + "!" + "前".repeat(500), 501);
    int caret = wide.getLast().indexOf('^');
    int columns = 0;
    for (int i = 0; wide.getFirst().charAt(i) != '!'; i++) {
      columns += wide.getFirst().charAt(i) == '名' ? 2 : 1;
    }
    assertEquals(columns, caret);
  }

  @Test
  void errorsOfLaterDocumentsShowTheirOwnLine() {
    Invocation check =
        Invocation.withInput(
            directory, "a: 1\n---\nb: 2\nc:\td: e: f\r\n---\nx: 1\n", "check", "-");
    assertEquals(
        """
        stdin:4:5: a colon must not stand here: indent as the lines above, put a space behind their colons, or quote the value
            c:    d: e: f
                   ^
        """,
        check.err());
  }

  @Test
  void whatIsNoTextIsShownAsFarAsItIs() throws IOException {
    Files.write(
        directory.resolve("latin.yaml"),
        "a: 1\nb: caf\u00e9 c".getBytes(StandardCharsets.ISO_8859_1));
    assertEquals(
        """
        latin.yaml:2:7: is not UTF-8 text
            b: caf\ufffd c
                  ^
        """,
        Invocation.of(directory, "check", "latin.yaml").err());
  }

  @Test
  void whatNeverEndsIsShownWhereItBegins() {
    assertEquals(
        """
        stdin:2:4: this quote must be closed
            b: "two
               ^
        """,
        Invocation.withInput(directory, "a: 1\nb: \"two\nc: 3\n", "check", "-").err());
  }

  @Test
  void aSeparatorThatHoldsMoreIsShown() {
    assertEquals(
        """
        stdin:2:1: a line that begins with --- separates documents and must hold nothing else
            --- x: 1
            ^
        """,
        Invocation.withInput(directory, "a: 1\n--- x: 1\n", "check", "-").err());
  }
}
