package dev.gapless.manifest;

/// Says at which place a text stops being a document.
final class UnreadableDocumentException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Position position;

  UnreadableDocumentException(Position position, String message) {
    super(message);
    this.position = position;
  }

  UnreadableDocumentException(Position position, String message, Throwable cause) {
    super(message, cause);
    this.position = position;
  }

  Position position() {
    return position;
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
