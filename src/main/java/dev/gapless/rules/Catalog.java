package dev.gapless.rules;

import dev.gapless.rule.Rule;
import java.util.List;

/// Every rule there is.
public final class Catalog {
  private Catalog() {}

  /// All rules.
  public static final List<Rule> RULES = List.of();
}
