package dev.gapless.rule;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.policy.EffectivePolicy;
import dev.gapless.workload.Authorship;
import dev.gapless.workload.FieldPath;
import dev.gapless.workload.Injected;

/// An object under judgement of which it is known who wrote what.
public sealed interface Authored permits Subject, NeighbourSubject {

  /// The raw tree, with the edits of earlier rules.
  JsonNode object();

  EffectivePolicy policy();

  Authorship authorship();

  Injected injected();

  /// Whether the value at this path was written by the object's author.
  default boolean wrote(FieldPath path) {
    return authorship().wrote(path, object(), injected());
  }

  /// Whether a fix may change this path under the policy.
  default boolean mayChange(FieldPath path) {
    return policy().change().permits(() -> wrote(path));
  }
}
