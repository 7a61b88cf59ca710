package dev.gapless.tls;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Takes part in an election for as long as the process lives: who loses stands again.
///
/// Two may hold themselves for elected for a moment, when clocks differ or a process was stopped
/// and goes on; so what the elected one writes must bear that.
final class Leadership implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Leadership.class);
  private static final Duration RELEASE_LIMIT = Duration.ofSeconds(2);

  private final KubernetesClient client;
  private final SelfManagedSettings settings;
  private final Consumer<Boolean> listener;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean leads;
  private volatile @Nullable CompletableFuture<?> candidacy;

  /// @param listener told when this process is elected, and when no more
  Leadership(KubernetesClient client, SelfManagedSettings settings, Consumer<Boolean> listener) {
    this.client = client;
    this.settings = settings;
    this.listener = listener;
  }

  /// Stands for election.
  void start() {
    Thread.ofPlatform().daemon().name("certificate-election").start(this::run);
  }

  /// Whether this process is elected.
  boolean leads() {
    return leads;
  }

  private void run() {
    Duration lease = settings.leaseDuration();
    Duration retry = lease.dividedBy(8);
    try {
      do {
        stand(lease, retry);
      } while (!closed.await(retry.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void stand(Duration lease, Duration retry) throws InterruptedException {
    var config =
        new LeaderElectionConfigBuilder()
            .withName(settings.lease())
            .withLock(
                new EnduringLock(
                    new LeaseLock(settings.namespace(), settings.lease(), settings.identity())))
            .withLeaseDuration(lease)
            .withRenewDeadline(lease.multipliedBy(2).dividedBy(3))
            .withRetryPeriod(retry)
            .withReleaseOnCancel(true)
            .withLeaderCallbacks(new LeaderCallbacks(() -> tell(true), () -> tell(false), _ -> {}))
            .build();
    try {
      CompletableFuture<?> standing = client.leaderElector().withConfig(config).build().start();
      candidacy = standing;
      if (closed.getCount() == 0) {
        standing.cancel(true);
      }
      standing.get();
    } catch (CancellationException _) {
      LOG.debug("election left");
    } catch (ExecutionException failed) {
      LOG.warnf(
          "election failed, standing again lease=%s cause=%s", settings.lease(), failed.getCause());
    } finally {
      tell(false);
    }
  }

  private void tell(boolean now) {
    boolean news;
    synchronized (this) {
      news = leads != now;
      leads = now;
    }
    if (news) {
      listener.accept(now);
    }
  }

  /// Leaves the election; who is elected hands over at once.
  @Override
  public void close() {
    closed.countDown();
    CompletableFuture<?> standing = candidacy;
    if (standing == null) {
      return;
    }
    // It tells the API server, which may be out of reach.
    Thread leaving =
        Thread.ofPlatform()
            .daemon()
            .name("certificate-election-end")
            .start(() -> standing.cancel(true));
    try {
      leaving.join(RELEASE_LIMIT);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
