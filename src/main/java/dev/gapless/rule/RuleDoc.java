package dev.gapless.rule;

import dev.gapless.policy.Mode;
import java.util.List;

/// A rule's documentation: what `gapless explain` prints and the page under `docs/rules/` is made
/// of.
///
/// @param id kebab case, named for the problem
/// @param title one line
/// @param since the first release that has the rule
/// @param defaultMode its mode where a policy does not name it
/// @param settings the policy's fields under `spec` that the rule reads
/// @param why what goes wrong
/// @param remedy what to do
/// @param references where to read more
public record RuleDoc(
    String id,
    String title,
    String since,
    Mode defaultMode,
    List<String> settings,
    String why,
    String remedy,
    List<String> references) {}
