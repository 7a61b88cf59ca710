package dev.gapless.policy;

import java.util.OptionalInt;

/// Whether and how workloads may be exempt from rules.
///
/// @param maxDays how many days ahead an exemption may end, 1 or more; empty lets it stand without
///   an end
public record ExemptionTerms(boolean allowed, boolean reasonRequired, OptionalInt maxDays) {
  /// Allowed, with a reason, without an end.
  public static final ExemptionTerms DEFAULT = new ExemptionTerms(true, true, OptionalInt.empty());
}
