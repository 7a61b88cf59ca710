package dev.gapless.cluster;

import java.util.Locale;

/// How a cache stands to what the API server has stored.
enum CacheState {
  /// The API server has not answered yet.
  ASKING,
  /// In step: changes arrive as they are made.
  IN_STEP,
  /// The API server is out of reach; the last state holds.
  OUT_OF_REACH,
  /// The API server does not know the resource: there is nothing to hold.
  NOT_INSTALLED,
  /// We may not read it; the last state holds, at first none.
  FORBIDDEN;

  /// Its name in metrics, logs and the readiness check.
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
