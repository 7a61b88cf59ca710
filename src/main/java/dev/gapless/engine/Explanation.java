package dev.gapless.engine;

import dev.gapless.policy.Resolution;
import dev.gapless.workload.KubernetesObject;
import java.util.List;

/// What holds for an object, and why.
///
/// @param rules one for each rule that judges such an object, in catalogue order
/// @param notes what was asked for in vain
public record Explanation(
    KubernetesObject object, Resolution resolution, List<Standing> rules, List<Note> notes) {}
