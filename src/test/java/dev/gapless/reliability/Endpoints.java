package dev.gapless.reliability;

import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// What the nodes of a cluster believe of a Service's replicas: what was true a second ago.
final class Endpoints implements AutoCloseable {
  private static final Duration BELIEVED_AFTER = Duration.ofSeconds(1);
  private static final Duration PROBE_INTERVAL = Duration.ofMillis(100);

  private final List<Endpoint> endpoints = new CopyOnWriteArrayList<>();
  private final AtomicInteger turn = new AtomicInteger();
  private final AtomicBoolean closed = new AtomicBoolean();

  private static final class Endpoint {
    private final GaplessProcess replica;
    private volatile boolean deleted;
    private volatile boolean believed;
    private volatile boolean probed;
    private volatile long changed;

    Endpoint(GaplessProcess replica) {
      this.replica = replica;
    }

    // Readiness changes are rarer than the delay is long, so the last one is all to remember.
    void probe() {
      boolean ready = !deleted && replica.isReady();
      long now = System.nanoTime();
      if (ready != probed) {
        probed = ready;
        changed = now;
      }
      if (believed != probed && now - changed >= BELIEVED_AFTER.toNanos()) {
        believed = probed;
      }
    }
  }

  Endpoints() {
    Thread.ofVirtual().name("endpoints").start(this::watch);
  }

  private void watch() {
    while (!closed.get()) {
      endpoints.forEach(Endpoint::probe);
      LockSupport.parkNanos(PROBE_INTERVAL.toNanos());
    }
  }

  /// Adds a replica; it gets connections when it has been ready for a second.
  void add(GaplessProcess replica) {
    endpoints.add(new Endpoint(replica));
  }

  /// Says that a replica's pod was deleted; it gets connections for one more second.
  void delete(GaplessProcess replica) {
    of(replica).deleted = true;
  }

  /// Forgets a replica.
  void remove(GaplessProcess replica) {
    endpoints.remove(of(replica));
  }

  /// Whether new connections may go to this replica.
  boolean believes(GaplessProcess replica) {
    return of(replica).believed;
  }

  private Endpoint of(GaplessProcess replica) {
    return endpoints.stream().filter(it -> it.replica == replica).findFirst().orElseThrow();
  }

  /// The port of the replica whose turn it is.
  OptionalInt next() {
    List<Endpoint> ready = endpoints.stream().filter(it -> it.believed).toList();
    return ready.isEmpty()
        ? OptionalInt.empty()
        : OptionalInt.of(
            ready.get(Math.floorMod(turn.getAndIncrement(), ready.size())).replica.port());
  }

  @Override
  public void close() {
    closed.set(true);
  }
}
