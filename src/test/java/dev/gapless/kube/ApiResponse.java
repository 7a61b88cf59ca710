package dev.gapless.kube;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/// What the API server says to a request.
///
/// @param status the HTTP status
/// @param body the object, or the `Status` that says why not
/// @param warnings the texts of its `Warning` headers
public record ApiResponse(int status, JsonNode body, List<String> warnings) {

  public boolean accepted() {
    return status >= 200 && status < 300;
  }

  /// Why it was rejected; empty where it was not.
  public String message() {
    return accepted() ? "" : body.path("message").asText();
  }
}
