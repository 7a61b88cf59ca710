package dev.gapless.admission;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Knows the server's phase, who is inside, and how to say goodbye without losing a request.
@Singleton
class Gate {
  /// The header by which the warm-up's requests prove that they are ours.
  static final String WARM_UP_HEADER = "Gapless-Warm-Up";

  private final Set<HttpConnection> connections = ConcurrentHashMap.newKeySet();
  private final Set<HttpConnection> dismissed = ConcurrentHashMap.newKeySet();
  private final AtomicInteger inFlight = new AtomicInteger();
  private volatile Phase phase = Phase.STARTING;
  private volatile @Nullable String warmUpToken;

  /// Where the server is in its life.
  Phase phase() {
    return phase;
  }

  /// Lets the warm-up in, and nobody else.
  void admitWarmUp(String token) {
    warmUpToken = token;
  }

  /// Whether this is one of the warm-up's requests.
  boolean isWarmUp(HttpServerRequest request) {
    String token = warmUpToken;
    return token != null && token.equals(request.getHeader(WARM_UP_HEADER));
  }

  /// Lets everybody in; once.
  synchronized boolean open() {
    warmUpToken = null;
    if (phase != Phase.STARTING) {
      return false;
    }
    phase = Phase.SERVING;
    return true;
  }

  /// Begins to say goodbye: whoever is connected learns at once (HTTP/2) or with his next answer
  /// (HTTP/1.1) that he should connect elsewhere. Everybody is still served.
  synchronized void leave() {
    phase = Phase.LEAVING;
    connections.forEach(this::dismiss);
  }

  /// Sends whoever still comes elsewhere.
  synchronized void close() {
    phase = Phase.GONE;
    connections.forEach(this::dismiss);
  }

  /// Whether nobody is connected and nothing is being answered.
  boolean empty() {
    return inFlight.get() == 0 && connections.isEmpty();
  }

  /// The requests that are being answered.
  int inFlight() {
    return inFlight.get();
  }

  /// Counts a request in, and out when its answer has been written or its client is gone.
  void enter(RoutingContext context) {
    HttpServerRequest request = context.request();
    HttpConnection connection = request.connection();
    if (connections.add(connection)) {
      connection.closeHandler(_ -> {
        connections.remove(connection);
        dismissed.remove(connection);
      });
    }
    inFlight.incrementAndGet();
    // Vert.x also calls end handlers when a stream fails after its end.
    var left = new AtomicBoolean();
    context.addEndHandler(_ -> {
      if (left.compareAndSet(false, true)) {
        inFlight.decrementAndGet();
        afterAnswer(context, connection);
      }
    });
  }

  private void afterAnswer(RoutingContext context, HttpConnection connection) {
    if (context.request().version() == HttpVersion.HTTP_2) {
      if (leaving()) {
        dismiss(connection);
      }
      return;
    }
    // The header alone leaves the connection open. A body that still comes is read to its end
    // first,
    // see RequestBody.
    if (context.request().isEnded()
        && context.response().headers().contains(HttpHeaders.CONNECTION, "close", true)) {
      connection.close();
    }
  }

  /// Asks an HTTP/1.1 client, with the answer's head, to close the connection where he should come
  /// by another one next time; to be called just before an answer is written.
  ///
  /// @param refused whether the answer sends him elsewhere
  void sayGoodbye(RoutingContext context, boolean refused) {
    if (refused || leaving() || !context.request().isEnded()) {
      closeAfterAnswer(context);
    }
  }

  private static void closeAfterAnswer(RoutingContext context) {
    if (context.request().version() != HttpVersion.HTTP_2) {
      context.response().putHeader(HttpHeaders.CONNECTION, "close");
    }
  }

  private boolean leaving() {
    return phase == Phase.LEAVING || phase == Phase.GONE;
  }

  // A GOAWAY that still names the highest possible stream: the client opens no new ones on this
  // connection, and those it has opened before the frame arrives are answered all the same. A
  // GOAWAY with the last stream seen would make requests that cross it on the wire fail.
  private void dismiss(HttpConnection connection) {
    if (isHttp2(connection) && dismissed.add(connection)) {
      connection.goAway(0, Integer.MAX_VALUE);
    }
  }

  // HTTP/1.1 connections refuse to tell their settings, and know no streams.
  private static boolean isHttp2(HttpConnection connection) {
    try {
      return connection.settings() != null;
    } catch (UnsupportedOperationException _) {
      return false;
    }
  }
}
