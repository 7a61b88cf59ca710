package dev.gapless.manifest;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/// Says what an author did wrong where the parser says what it was about to do.
///
/// @param parser what the parser says
/// @param meant what is said instead; `$1` and so on are the parser's groups
record YamlMistake(Pattern parser, String meant) {

  /// What the parser says of a key without a colon, in the line behind it.
  static final String WITHOUT_COLON = "could not find expected ':'";

  // In the words of snakeyaml-engine 3.0.1.
  private static final List<YamlMistake> KNOWN =
      List.of(
          of(".*found character '\\\\t\\(TAB\\)'.*", "a tab must not indent: use spaces"),
          of(".*found character '(.)'.*", "a value must not begin with $1 unless it is quoted"),
          of(
              "mapping values are not allowed here",
              "a colon must not stand here: indent as the lines above, put a space behind their"
                  + " colons, or quote the value"),
          of(
              "while parsing a block (?:collection|mapping): expected <block end>.*",
              "this must not stand here: indent it as what it belongs to, or mend the quotes"
                  + " before it"),
          of(".*" + WITHOUT_COLON, "a colon and a space must follow this"),
          of(".*quoted scalar: found unexpected end of stream", "this quote must be closed"),
          of(".*quoted scalar: found unexpected document separator", "this quote must be closed"),
          of(
              ".*quoted scalar: found unknown escape character (.).*",
              "\\\\$1 must not stand within double quotes: use single ones, or write \\\\\\\\$1"),
          of(".*expected ',' or '([]}])'.*stream end.*", "this must be closed by $1"),
          of(".*expected ',' or '([]}])'.*", "a comma or $1 must stand here"),
          of(".*expected the node content.*", "a value must stand here"),
          of(
              ".*block scalar: expected chomping or indentation indicators.*",
              "nothing but + or -, a digit and a comment must follow | and >"),
          of(
              "expected '<document start>'.*",
              "a further document must begin with --- on a line of its own"));

  private static final String CONFLICT = "<<<<<<< ";

  private static YamlMistake of(String parser, String meant) {
    return new YamlMistake(Pattern.compile(parser), meant);
  }

  /// What is wrong with a text.
  static String in(String text, MarkedYamlEngineException e) {
    if (text.startsWith(CONFLICT) || text.contains("\n" + CONFLICT)) {
      return "a conflict of a merge must be resolved";
    }
    String said = said(e);
    return KNOWN.stream().flatMap(it -> it.meant(said).stream()).findFirst().orElse(said);
  }

  private Optional<String> meant(String said) {
    Matcher matcher = parser.matcher(said);
    return matcher.matches() ? Optional.of(matcher.replaceFirst(meant)) : Optional.empty();
  }

  private static String said(MarkedYamlEngineException e) {
    String context = e.getContext();
    String problem = String.valueOf(e.getProblem());
    String said = context == null ? problem : context + ": " + problem;
    return said.strip().replaceAll("\\s+", " ");
  }
}
