package dev.gapless.policy;

import java.util.Optional;

/// The mode at which a rule acts on one workload, and why at this one.
///
/// @param asked what the policy asks for
/// @param origin where that comes from
/// @param controller the owner because of which no more than auditing is left of it
public record RuleMode(Mode asked, Origin origin, Optional<String> controller) {

  /// Where a rule's mode comes from.
  public sealed interface Origin {}

  /// The policy names the rule.
  record Named() implements Origin {}

  /// It is the rule's own default.
  record Default() implements Origin {}

  /// The rule's own default is beyond the policy's mode.
  record CappedByPolicy(Mode defaultMode) implements Origin {}

  /// The mode after all caps.
  public Mode mode() {
    return controller.isPresent() ? asked.atMost(Mode.AUDIT) : asked;
  }

  /// Why it is this mode, for people.
  public String because() {
    String origin =
        switch (origin()) {
          case Named _ -> "named in the policy";
          case Default _ -> "the rule's default";
          case CappedByPolicy(Mode defaultMode) ->
              "the rule's default is " + defaultMode + ", the policy's mode " + asked;
        };
    return controller
        .map(owner -> "controlled by " + owner + ", else " + asked + " (" + origin + ")")
        .orElse(origin);
  }
}
