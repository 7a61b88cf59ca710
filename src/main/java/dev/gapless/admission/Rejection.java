package dev.gapless.admission;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// A request that is no admission review, answered as Kubernetes answers errors.
///
/// @param code the HTTP status code
/// @param message what is wrong and what to send instead
record Rejection(int code, String message) {

  /// What was sent is no review.
  static Rejection badRequest(String message) {
    return new Rejection(400, message);
  }

  /// The body: Kubernetes' `Status`.
  ObjectNode status() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("kind", "Status")
        .put("apiVersion", "v1")
        .put("status", "Failure")
        .put("message", message)
        .put("reason", reason())
        .put("code", code);
  }

  // The words of Kubernetes' StatusReason.
  private String reason() {
    return switch (code) {
      case 400 -> "BadRequest";
      case 404 -> "NotFound";
      case 405 -> "MethodNotAllowed";
      case 413 -> "RequestEntityTooLarge";
      case 415 -> "UnsupportedMediaType";
      case 503 -> "ServiceUnavailable";
      default -> "Unknown";
    };
  }
}
