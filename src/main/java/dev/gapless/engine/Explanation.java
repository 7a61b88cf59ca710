package dev.gapless.engine;

import dev.gapless.policy.Resolution;
import dev.gapless.workload.Workload;
import java.util.List;

/// What holds for a workload, and why.
///
/// @param rules one for each rule, in catalogue order
/// @param notes what was asked for in vain
public record Explanation(
    Workload workload, Resolution resolution, List<Standing> rules, List<Note> notes) {}
