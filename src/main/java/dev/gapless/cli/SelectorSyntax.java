package dev.gapless.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Says what is wrong with a label selector before a server is asked, in the words that people know
/// from kubectl.
///
/// The grammar is that of
/// https://github.com/kubernetes/apimachinery/blob/master/pkg/labels/selector.go.
final class SelectorSyntax {
  private static final int MAX_NAME = 63;
  private static final int MAX_PREFIX = 253;
  private static final String ALPHANUMERIC =
      " must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an"
          + " alphanumeric character";
  private static final Pattern NAME = Pattern.compile("([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]");
  private static final Pattern SUBDOMAIN =
      Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
  private static final Pattern WORD = Pattern.compile("[^=!(),<> \t\r\n]+");

  private static final String END = "";
  private static final Set<String> SYMBOLS =
      Set.of(END, "=", "==", "!=", "!", "(", ")", ",", "<", ">");
  private static final Set<String> ORDERS = Set.of("<", ">");
  private static final Set<String> EQUALITIES = Set.of("=", "==", "!=");
  private static final Set<String> MEMBERSHIPS = Set.of("in", "notin");

  private final List<String> tokens;
  private int next;

  private SelectorSyntax(String text) {
    this.tokens = tokens(text);
  }

  /// @param option that names the selector, for the message
  /// @throws UsageException when it is none
  static void demand(String option, String selector) {
    try {
      new SelectorSyntax(selector).selector();
    } catch (Mistake mistake) {
      throw new UsageException(option + ": " + mistake.getMessage());
    }
  }

  /// What is wrong.
  private static final class Mistake extends Exception {
    private static final long serialVersionUID = 1L;

    Mistake(String message) {
      super(message);
    }
  }

  private static List<String> tokens(String text) {
    var tokens = new ArrayList<String>();
    var word = WORD.matcher(text);
    for (int at = 0; at < text.length(); ) {
      word.region(at, text.length());
      String token =
          word.lookingAt()
              ? word.group()
              : text.startsWith("==", at) || text.startsWith("!=", at)
                  ? text.substring(at, at + 2)
                  : text.substring(at, at + 1);
      if (!token.isBlank()) {
        tokens.add(token);
      }
      at += token.length();
    }
    tokens.add(END);
    return tokens;
  }

  private void selector() throws Mistake {
    if (peek().equals(END)) {
      return;
    }
    if (!isWord(peek()) && !peek().equals("!")) {
      throw found(peek(), ", expected: !, identifier, or 'end of string'");
    }
    while (true) {
      try {
        requirement();
      } catch (Mistake mistake) {
        throw new Mistake("unable to parse requirement: " + mistake.getMessage());
      }
      String token = take();
      if (token.equals(END)) {
        return;
      }
      if (!token.equals(",")) {
        throw found(token, ", expected: ',' or 'end of string'");
      }
      if (!isWord(peek()) && !peek().equals("!")) {
        throw found(peek(), ", expected: identifier after ','");
      }
    }
  }

  private void requirement() throws Mistake {
    boolean absent = peek().equals("!");
    if (absent) {
      take();
    }
    String key = take();
    if (!isWord(key)) {
      throw found(key, ", expected: identifier");
    }
    demandKey(key);
    if (absent || peek().equals(END) || peek().equals(",")) {
      return;
    }
    String operator = take();
    if (MEMBERSHIPS.contains(operator)) {
      demandValues(key, values());
    } else if (EQUALITIES.contains(operator)) {
      demandValues(key, Set.of(value()));
    } else if (ORDERS.contains(operator)) {
      demandInteger(value());
    } else {
      throw found(operator, ", expected: in, notin, =, ==, !=, >, <");
    }
  }

  private String value() throws Mistake {
    if (peek().equals(END) || peek().equals(",")) {
      return "";
    }
    String value = take();
    if (!isWord(value)) {
      throw found(value, ", expected: identifier");
    }
    return value;
  }

  // One may be left out, as in (a,,b) and (): it is the empty one.
  private Set<String> values() throws Mistake {
    String open = take();
    if (!open.equals("(")) {
      throw found(open, " expected: '('");
    }
    var values = new TreeSet<String>();
    while (true) {
      if (isWord(peek())) {
        values.add(take());
      } else {
        values.add("");
      }
      String token = take();
      if (token.equals(")")) {
        return values;
      }
      if (!token.equals(",")) {
        throw found(token, ", expected: ',' or ')'");
      }
    }
  }

  private static void demandKey(String key) throws Mistake {
    int slash = key.indexOf('/');
    String prefix = slash < 0 ? "" : key.substring(0, slash);
    String name = key.substring(slash + 1);
    if (slash == 0) {
      throw invalid("key", key, "prefix part must be non-empty");
    }
    if (slash > 0 && (prefix.length() > MAX_PREFIX || !SUBDOMAIN.matcher(prefix).matches())) {
      throw invalid("key", key, "prefix part must be a lowercase RFC 1123 subdomain");
    }
    if (name.isEmpty()) {
      throw invalid("key", key, "name part must be non-empty");
    }
    if (name.length() > MAX_NAME) {
      throw invalid("key", key, "name part must be no more than " + MAX_NAME + " characters");
    }
    if (!NAME.matcher(name).matches()) {
      throw invalid("key", key, "name part" + ALPHANUMERIC);
    }
  }

  private static void demandValues(String key, Set<String> values) throws Mistake {
    int index = 0;
    for (String value : values) {
      String at = "values[" + index++ + "][" + key + "]";
      if (value.length() > MAX_NAME) {
        throw invalid(at, value, "must be no more than " + MAX_NAME + " characters");
      }
      if (!value.isEmpty() && !NAME.matcher(value).matches()) {
        throw invalid(at, value, "a valid label" + ALPHANUMERIC);
      }
    }
  }

  private static void demandInteger(String value) throws Mistake {
    try {
      Long.parseLong(value);
    } catch (NumberFormatException _) {
      throw invalid("values[0]", value, "for 'Gt', 'Lt' operators, the value must be an integer");
    }
  }

  private static Mistake invalid(String field, String value, String why) {
    return new Mistake(field + ": Invalid value: \"" + value + "\": " + why);
  }

  private static Mistake found(String token, String expected) {
    return new Mistake("found '" + token + "'" + expected);
  }

  private static boolean isWord(String token) {
    return !SYMBOLS.contains(token);
  }

  private String peek() {
    return tokens.get(next);
  }

  private String take() {
    String token = tokens.get(next);
    // The end stays.
    next = Math.min(next + 1, tokens.size() - 1);
    return token;
  }
}
