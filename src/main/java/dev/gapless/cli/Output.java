package dev.gapless.cli;

import dev.gapless.policy.Names;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.TypeConversionException;

/// A form of output and where it goes.
///
/// @param file empty for standard output
record Output(Form form, Optional<Path> file) {

  /// The forms of output.
  enum Form {
    TEXT,
    JSON,
    SARIF,
    JUNIT,
    GITHUB,
    GITLAB,
    MARKDOWN;

    static List<String> words() {
      return Arrays.stream(values()).map(Form::toString).toList();
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// Reads `FORMAT` or `FORMAT=FILE`.
  static Output parse(String text) {
    int equals = text.indexOf('=');
    String word = equals < 0 ? text : text.substring(0, equals);
    List<String> words = Form.words();
    int index = words.indexOf(word);
    if (index < 0) {
      throw new TypeConversionException(
          "must be one of "
              + String.join(", ", words)
              + ", is \""
              + word
              + "\""
              + Names.suggestion(word, words));
    }
    Form form = Form.values()[index];
    if (equals < 0) {
      return new Output(form, Optional.empty());
    }
    if (equals + 1 == text.length()) {
      throw new TypeConversionException("must name a file behind \"" + text + "\"");
    }
    return new Output(form, Optional.of(PathArgument.parse(text.substring(equals + 1))));
  }
}
