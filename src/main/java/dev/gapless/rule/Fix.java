package dev.gapless.rule;

import dev.gapless.patch.Edit;
import java.util.List;

/// Edits that make a finding go away and are only valid together.
///
/// @param would completes the sentence "would …"
public record Fix(List<Edit> edits, String would) {}
