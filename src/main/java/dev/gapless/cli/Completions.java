package dev.gapless.cli;

import dev.gapless.rules.Catalog;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.ArgSpec;

/// What a shell can complete an argument's value to, and the words where their type does not say
/// them.
final class Completions {
  private Completions() {}

  /// What a value may be.
  sealed interface Values {}

  /// One of some words.
  ///
  /// @param thenFile whether a word may be followed by `=` and a file
  record Words(List<String> words, boolean thenFile) implements Values {}

  /// A file or a folder.
  record Files() implements Values {}

  /// Nothing that is known beforehand.
  record Anything() implements Values {}

  /// What the value of an argument may be.
  static Values of(ArgSpec argument) {
    if (argument.typeInfo().getType() == Path.class || argument.auxiliaryTypes()[0] == Path.class) {
      return new Files();
    }
    @Nullable Iterable<String> words = argument.completionCandidates();
    return words == null
        ? new Anything()
        : new Words(
            StreamSupport.stream(words.spliterator(), false).toList(),
            argument.auxiliaryTypes()[0] == Output.class);
  }

  /// The forms of output.
  static final class Forms implements Iterable<String> {
    Forms() {}

    @Override
    public Iterator<String> iterator() {
      return Output.Form.words().iterator();
    }
  }

  /// The rules' ids.
  static final class RuleIds implements Iterable<String> {
    RuleIds() {}

    @Override
    public Iterator<String> iterator() {
      return Catalog.RULES.stream().map(rule -> rule.doc().id()).iterator();
    }
  }

  /// The kinds of workloads, as they stand before a name.
  static final class Kinds implements Iterable<String> {
    Kinds() {}

    @Override
    public Iterator<String> iterator() {
      return LiveTarget.KINDS.stream().map(kind -> kind + "/").iterator();
    }
  }
}
