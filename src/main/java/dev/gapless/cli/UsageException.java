package dev.gapless.cli;

/// Says what the user gave that cannot be used, and what to give instead; ends the command with
/// exit code 2.
public final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// @param message complete sentences for the user, with file and line where there is one
  public UsageException(String message) {
    super(message);
  }
}
