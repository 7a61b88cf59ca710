package dev.gapless.admission;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Reads one request's body to its end, so that the answer finds a client that listens: closing a
/// connection with unread bytes would reset it and lose the answer.
final class RequestBody {
  /// How much beyond the limit is thrown away before the connection is cut, in bytes.
  private static final long MAX_DISCARDED = 64L * 1024 * 1024;

  /// How long a body beyond the limit may go on, in milliseconds.
  private static final long MAX_DISCARDING = 5_000;

  private final HttpServerRequest request;
  private final int limit;
  private final Consumer<Buffer> whole;
  private final Runnable tooLong;
  private @Nullable Buffer kept = Buffer.buffer();
  private long seen;

  private RequestBody(
      HttpServerRequest request, int limit, Consumer<Buffer> whole, Runnable tooLong) {
    this.request = request;
    this.limit = limit;
    this.whole = whole;
    this.tooLong = tooLong;
  }

  /// Reads a body; exactly one of the two callbacks runs, on the event loop, unless the client goes
  /// away.
  ///
  /// @param limit in bytes
  /// @param whole gets the body
  /// @param tooLong runs as soon as the body is known to be longer; must answer
  static void read(
      Vertx vertx, HttpServerRequest request, int limit, Consumer<Buffer> whole, Runnable tooLong) {
    var body = new RequestBody(request, limit, whole, tooLong);
    if (declared(request) > limit) {
      body.refuse(vertx);
    }
    // The handler of chunks comes last: setting it makes Quarkus resume the request.
    request.exceptionHandler(_ -> {});
    request.endHandler(_ -> body.end());
    request.handler(chunk -> body.take(chunk, vertx));
    request.resume();
  }

  private static long declared(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    try {
      return length == null ? 0 : Long.parseLong(length);
    } catch (NumberFormatException _) {
      return Long.MAX_VALUE;
    }
  }

  private void take(Buffer chunk, Vertx vertx) {
    seen += chunk.length();
    Buffer body = kept;
    if (body == null) {
      if (seen > MAX_DISCARDED) {
        request.connection().close();
      }
    } else if (seen > limit) {
      refuse(vertx);
    } else {
      body.appendBuffer(chunk);
    }
  }

  private void refuse(Vertx vertx) {
    kept = null;
    tooLong.run();
    vertx.setTimer(
        MAX_DISCARDING,
        _ -> {
          if (!request.isEnded()) {
            request.connection().close();
          }
        });
  }

  private void end() {
    Buffer body = kept;
    if (body != null) {
      whole.accept(body);
    } else if (request.version() != HttpVersion.HTTP_2) {
      request.connection().close();
    }
  }
}
