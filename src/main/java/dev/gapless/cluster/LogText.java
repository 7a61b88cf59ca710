package dev.gapless.cluster;

import java.util.List;

/// Text as it may stand between double quotes in a line of the log.
final class LogText {
  private LogText() {}

  static String of(List<String> texts) {
    return of(String.join("; ", texts));
  }

  static String of(String text) {
    return text.replace('"', '\'').replaceAll("\\R", " ");
  }
}
