package dev.gapless.bench;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

/// Clients that post one body again and again, all on one event loop, so that they take no more
/// than one core from the server.
final class Load implements AutoCloseable {
  private static final long TICK_MILLIS = 1;

  private final Vertx vertx;
  private final Context context;
  private final HttpClient client;
  private final RequestOptions request;
  private final Buffer body;
  private final int connections;

  // All of these belong to the event loop while a round runs.
  private CompletableFuture<Void> done = new CompletableFuture<>();
  private long[] nanos = new long[1 << 16];
  private int answered;
  private int failed;
  private int inFlight;
  private int sent;

  /// What came of it.
  ///
  /// @param nanos from when a request was due to its answer's end, sorted
  record Result(long[] nanos, int failed, double seconds) {

    double perSecond() {
      return nanos.length / seconds;
    }

    /// @param share such as 0.99
    double millis(double share) {
      return nanos.length == 0
          ? Double.NaN
          : nanos[(int) Math.min(nanos.length - 1, Math.floor(nanos.length * share))] / 1e6;
    }
  }

  private Load(
      Server server, String path, Path ca, HttpVersion version, int connections, byte[] body) {
    this.vertx = Vertx.vertx();
    this.context = vertx.getOrCreateContext();
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setSsl(true)
                .setUseAlpn(true)
                .setVerifyHost(false)
                .setProtocolVersion(version)
                .setTrustOptions(new PemTrustOptions().addCertPath(ca.toString()))
                .setMaxPoolSize(connections)
                .setHttp2MaxPoolSize(connections)
                .setHttp2MultiplexingLimit(1)
                .setMaxWaitQueueSize(-1));
    this.request =
        new RequestOptions()
            .setMethod(HttpMethod.POST)
            .setHost("127.0.0.1")
            .setPort(server.port())
            .setURI(path)
            .putHeader("Content-Type", "application/json");
    this.body = Buffer.buffer(body);
    this.connections = connections;
  }

  /// Clients with all their connections open, so that no handshake is counted.
  static Load on(Server server, Path ca, HttpVersion version, int connections, byte[] body) {
    return on(server, server.path(), ca, version, connections, body);
  }

  /// The same for another path than the server's own.
  static Load on(
      Server server, String path, Path ca, HttpVersion version, int connections, byte[] body) {
    var load = new Load(server, path, ca, version, connections, body);
    load.count(2 * connections);
    return load;
  }

  /// Posts on each connection as soon as the answer to its last request is there.
  Result closed(Duration time) {
    return closed(time, Integer.MAX_VALUE);
  }

  /// The same for a number of requests.
  Result count(int requests) {
    return closed(Duration.ofMinutes(5), requests);
  }

  private Result closed(Duration time, int requests) {
    begin();
    long start = System.nanoTime();
    long end = start + time.toNanos();
    context.runOnContext(_ -> {
      for (int i = 0; i < connections; i++) {
        next(end, requests);
      }
    });
    return result(start);
  }

  // Nothing runs on the event loop between two rounds.
  private void begin() {
    done = new CompletableFuture<>();
    answered = 0;
    failed = 0;
    sent = 0;
  }

  private void next(long end, int requests) {
    long now = System.nanoTime();
    if (now >= end || sent >= requests) {
      finishWhenIdle();
      return;
    }
    post(now, () -> next(end, requests));
  }

  /// Posts at a fixed rate, however long the answers take. A request that had to wait for a free
  /// connection counts from when it was due: a slow server cannot hide by slowing its clients down.
  Result open(int rate, Duration time) {
    begin();
    long start = System.nanoTime();
    int all = Math.toIntExact(rate * time.toMillis() / 1000);
    context.runOnContext(_ ->
        vertx.setPeriodic(
            TICK_MILLIS,
            timer -> {
              long due = start + sent * 1_000_000_000L / rate;
              while (sent < all && due <= System.nanoTime()) {
                post(
                    due,
                    () -> {
                      if (sent >= all) {
                        finishWhenIdle();
                      }
                    });
                due = start + sent * 1_000_000_000L / rate;
              }
              if (sent >= all) {
                vertx.cancelTimer(timer);
              }
            }));
    return result(start);
  }

  private void post(long due, Runnable then) {
    sent++;
    inFlight++;
    client
        .request(request)
        .compose(it -> it.send(body))
        .compose(response -> response.body().map(_ -> response.statusCode()))
        .onComplete(status -> {
          inFlight--;
          if (status.succeeded() && status.result() == 200) {
            record(System.nanoTime() - due);
          } else {
            failed++;
          }
          then.run();
        });
  }

  private void record(long latency) {
    if (answered == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * answered);
    }
    nanos[answered++] = latency;
  }

  private void finishWhenIdle() {
    if (inFlight == 0) {
      done.complete(null);
    }
  }

  private Result result(long start) {
    done.join();
    double seconds = (System.nanoTime() - start) / 1e9;
    long[] sorted = Arrays.copyOf(nanos, answered);
    Arrays.sort(sorted);
    return new Result(sorted, failed, seconds);
  }

  @Override
  public void close() {
    client.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
