package dev.gapless.cli;

/// Says what a command was given that it cannot work with; the message is for the user as it
/// stands.
public final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UsageException(String message) {
    super(message);
  }
}
