package dev.gapless.workload;

/// Says that an object does not have the shape that Kubernetes gives its kind, so that nothing can
/// be said about it.
public final class UnreadableObjectException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient FieldPath path;

  UnreadableObjectException(FieldPath path, String message) {
    super(path + ": " + message);
    this.path = path;
  }

  /// The first field that could not be read.
  public FieldPath path() {
    return path;
  }
}
