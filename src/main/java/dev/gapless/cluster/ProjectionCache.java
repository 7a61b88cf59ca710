package dev.gapless.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Keeps what we need of all objects of a resource in step with the API server: lists, then
/// watches. A whole object lives no longer than it takes to project it.
///
/// @param <T> what is kept of an object
final class ProjectionCache<T> implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(ProjectionCache.class);
  private static final ObjectReader JSON = new JsonMapper().readerFor(JsonNode.class);

  /// How long a watch lasts. At its end the API server tells the version at which to go on, so a
  /// short one costs one request and never a list; and a connection that has died unnoticed is
  /// found out no later than this.
  private static final Duration WATCH = Duration.ofSeconds(60);

  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final Duration LIST_LIMIT = Duration.ofSeconds(60);

  /// Objects in one answer: as client-go does it, for the API server's sake and ours.
  private static final int PAGE = 500;

  /// Where waiting is for somebody who installs or grants something.
  private static final int SLOWER = 5;

  private final ApiServer server;
  private final WatchedResource resource;
  private final Function<JsonNode, Optional<T>> projection;
  private final Listener listener;
  private final Duration retryInterval;
  private final CountDownLatch closed = new CountDownLatch(1);

  private volatile Map<String, T> kept = new ConcurrentHashMap<>();
  private volatile CacheState state = CacheState.ASKING;
  private volatile boolean answered;
  private volatile @Nullable InputStream open;

  /// Hears of what happens to a cache, on the cache's own thread.
  interface Listener {
    /// Something that is kept has changed.
    void changed();

    /// The cache stands differently to the API server.
    ///
    /// @param cause what the API server said; empty when all is well
    void moved(WatchedResource resource, CacheState now, String cause);
  }

  /// @param projection empty for an object of which nothing is to be kept
  ProjectionCache(
      ApiServer server,
      WatchedResource resource,
      Function<JsonNode, Optional<T>> projection,
      Listener listener,
      Duration retryInterval) {
    this.server = server;
    this.resource = resource;
    this.projection = projection;
    this.listener = listener;
    this.retryInterval = retryInterval;
  }

  /// What is kept of the object; empty also where the object is not known.
  ///
  /// @param name of a namespaced object with its namespace: `shop/web`
  Optional<T> get(String name) {
    return Optional.ofNullable(kept.get(name));
  }

  /// All that is kept.
  Collection<T> all() {
    return kept.values();
  }

  WatchedResource resource() {
    return resource;
  }

  CacheState state() {
    return state;
  }

  /// Whether the API server has answered, be it that there is nothing to read.
  boolean answered() {
    return answered;
  }

  void start() {
    Thread.ofPlatform().daemon().name("watch-" + resource.plural()).start(this::run);
  }

  @Override
  public void close() {
    closed.countDown();
    InputStream reading = open;
    if (reading != null) {
      ApiServer.closeQuietly(reading);
    }
  }

  private void run() {
    try {
      Optional<String> version = Optional.empty();
      while (closed.getCount() > 0) {
        version = turn(version);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Lists where that is necessary, and watches until the watch ends.
  ///
  /// @param version from which to watch; empty when all must be listed
  /// @return the version at which to go on
  private Optional<String> turn(Optional<String> version) throws InterruptedException {
    var reached = new Progress(version);
    try {
      if (reached.version.isEmpty()) {
        reached.version = Optional.of(list());
      }
      long began = System.nanoTime();
      watch(reached);
      if (System.nanoTime() - began < TimeUnit.SECONDS.toNanos(1)) {
        rest(retryInterval);
      }
      return reached.version;
    } catch (RefusedException refused) {
      return refused(refused, reached);
    } catch (IOException | RuntimeException failed) {
      return failed(String.valueOf(failed.getMessage()), reached);
    } catch (Error failed) {
      // Such as a StackOverflowError over one absurd object: a cache that ends stands still for
      // ever, and nobody would see it.
      LOG.errorf(failed, "cache failed, tries again resource=%s", resource.plural());
      return failed(failed.toString(), reached);
    }
  }

  private Optional<String> failed(String cause, Progress reached) throws InterruptedException {
    if (closed.getCount() > 0) {
      state(CacheState.OUT_OF_REACH, cause);
      rest(retryInterval);
    }
    return reached.version;
  }

  // How far a turn got before it failed.
  private static final class Progress {
    private Optional<String> version;

    Progress(Optional<String> version) {
      this.version = version;
    }
  }

  private Optional<String> refused(RefusedException refused, Progress reached)
      throws InterruptedException {
    switch (refused.code()) {
      case HttpURLConnection.HTTP_GONE -> {
        // What lies between is forgotten there: list anew.
        rest(Duration.ofMillis(100));
        return Optional.empty();
      }
      case HttpURLConnection.HTTP_NOT_FOUND -> {
        replace(Map.of());
        answered = true;
        state(CacheState.NOT_INSTALLED, String.valueOf(refused.getMessage()));
        rest(retryInterval.multipliedBy(SLOWER));
        return Optional.empty();
      }
      case HttpURLConnection.HTTP_FORBIDDEN -> {
        answered = true;
        state(CacheState.FORBIDDEN, String.valueOf(refused.getMessage()));
        rest(retryInterval.multipliedBy(SLOWER));
        return Optional.empty();
      }
      default -> {
        state(CacheState.OUT_OF_REACH, refused.code() + " " + refused.getMessage());
        rest(retryInterval);
        return reached.version;
      }
    }
  }

  private void rest(Duration time) throws InterruptedException {
    // False when the time is over, true when closed: the caller looks anyhow.
    boolean _ = closed.await(time.toMillis(), TimeUnit.MILLISECONDS);
  }

  /// @return the version that was listed
  private String list() throws IOException, InterruptedException {
    var listed = new ConcurrentHashMap<String, T>();
    String next = "";
    String version;
    do {
      JsonNode page = page(next);
      for (JsonNode item : page.path("items")) {
        projection.apply(item).ifPresent(it -> listed.put(key(item), it));
      }
      version = page.path("metadata").path("resourceVersion").asText();
      next = page.path("metadata").path("continue").asText();
    } while (!next.isEmpty());
    replace(listed);
    answered = true;
    state(CacheState.IN_STEP, "");
    return version;
  }

  private JsonNode page(String next) throws IOException, InterruptedException {
    String path =
        resource.path()
            + "?limit="
            + PAGE
            + (next.isEmpty()
                ? ""
                : "&continue=" + URLEncoder.encode(next, StandardCharsets.UTF_8));
    try (InputStream body = opened(path, resource.acceptedList(), LIST_LIMIT)) {
      return JSON.readTree(body.readAllBytes());
    } finally {
      open = null;
    }
  }

  private void watch(Progress reached) throws IOException, InterruptedException {
    String path =
        resource.path()
            + "?watch=1&allowWatchBookmarks=true&timeoutSeconds="
            + WATCH.toSeconds()
            + "&resourceVersion="
            + reached.version.orElseThrow();
    try (InputStream body = opened(path, resource.acceptedEvents(), WATCH.plus(GRACE));
        var events = JSON.<JsonNode>readValues(body)) {
      state(CacheState.IN_STEP, "");
      while (events.hasNextValue()) {
        take(events.nextValue(), reached);
      }
    } catch (JsonProcessingException cutOff) {
      throw new IOException("the watch was cut off", cutOff);
    } finally {
      open = null;
    }
  }

  private InputStream opened(String path, String accept, Duration limit)
      throws IOException, InterruptedException {
    InputStream body = server.open(path, accept, limit);
    open = body;
    if (closed.getCount() == 0) {
      ApiServer.closeQuietly(body);
    }
    return body;
  }

  private void take(JsonNode event, Progress reached) throws RefusedException {
    JsonNode object = event.path("object");
    switch (event.path("type").asText()) {
      case "ADDED", "MODIFIED" -> keep(object);
      case "DELETED" -> {
        if (kept.remove(key(object)) != null) {
          listener.changed();
        }
      }
      case "ERROR" ->
          throw new RefusedException(
              object.path("code").asInt(HttpURLConnection.HTTP_GONE),
              object.path("message").asText());
      // A bookmark brings the version only.
      default -> {}
    }
    reached.version = Optional.of(object.path("metadata").path("resourceVersion").asText());
  }

  private void keep(JsonNode object) {
    Optional<T> next = projection.apply(object);
    T before = next.isPresent() ? kept.put(key(object), next.get()) : kept.remove(key(object));
    if (!Optional.ofNullable(before).equals(next)) {
      listener.changed();
    }
  }

  // In one step, so that nobody sees half of a list.
  private void replace(Map<String, T> next) {
    boolean news = !kept.equals(next);
    kept = new ConcurrentHashMap<>(next);
    if (news) {
      listener.changed();
    }
  }

  private void state(CacheState now, String cause) {
    CacheState before = state;
    state = now;
    if (before != now) {
      listener.moved(resource, now, cause);
    }
  }

  private static String key(JsonNode object) {
    JsonNode metadata = object.path("metadata");
    String namespace = metadata.path("namespace").asText();
    String name = metadata.path("name").asText();
    return namespace.isEmpty() ? name : namespace + "/" + name;
  }
}
