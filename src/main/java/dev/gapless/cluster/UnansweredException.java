package dev.gapless.cluster;

/// A cluster did not answer what a person wanted to know; the message is for that person as it
/// stands.
public final class UnansweredException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnansweredException(String message) {
    super(message);
  }

  UnansweredException(String message, Throwable cause) {
    super(message, cause);
  }
}
