package dev.gapless.cli;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/// Names findings so that a host knows them again, wherever in the file they stand.
final class Fingerprints {
  private final Map<String, Integer> seen = new HashMap<>();

  /// The next finding's: the same for the same finding on the same object; findings in one file
  /// that could not be told apart are counted.
  String next(CheckReport.Entry entry) {
    String finding = entry.rule() + "\n" + entry.object().qualified() + "\n" + entry.stablePath();
    int earlier = seen.merge(entry.place().file() + "\n" + finding, 1, Integer::sum) - 1;
    return sha256(finding + "\n" + earlier);
  }

  static String sha256(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
