package dev.gapless.kube;

/// What kubectl said.
public record KubectlResult(int exitCode, String stdout, String stderr) {

  /// Fails unless kubectl succeeded.
  public KubectlResult succeeded() {
    if (exitCode != 0) {
      throw new AssertionError("kubectl ended with exit code " + exitCode + ": " + stderr);
    }
    return this;
  }
}
