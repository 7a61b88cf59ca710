package dev.gapless.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.gapless.neighbour.NeighbourType;
import dev.gapless.neighbour.Surroundings;
import dev.gapless.workload.LabelSelector;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What no API server can be brought to on demand.
class ProjectionCacheTest {
  private static final WatchedResource DEPLOYMENTS =
      WatchedResource.of(NeighbourType.WORKLOAD).getFirst();

  private static final WatchedResource SERVICES =
      WatchedResource.of(NeighbourType.SERVICE).getFirst();

  private final BlockingQueue<CacheState> moves = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> changes = new LinkedBlockingQueue<>();
  private final AtomicInteger projected = new AtomicInteger();
  private final List<String> asked = new CopyOnWriteArrayList<>();

  // One after the other; the last one is repeated.
  private final Queue<Answer> lists = new ArrayDeque<>();
  private final Queue<Answer> watches = new ArrayDeque<>();

  @SuppressWarnings("NullAway.Init")
  private HttpServer http;

  @SuppressWarnings("NullAway.Init")
  private ApiServer server;

  private record Answer(int status, String body) {}

  private final ProjectionCache.Listener listener =
      new ProjectionCache.Listener() {
        @Override
        public void changed() {
          changes.add("changed");
        }

        @Override
        public void moved(WatchedResource resource, CacheState now, String cause) {
          moves.add(now);
        }
      };

  @BeforeEach
  void start() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext("/", this::answer);
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

