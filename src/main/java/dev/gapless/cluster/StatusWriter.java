package dev.gapless.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/// Writes policies' status, on a thread of its own: judging waits for nobody.
final class StatusWriter implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(StatusWriter.class);
  private static final int SLOWER = 5;

  private final ApiServer server;
  private final PolicyLedger ledger;
  private final String release;
  private final ClusterMeters meters;
  private final Duration retryInterval;
  private final Clock clock = Clock.systemUTC();
  private final Set<String> due = ConcurrentHashMap.newKeySet();
  private final Semaphore wakeUps = new Semaphore(0);
  private boolean complained;
  private volatile boolean closed;

  /// @param release of Gapless, the one that runs here
  StatusWriter(
      ApiServer server,
      PolicyLedger ledger,
      String release,
      ClusterMeters meters,
      Duration retryInterval) {
    this.server = server;
    this.ledger = ledger;
    this.release = release;
    this.meters = meters;
    this.retryInterval = retryInterval;
  }

  void start() {
    Thread.ofPlatform().daemon().name("policy-status").start(this::run);
  }

  /// Has a look at all policies soon.
  void wake() {
    ledger.entries().forEach(it -> due.add(it.stored().name()));
    wakeUps.release();
  }

  @Override
  public void close() {
    closed = true;
    wakeUps.release();
  }

  private void run() {
    try {
      while (!closed) {
        boolean all = true;
        for (String name : Set.copyOf(due)) {
          due.remove(name);
          all &= write(name);
        }
        if (all) {
          wakeUps.acquire();
        } else {
          // Woken or not, it tries again; never without a rest.
          boolean _ =
              wakeUps.tryAcquire(
                  retryInterval.multipliedBy(SLOWER).toMillis(), TimeUnit.MILLISECONDS);
        }
        wakeUps.drainPermits();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// @return false when it must be tried again
  private boolean write(String name) throws InterruptedException {
    Optional<ObjectNode> patch =
        ledger.entry(name).flatMap(it -> PolicyStatus.patch(it, release, clock.instant()));
    if (patch.isEmpty()) {
      return true;
    }
    String path = WatchedResource.POLICIES.path() + "/" + name + "/status?fieldManager=gapless";
    try {
      server.mergePatch(path, patch.get());
      meters.statusWritten("written");
      complained = false;
      return true;
    } catch (RefusedException refused) {
      if (refused.code() == HttpURLConnection.HTTP_CONFLICT
          || refused.code() == HttpURLConnection.HTTP_NOT_FOUND) {
        // It has changed meanwhile, or is gone: the watch tells, and then it is looked at anew.
        meters.statusWritten("outrun");
        return true;
      }
      return failed(name, refused);
    } catch (IOException | RuntimeException failed) {
      return failed(name, failed);
    }
  }

  // One line until it works again.
  private boolean failed(String name, Exception failed) {
    due.add(name);
    meters.statusWritten("failed");
    if (!complained && !closed) {
      LOG.warnf(
          "status of a policy could not be written, trying again name=%s cause=\"%s\"",
          name, LogText.of(String.valueOf(failed.getMessage())));
    }
    complained = true;
    return false;
  }
}
