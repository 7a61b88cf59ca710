package dev.gapless.cluster;

import java.io.IOException;

/// The API server has answered, with another status than was hoped for.
final class RefusedException extends IOException {
  private static final long serialVersionUID = 1;

  private final int code;

  RefusedException(int code, String message) {
    super(message);
    this.code = code;
  }

  /// The HTTP status, or that of an error in the middle of a watch.
  int code() {
    return code;
  }
}
