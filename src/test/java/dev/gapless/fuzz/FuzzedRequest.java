package dev.gapless.fuzz;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// One request as it goes over the wire, and what must come of it.
///
/// @param number of the request; seed and number make the same one again
/// @param head the request line and the headers, each without its line end
/// @param body as framed
/// @param halfClosed whether the client says, after the body, that it sends no more
/// @param uid the one that the answer must carry; empty where any answer below 500 will do
/// @param plain whether it is ordinary HTTP, so that it can go over HTTP/2 as well
record FuzzedRequest(
    int number,
    List<String> head,
    Buffer body,
    boolean halfClosed,
    Optional<String> uid,
    boolean plain) {

  FuzzedRequest {
    head = List.copyOf(head);
  }

  /// Whether it goes to the webhook that never blocks.
  boolean mutates() {
    return head.getFirst().startsWith("POST /mutate ");
  }

  /// For the report of a failure.
  @Override
  public String toString() {
    int shown = Math.min(body.length(), 300);
    return "request "
        + number
        + " "
        + head
        + " uid="
        + uid
        + " body of "
        + body.length()
        + " bytes: "
        + new String(body.getBytes(0, shown), StandardCharsets.ISO_8859_1);
  }
}