  private void answer(HttpExchange exchange) throws IOException {
    String query = exchange.getRequestURI().getQuery();
    asked.add(query);
    Queue<Answer> answers = query.contains("watch=1") ? watches : lists;
    Answer answer = answers.size() > 1 ? answers.remove() : answers.element();
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  private static Answer list(String version, String next, String... items) {
    return new Answer(
        200,
        """
        {"kind": "List", "metadata": {"resourceVersion": "%s", "continue": "%s"}, "items": [%s]}
        """
            .formatted(version, next, String.join(",", items)));
  }

  private static Answer events(String... events) {
    return new Answer(200, String.join("\n", events));
  }

  private static Answer refusal(int code) {
    return new Answer(code, "{\"code\": %d, \"message\": \"no\"}".formatted(code));
  }

  private static String named(String name) {
    return "{\"metadata\": {\"name\": \"%s\"}}".formatted(name);
  }

  private static String event(String type, String object) {
    return "{\"type\": \"%s\", \"object\": %s}".formatted(type, object);
  }

  private static String deployment(String name, String replicas, String app) {
    return """
    {"apiVersion": "apps/v1", "kind": "Deployment",
     "metadata": {"name": "%s", "namespace": "shop", "resourceVersion": "8"},
     "spec": {"replicas": %s, "template": {"metadata": {"labels": {"app": "%s"}}}}}
    """
        .formatted(name, replicas, app);
  }

  private ProjectionCache cache(WatchedResource resource, Projection projection) {
    return new ProjectionCache(server, resource, projection, listener, Duration.ofMillis(1));
  }

  private void awaitMove(CacheState state) throws InterruptedException {
    assertEquals(state, moves.poll(30, TimeUnit.SECONDS));
  }

  private void awaitChange() throws InterruptedException {
    assertEquals("changed", changes.poll(30, TimeUnit.SECONDS));
  }

  @Test
  void anErrorOfOursIsTriedAgain() throws InterruptedException {
    lists.add(list("7", "", named("web")));
    watches.add(events());
    var kept = new Projected<>(this::overflowingOnce);
    try (var cache = cache(WatchedResource.NAMESPACES, kept)) {
      cache.start();
      awaitMove(CacheState.OUT_OF_REACH);
      awaitMove(CacheState.IN_STEP);
      assertEquals(List.of("web"), List.copyOf(kept.all()));
    }
  }

  private Optional<String> overflowingOnce(JsonNode object) {
    if (projected.getAndIncrement() == 0) {
      throw new StackOverflowError("as of an object nested too deeply");
    }
    return name(object);
  }

  private static Optional<String> name(JsonNode object) {
    return Optional.of(object.at("/metadata/name").asText());
  }

  @Test
  void whatIsGoneWhenAllIsListedAnewIsForgotten() throws InterruptedException {
    lists.add(list("7", "more", named("goes")));
    lists.add(list("7", "", named("stays")));
    lists.add(list("9", "", named("stays"), named("comes")));
    watches.add(events(event("ERROR", "{\"code\": 410, \"message\": \"too old\"}")));
    watches.add(events());
    var kept = new Projected<>(ProjectionCacheTest::name);
    try (var cache = cache(WatchedResource.NAMESPACES, kept)) {
      cache.start();
      awaitChange();
      awaitChange();
      assertEquals(Set.of("stays", "comes"), new TreeSet<>(kept.all()));
      assertTrue(asked.stream().anyMatch(it -> it.contains("continue=more")), asked::toString);
    }
  }

  @Test
  void aListThatBrokeOffIsNoneAndItsChangesAreToldInTheEnd() throws InterruptedException {
    lists.add(list("7", "more", named("web")));
    lists.add(refusal(500));
    lists.add(list("7", "", named("web")));
    watches.add(events());
    var kept = new Projected<>(ProjectionCacheTest::name);
    try (var cache = cache(WatchedResource.NAMESPACES, kept)) {
      assertFalse(cache.complete());
      cache.start();
      awaitMove(CacheState.OUT_OF_REACH);
      assertTrue(changes.isEmpty() || cache.complete(), "told before all was there");
      awaitChange();
      assertTrue(cache.complete());
    }
  }

  @Test
  void whatIsForbiddenIsNotKnownAndWhatIsNotInstalledIsKnownToBeNothing()
      throws InterruptedException {
    lists.add(list("7", "", named("web")));
    lists.add(refusal(403));
    lists.add(refusal(404));
    watches.add(refusal(403));
    var kept = new Projected<>(ProjectionCacheTest::name);
    try (var cache = cache(WatchedResource.NAMESPACES, kept)) {
      cache.start();
      awaitMove(CacheState.IN_STEP);
      awaitMove(CacheState.FORBIDDEN);
      awaitMove(CacheState.NOT_INSTALLED);
      assertTrue(cache.complete());
      assertTrue(cache.answered());
      assertEquals(List.of(), List.copyOf(kept.all()));
    }
  }

  @Test
  void anObjectThatCannotBeReadIsNoNeighbourAndTheOthersGoOn() throws InterruptedException {
    lists.add(
        list(
            "7",
            "",
            deployment("broken", "\"many\"", "web"),
            deployment("breaks", "2", "web"),
            deployment("stays", "3", "web"),
            "{\"metadata\": {\"name\": \"deep\"}, \"spec\": " + nested(5_000) + "}"));
    watches.add(
        events(
            event("MODIFIED", deployment("breaks", "\"many\"", "web")),
            event("ADDED", deployment("comes", "4", "web"))));
    watches.add(events());
    var around = new Surroundings(_ -> true, false);
    try (var cache = cache(DEPLOYMENTS, new ProjectedNeighbours("Deployment", around))) {
      cache.start();
      awaitChange();
      awaitChange();
      awaitChange();
      assertEquals(List.of("comes", "stays"), names(around));
    }
  }

  private static String nested(int depth) {
    return "[".repeat(depth) + "]".repeat(depth);
  }

  private static List<String> names(Surroundings around) {
    return around
        .workloadsSelected("shop", new LabelSelector(Map.of("app", "web"), List.of()))
        .orElseThrow()
        .stream()
        .map(it -> it.name())
        .collect(Collectors.toList());
  }

  @Test
  void itemsAreWhatTheirListIsOf() throws InterruptedException {
    lists.add(
        list(
            "7", "", "{\"metadata\": {\"name\": \"web\", \"namespace\": \"shop\"}, \"spec\": {}}"));
    watches.add(events());
    var around = new Surroundings(_ -> true, false);
    try (var cache = cache(SERVICES, new ProjectedNeighbours("Service", around))) {
      cache.start();
      awaitChange();
      assertEquals("web", around.service("shop", "web").orElseThrow().name());
      assertEquals(1, around.size(NeighbourType.SERVICE));
    }
  }
}
