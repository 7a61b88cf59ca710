package dev.gapless.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What no API server can be brought to on demand.
class ProjectionCacheTest {
  private static final String LIST =
      """
      {"metadata": {"resourceVersion": "7"}, "items": [{"metadata": {"name": "web"}}]}
      """;

  private final BlockingQueue<CacheState> moves = new LinkedBlockingQueue<>();
  private final AtomicInteger projected = new AtomicInteger();

  @SuppressWarnings("NullAway.Init")
  private HttpServer http;

  @SuppressWarnings("NullAway.Init")
  private ApiServer server;

  @BeforeEach
  void start() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext(
        "/",
        exchange -> {
          boolean watch = exchange.getRequestURI().getQuery().contains("watch=1");
          byte[] body = (watch ? "" : LIST).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
          }
        });
    http.start();
    Config config =
        new ConfigBuilder(Config.empty())
            .withMasterUrl("http://127.0.0.1:" + http.getAddress().getPort())
            .build();
    server = new ApiServer(config);
  }

  @AfterEach
  void stop() {
    server.close();
    http.stop(0);
  }

  @Test
  void anErrorOfOursIsTriedAgain() throws InterruptedException {
    ProjectionCache.Listener listener =
        new ProjectionCache.Listener() {
          @Override
          public void changed() {}

          @Override
          public void moved(WatchedResource resource, CacheState now, String cause) {
            moves.add(now);
          }
        };
    try (var cache =
        new ProjectionCache<>(
            server,
            WatchedResource.NAMESPACES,
            this::overflowingOnce,
            listener,
            Duration.ofMillis(1))) {
      cache.start();
      assertEquals(CacheState.OUT_OF_REACH, moves.poll(30, TimeUnit.SECONDS));
      assertEquals(CacheState.IN_STEP, moves.poll(30, TimeUnit.SECONDS));
      assertEquals(List.of("web"), List.copyOf(cache.all()));
    }
  }

  private Optional<String> overflowingOnce(JsonNode object) {
    if (projected.getAndIncrement() == 0) {
      throw new StackOverflowError("as of an object nested too deeply");
    }
    return Optional.of(object.at("/metadata/name").asText());
  }
}
