package dev.gapless.admission;

import java.util.Locale;

/// Where the server is in its life.
enum Phase {
  /// Not ready yet: only the warm-up gets in.
  STARTING,
  /// Ready.
  SERVING,
  /// Told to go: serves as before, but asks every client to open its next connection elsewhere.
  LEAVING,
  /// Past the shutdown delay: sends whoever still comes elsewhere.
  GONE;

  /// Its name in metrics and logs.
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
