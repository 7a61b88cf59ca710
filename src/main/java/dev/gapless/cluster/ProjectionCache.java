package dev.gapless.cluster;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Keeps what we need of all objects of a resource in step with the API server: lists, then
/// watches. A whole object lives no longer than it takes to project it.
final class ProjectionCache implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(ProjectionCache.class);

  // One object that the API server has taken must not be too much for us: it reads JSON no deeper
  // than Go does (`maxNestingDepth` in Go's `encoding/json/scanner.go`).
  private static final JsonMapper JSON =
      new JsonMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder()
                      .maxNestingDepth(10_000)
                      .maxNameLength(Integer.MAX_VALUE)
                      .build())
              .build());
  private static final ObjectReader EVENTS = JSON.readerFor(JsonNode.class);

  /// How long a watch lasts. At its end the API server tells the version at which to go on, so a
  /// short one costs one request and never a list; and a connection that has died unnoticed is
  /// found out no later than this.
  private static final Duration WATCH = Duration.ofSeconds(60);

  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final Duration LIST_LIMIT = Duration.ofSeconds(60);

  /// Where waiting is for somebody who installs or grants something.
  private static final int SLOWER = 5;

  private final ApiServer server;
  private final WatchedResource resource;
  private final Projection projection;
  private final Listener listener;
  private final Duration retryInterval;
  private final CountDownLatch closed = new CountDownLatch(1);

  private volatile CacheState state = CacheState.ASKING;
  private volatile boolean answered;
  private volatile boolean complete;
  private volatile @Nullable InputStream open;

  /// Hears of what happens to a cache, on the cache's own thread.
  interface Listener {
    /// Something that is kept may have changed, and all of it is there.
    void changed();

    /// The cache stands differently to the API server.
    ///
    /// @param cause what the API server said; empty when all is well
    void moved(WatchedResource resource, CacheState now, String cause);
  }

  ProjectionCache(
      ApiServer server,
      WatchedResource resource,
      Projection projection,
      Listener listener,
      Duration retryInterval) {
    this.server = server;
    this.resource = resource;
    this.projection = projection;
    this.listener = listener;
    this.retryInterval = retryInterval;
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

  /// Whether all that there is was kept once, and what has changed since, as far as it was told:
  /// not while the API server forbids to read it.
  boolean complete() {
    return complete;
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
        replaced(Set.of());
        state(CacheState.NOT_INSTALLED, String.valueOf(refused.getMessage()));
        rest(retryInterval.multipliedBy(SLOWER));
        return Optional.empty();
      }
      case HttpURLConnection.HTTP_FORBIDDEN -> {
        answered = true;
        complete = false;
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
    var listed = new HashSet<String>();
    ListPage page;
    String next = "";
    do {
      page = page(next, listed);
      next = page.next();
    } while (!next.isEmpty());
    replaced(listed);
    state(CacheState.IN_STEP, "");
    return page.version();
  }

  private ListPage page(String next, Set<String> listed) throws IOException, InterruptedException {
    String path =
        resource.path()
            + "?limit="
            + ApiLists.PAGE_SIZE
            + (next.isEmpty()
                ? ""
                : "&continue=" + URLEncoder.encode(next, StandardCharsets.UTF_8));
    try (InputStream body = opened(path, resource.acceptedList(), LIST_LIMIT)) {
      return ListPage.read(
          JSON,
          body,
          resource.api(),
          object -> {
            listed.add(Projection.key(object));
            projection.put(object);
          });
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
        var events = EVENTS.<JsonNode>readValues(body)) {
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
      case "ADDED", "MODIFIED" -> tell(projection.put(object));
      case "DELETED" -> tell(projection.remove(object));
      case "ERROR" ->
          throw new RefusedException(
              object.path("code").asInt(HttpURLConnection.HTTP_GONE),
              object.path("message").asText());
      // A bookmark brings the version only.
      default -> {}
    }
    reached.version = Optional.of(object.path("metadata").path("resourceVersion").asText());
  }

  private void tell(boolean news) {
    if (news) {
      listener.changed();
    }
  }

  // Of objects that had gone nobody has told. Whether the rest has changed is not known here: a
  // list may have broken off before.
  private void replaced(Set<String> listed) {
    projection.retain(listed);
    answered = true;
    complete = true;
    listener.changed();
  }

  private void state(CacheState now, String cause) {
    CacheState before = state;
    state = now;
    if (before != now) {
      listener.moved(resource, now, cause);
    }
  }
}
