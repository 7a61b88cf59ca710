package dev.gapless.cli;

/// What the process's end says.
final class ExitCode {
  /// All is well.
  static final int CLEAN = 0;

  /// Something was found.
  static final int FINDINGS = 1;

  /// The command could not do its work.
  static final int FAILED = 2;

  private ExitCode() {}
}
