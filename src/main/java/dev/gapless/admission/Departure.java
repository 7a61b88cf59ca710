package dev.gapless.admission;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/// Sees the last requests out before the ports close.
///
/// It takes its time inside Quarkus' pre-shutdown event, which all ports outlive; Quarkus' own
/// delay and timeout stay unset, because they end after a fixed time or close connections under a
/// client's request.
@Singleton
class Departure {
  private static final Logger LOG = Logger.getLogger(Departure.class);
  private static final long POLL_MILLIS = 10;

  private final Gate gate;
  private final ShutdownConfig config;

  @Inject
  Departure(Gate gate, ShutdownConfig config) {
    this.gate = gate;
    this.config = config;
  }

  void leave(@Observes ShutdownDelayInitiatedEvent stopping) {
    gate.leave();
    LOG.infof("leaving delay=%s inFlight=%s", config.delay(), gate.inFlight());
    await(config.delay(), () -> false);
    gate.close();
    await(config.finish(), () -> gate.inFlight() == 0);
    await(config.drain(), gate::empty);
    LOG.infof("left inFlight=%s", gate.inFlight());
  }

  private static void await(Duration longest, BooleanSupplier done) {
    long end = System.nanoTime() + longest.toNanos();
    try {
      while (System.nanoTime() < end && !done.getAsBoolean()) {
        Thread.sleep(POLL_MILLIS);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
