package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GaplessCommandTest {
  @TempDir private Path directory;

  @Test
  void explainListsTheRules() {
    assertEquals(
        """
        no-probe            Enforce  Title of no-probe
        no-sleep            Fix      Title of no-sleep
        no-max-unavailable  Fix      Title of no-max-unavailable
        no-team             Warn     Title of no-team
        selected            Audit    Title of selected
        """,
        Invocation.of(directory, "explain").out());
  }

  @Test
  void explainTellsAllOfOneRule() {
    assertEquals(
        """
        no-team: Title of no-team

        Default mode: Warn
        Since: 0.1.0
        Settings: spec.drainSeconds

        What goes wrong:
          Why no-team is bad.

        What to do:
          What to do about no-team.

        To live with it:
          Set the annotation exempt.gapless.dev/no-team: "<reason>" on the object; with
          gapless.dev/exempt-until: 2027-01-31 it counts up to that day. Or name the
          rule in a policy with another mode.

        Read more:
          https://kubernetes.io/docs/
        """,
        Invocation.of(directory, "explain", "no-team").out());
  }

  @Test
  void explainSuggestsTheRuleThatWasMeant() {
    assertEquals(
        new Invocation(2, "", "there is no rule \"no-tem\" (did you mean \"no-team\"?)\n"),
        Invocation.of(directory, "explain", "no-tem"));
  }

  @Test
  void explainSaysWhereTheRulesAreListedWhenNoneIsNear() {
    assertEquals(
        new Invocation(2, "", "there is no rule \"readiness\"; gapless explain lists all rules\n"),
        Invocation.of(directory, "explain", "readiness"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"version", "--version", "-V", "check --version"})
  void theVersionIsTheBuilds(String arguments) {
    assertEquals(
        "gapless " + BuildVersion.TEXT + "\n",
        Invocation.of(directory, arguments.split(" ", -1)).out());
    assertTrue(BuildVersion.TEXT.matches("[0-9]+\\.[0-9]+\\.[0-9]+.*"), BuildVersion.TEXT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "check --help",
        "fix -h",
        "explain --help",
        "baseline -h",
        "completion -h",
        "version --help"
      })
  void everyCommandHasHelp(String arguments) {
    Invocation help = Invocation.of(directory, arguments.split(" ", -1));
    assertEquals(0, help.exitCode());
    assertTrue(help.out().startsWith("Usage: gapless"), help.out());
    assertEquals("", help.err());
  }

  @ParameterizedTest(name = "gapless {0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          chek                | Unmatched argument at index 0: 'chek' (did you mean "check"?)
          check --fial-on x   | Unknown option: '--fial-on' (did you mean "--fail-on"?)
          check               | Missing required parameter: 'PATH'
          check --fail-on dney x | Invalid value for option '--fail-on': must be one of deny, warn, any, is "dney" (did you mean "deny"?)
          check -o sarf x     | Invalid value for option '--output' (FORMAT[=FILE]): must be one of text, json, sarif, junit, github, gitlab, markdown, is "sarf" (did you mean "sarif"?)
          check -o json= x    | Invalid value for option '--output' (FORMAT[=FILE]): must name a file behind "json="
          check -o json -o text x | only one form of output can go to standard output: give the others a file, as in -o sarif=gapless.sarif
          completion fsh      | Invalid value for positional parameter at index 0 (SHELL): must be one of bash, zsh, fish, is "fsh" (did you mean "fish"?)
          baselin x           | Unmatched arguments from index 0: 'baselin', 'x' (did you mean "baseline"?)
          """)
  void whatIsMistypedIsSaidWithTheRemedy(String arguments, String message) {
    Invocation mistyped = Invocation.of(directory, arguments.split(" ", -1));
    assertEquals(2, mistyped.exitCode());
    assertEquals("", mistyped.out());
    assertEquals(message, mistyped.err().lines().findFirst().orElseThrow());
  }

  @ParameterizedTest(name = "gapless {0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          check ''                  | positional parameter at index 0..* (PATH)
          check a.yaml ''           | positional parameter at index 0..* (PATH)
          fix --write ''            | positional parameter at index 0..* (PATH)
          baseline ''               | positional parameter at index 0..* (PATH)
          baseline . -o ''          | option '--output'
          why -f ''                 | option '--filename' (PATH)
          diff --filename=          | option '--filename' (PATH)
          check . --policy ''       | option '--policy' (FILE)
          check . --baseline=       | option '--baseline'
          scan --save ''            | option '--save'
          scan --against ''         | option '--against'
          scan --kubeconfig ''      | option '--kubeconfig'
          serve --policy ''         | option '--policy'
          serve --certs-dir ''      | option '--certs-dir'
          serve --certificate ''    | option '--certificate'
          """)
  void nothingIsNotTheCurrentFolder(String arguments, String named) {
    Invocation empty = Invocation.of(directory, arguments.replace("''", "").split(" ", -1));
    assertEquals(2, empty.exitCode());
    assertEquals("", empty.out());
    assertEquals(
        "Invalid value for " + named + ": must name a file or folder, is empty",
        empty.err().lines().findFirst().orElseThrow());
  }

  @Test
  void withoutACommandNothingIsDone() {
    assertEquals(
        new Invocation(2, "", "a command must be given\nsee: gapless --help\n"),
        Invocation.of(directory));
  }

  @Test
  void anInternalErrorIsOneLineUnlessAskedForMore() {
    Rule undocumented =
        failing(() -> {
          throw new IllegalStateException("no doc");
        });
    Invocation plain =
        Invocation.of(directory, List.of(undocumented), "", Map.of(), false, "explain");
    assertEquals(
        new Invocation(
            2,
            "",
            "internal error: java.lang.IllegalStateException: no doc; please report it, with what"
                + " GAPLESS_DEBUG=1 prints\n"),
        plain);
    assertTrue(
        Invocation.of(
                directory,
                List.of(undocumented),
                "",
                Map.of("GAPLESS_DEBUG", "1"),
                false,
                "explain")
            .err()
            .contains("\tat dev.gapless."));
  }

  @Test
  void tooLittleMemoryIsNoErrorOfOurs() {
    Rule hungry =
        failing(() -> {
          throw new OutOfMemoryError("Java heap space");
        });
    assertEquals(
        new Invocation(
            2,
            "",
            "the memory is used up: give more, such as JAVA_TOOL_OPTIONS=-Xmx2g, or name fewer"
                + " files at once\n"),
        Invocation.of(directory, List.of(hungry), "", Map.of(), false, "explain"));
  }

  private static Rule failing(Supplier<RuleDoc> doc) {
    return new Rule() {
      @Override
      public RuleDoc doc() {
        return doc.get();
      }

      @Override
      public Outcome judge(Subject subject) {
        return new Outcome.Passed();
      }
    };
  }
}
