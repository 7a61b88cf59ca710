package dev.gapless.reliability;

import java.util.List;

/// What became of the creates of one scenario.
///
/// @param failed those that the API server did not accept, or never answered
/// @param unpatched those it accepted without what Gapless fills in
/// @param millis how long each took, sorted
/// @param complaints what was said to the first that failed
record Tally(int sent, int failed, int unpatched, List<Double> millis, List<String> complaints) {
  Tally {
    millis = millis.stream().sorted().toList();
    complaints = List.copyOf(complaints);
  }

  /// Whether all were accepted and filled in.
  boolean lossless() {
    return failed == 0 && unpatched == 0;
  }

  /// The duration that this share of the creates did not exceed, in milliseconds.
  double percentile(double share) {
    if (millis.isEmpty()) {
      return Double.NaN;
    }
    int rank = (int) Math.ceil(share * millis.size());
    return millis.get(Math.clamp(rank - 1L, 0, millis.size() - 1));
  }
}
