package dev.gapless.cli;

import dev.gapless.rules.Catalog;
import java.util.Iterator;

/// The words that a shell can complete where their type does not say them.
final class Completions {
  private Completions() {}

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
}
