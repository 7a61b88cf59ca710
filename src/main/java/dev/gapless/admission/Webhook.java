package dev.gapless.admission;

import java.util.Locale;

/// The two webhooks.
enum Webhook {
  /// Fills in what nobody wrote; never blocks.
  MUTATE,
  /// Judges what is left.
  VALIDATE;

  /// The path it is posted to.
  String path() {
    return "/" + label();
  }

  /// Its name in metrics and logs.
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
