package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SelectorSyntaxTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "app",
        "!app",
        "app=web",
        "app = web",
        "app==web,tier!=db",
        "app=",
        "app=,tier",
        "x in (foo,,baz),y,z notin ()",
        "x in (in,notin)",
        "in in (in)",
        "x in (,)",
        "app.kubernetes.io/name=web_1.0",
        "size>3,size<-5",
        "!app,\tb\n=c"
      })
  void whatKubectlTakesIsTaken(String selector) {
    assertDoesNotThrow(() -> SelectorSyntax.demand("-l", selector));
  }

  // What github.com/kubernetes/apimachinery says, but for what is cut off behind a value's form.
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a=b=c      | found '=', expected: ',' or 'end of string'
          a=b c      | found 'c', expected: ',' or 'end of string'
          a=b,       | found '', expected: identifier after ','
          a=b,,c     | found ',', expected: identifier after ','
          =a         | found '=', expected: !, identifier, or 'end of string'
          ,          | found ',', expected: !, identifier, or 'end of string'
          a b        | unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, >, <
          a=(b)      | unable to parse requirement: found '(', expected: identifier
          a===b      | unable to parse requirement: found '=', expected: identifier
          !          | unable to parse requirement: found '', expected: identifier
          !a=b       | found '=', expected: ',' or 'end of string'
          a in b     | unable to parse requirement: found 'b' expected: '('
          a in (b    | unable to parse requirement: found '', expected: ',' or ')'
          a in (b c) | unable to parse requirement: found 'c', expected: ',' or ')'
          a>b        | unable to parse requirement: values[0]: Invalid value: "b": for 'Gt', 'Lt' operators, the value must be an integer
          a/b/c=d    | unable to parse requirement: key: Invalid value: "a/b/c": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character
          /b=d       | unable to parse requirement: key: Invalid value: "/b": prefix part must be non-empty
          a/=d       | unable to parse requirement: key: Invalid value: "a/": name part must be non-empty
          A/b=d      | unable to parse requirement: key: Invalid value: "A/b": prefix part must be a lowercase RFC 1123 subdomain
          -a=d       | unable to parse requirement: key: Invalid value: "-a": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character
          a=b;c      | unable to parse requirement: values[0][a]: Invalid value: "b;c": a valid label must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character
          a in (b,-) | unable to parse requirement: values[0][a]: Invalid value: "-": a valid label must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character
          """)
  void whatItDoesNotTakeIsSaidInItsWords(String selector, String message) {
    assertEquals("-l: " + message, message(selector));
  }

  @Test
  void whatIsTooLongIsSaid() {
    String name = "a".repeat(64);
    assertEquals(
        "-l: unable to parse requirement: key: Invalid value: \""
            + name
            + "\": name part must be no more than 63 characters",
        message(name));
    assertEquals(
        "-l: unable to parse requirement: values[0][a]: Invalid value: \""
            + name
            + "\": must be no more than 63 characters",
        message("a=" + name));
  }

  private static String message(String selector) {
    return String.valueOf(
        assertThrows(UsageException.class, () -> SelectorSyntax.demand("-l", selector))
            .getMessage());
  }
}
