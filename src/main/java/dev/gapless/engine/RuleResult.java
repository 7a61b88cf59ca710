package dev.gapless.engine;

import dev.gapless.patch.Edit;
import dev.gapless.policy.Mode;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.RuleDoc;
import java.util.List;

/// What came of one rule.
///
/// @param mode the mode it acted at; single findings may have been capped below it
/// @param judgements one for each finding
/// @param withdrawn what it took back of its earlier fixes, in whatever mode
public record RuleResult(
    RuleDoc doc, Mode mode, Outcome outcome, List<Judgement> judgements, List<Edit> withdrawn) {}
