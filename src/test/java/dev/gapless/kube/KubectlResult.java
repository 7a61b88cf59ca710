package dev.gapless.kube;

/// What kubectl or helm said.
public record KubectlResult(int exitCode, String stdout, String stderr) {

  /// Fails unless it succeeded.
  public KubectlResult succeeded() {
    if (exitCode != 0) {
      throw new AssertionError("it ended with exit code " + exitCode + ": " + stderr);
    }
    return this;
  }
}
