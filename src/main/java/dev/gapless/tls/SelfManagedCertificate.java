package dev.gapless.tls;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// A certificate of our own making. Every replica serves what the Secret holds; the elected one
/// keeps the Secret and the CA bundles of the webhook configurations in step.
///
/// Without the API server all goes on as it is: the last good certificate is served.
public final class SelfManagedCertificate implements CertificateSource {
  private static final Logger LOG = Logger.getLogger(SelfManagedCertificate.class);

  private static final int REQUEST_TIMEOUT_MILLIS = 5_000;
  private static final Duration RETRY = Duration.ofSeconds(2);
  private static final Duration SHORTEST_WAIT = Duration.ofMillis(50);

  /// No rotation takes more; one that does would be going round in circles.
  private static final int MAX_STEPS = 32;

  private final KubernetesClient client;
  private final SelfManagedSettings settings;
  private final Clock clock;
  private final CertificateMeters meters;
  private final CertificateSecret secret;
  private final WebhookRegistrations registrations;
  private final Leadership leadership;
  private final List<SharedIndexInformer<?>> informers = new ArrayList<>();
  private final List<Consumer<ServerKey>> listeners = new CopyOnWriteArrayList<>();
  private final Semaphore wakeUps = new Semaphore(0);

  private Optional<ServerKey> atHand = Optional.empty();
  private KeptCertificates seen = KeptCertificates.NONE;
  private @Nullable String reported;
  private final Map<String, String> failures = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /// @param client closed with this
  SelfManagedCertificate(
      KubernetesClient client,
      SelfManagedSettings settings,
      Clock clock,
      CertificateMeters meters) {
    this.client = client;
    this.settings = settings;
    this.clock = clock;
    this.meters = meters;
    this.secret = new CertificateSecret(client, settings.namespace(), settings.secret());
    this.registrations =
        new WebhookRegistrations(
            client, settings.mutatingConfiguration(), settings.validatingConfiguration());
    this.leadership = new Leadership(client, settings, this::elected);
  }

  /// A client that gives up soon: what fails is tried again anyhow.
  static KubernetesClient client(Config config) {
    config.setRequestTimeout(REQUEST_TIMEOUT_MILLIS);
    config.setConnectionTimeout(REQUEST_TIMEOUT_MILLIS);
    config.setRequestRetryBackoffLimit(1);
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  @Override
  public synchronized Optional<ServerKey> current() {
    return atHand;
  }

  @Override
  public String description() {
    return "Secret "
        + settings.namespace()
        + "/"
        + settings.secret()
        + " (self-managed, for "
        + String.join(", ", settings.rotation().names().stream().sorted().toList())
        + ")";
  }

  @Override
  public void onChange(Consumer<ServerKey> listener) {
    listeners.add(listener);
  }

  /// Whether this replica is elected.
  boolean leads() {
    return leadership.leads();
  }

  @Override
  public void start() {
    meters.watchLeadership();
    watch(secret.resource(), this::noticed);
    watch(registrations.mutating(), _ -> wake());
    watch(registrations.validating(), _ -> wake());
    leadership.start();
    Thread.ofPlatform().daemon().name("certificate").start(this::run);
  }

  @Override
  public void close() {
    closed = true;
    wake();
    informers.forEach(SharedIndexInformer::stop);
    leadership.close();
    client.close();
  }

  /// Has everything looked at soon.
  void wake() {
    wakeUps.release();
  }

  private <T extends HasMetadata> void watch(Resource<T> resource, Consumer<@Nullable T> onChange) {
    SharedIndexInformer<T> informer = resource.runnableInformer(0);
    informer.exceptionHandler((_, cause) -> {
      failed("watch", cause);
      return true;
    });
    informer.addEventHandler(
        new ResourceEventHandler<T>() {
          @Override
          public void onAdd(T object) {
            onChange.accept(object);
          }

          @Override
          public void onUpdate(T before, T object) {
            onChange.accept(object);
          }

          @Override
          public void onDelete(T object, boolean unknown) {
            onChange.accept(null);
          }
        });
    informers.add(informer);
    informer.start();
  }

  private void elected(boolean now) {
    LOG.infof(
        "certificate %s lease=%s identity=%s",
        now ? "is kept by this replica" : "is no more kept by this replica",
        settings.lease(),
        settings.identity());
    meters.leads(now);
    wake();
  }

  private void noticed(@Nullable Secret found) {
    serve(CertificateSecret.content(found));
    wake();
  }

  private synchronized void serve(KeptCertificates kept) {
    seen = kept;
    Instant now = clock.instant();
    report(kept, now);
    Optional<ServerKey> next = kept.served(atHand, now);
    if (next.equals(atHand) || next.isEmpty()) {
      return;
    }
    atHand = next;
    LOG.infof(
        "certificate switched serial=%s expires=%s",
        next.get().certificate().getSerialNumber().toString(16), next.get().expires());
    meters.switched();
    listeners.forEach(listener -> listener.accept(next.get()));
  }

  // Once for each finding, however often it is met.
  private void report(KeptCertificates kept, Instant now) {
    String unfit = kept.current().unfit(now).orElse(null);
    if (unfit != null && !unfit.equals(reported)) {
      LOG.warnf(
          "certificate in the Secret is not served namespace=%s name=%s cause=\"%s\"",
          settings.namespace(), settings.secret(), unfit);
      meters.refused();
    }
    reported = unfit;
  }

  private void run() {
    try {
      while (!closed) {
        Duration wait = turn();
        if (wakeUps.tryAcquire(wait.toMillis(), TimeUnit.MILLISECONDS)) {
          wakeUps.drainPermits();
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private Duration turn() {
    synchronized (this) {
      // Time passes too: what was valid may have ended.
      serve(seen);
    }
    try {
      for (int steps = 0; steps < MAX_STEPS && leadership.leads() && !closed; steps++) {
        if (step() instanceof Step.Rest(Instant until)) {
          failures.clear();
          Duration wait = Duration.between(clock.instant(), until);
          return wait.compareTo(settings.interval()) > 0
              ? settings.interval()
              : wait.compareTo(SHORTEST_WAIT) < 0 ? SHORTEST_WAIT : wait;
        }
      }
      return settings.interval();
    } catch (RuntimeException failed) {
      failed("keep", failed);
      return RETRY;
    }
  }

  // The configurations are read before the Secret: a bundle is then never older than what it
  // replaces.
  private Step step() {
    List<Registration> found = registrations.read();
    Optional<Secret> read = secret.read();
    KeptCertificates kept = CertificateSecret.content(read.orElse(null));
    Step step = settings.rotation().next(kept, found, clock.instant());
    try {
      take(step, read);
    } catch (KubernetesClientException conflict) {
      if (conflict.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw conflict;
      }
      LOG.debugf("somebody else was first, looking again cause=%s", conflict.getMessage());
    }
    return step;
  }

  private void take(Step step, Optional<Secret> read) {
    switch (step) {
      case Step.Issue(Step.Cause cause, String reason, KeptCertificates basis) -> {
        Credential next =
            Credential.issue(
                settings.rotation().names(), clock.instant(), settings.rotation().life());
        secret.write(
            read,
            new KeptCertificates(
                basis.current(), new Slot.Usable(next), basis.retired(), Optional.empty()));
        meters.issued(cause);
        LOG.infof(
            "certificate issued cause=%s reason=\"%s\" serial=%s expires=%s",
            cause,
            reason,
            next.serverKey().certificate().getSerialNumber().toString(16),
            next.ends());
      }
      case Step.Write(Step.Move move, KeptCertificates content) -> {
        secret.write(read, content);
        LOG.infof("certificate rotation went on move=%s", move);
      }
      case Step.Register(List<Registration> lacking, var bundle) -> {
        for (Registration registration : lacking) {
          registrations.write(registration, bundle);
          meters.registered(registration.resource());
          LOG.infof(
              "certificate registered resource=%s name=%s cas=%d",
              registration.resource(), registration.name(), bundle.size());
        }
      }
      case Step.Rest _ -> {}
    }
  }

  // One line for each outage, not one for each try.
  private void failed(String what, @Nullable Throwable cause) {
    if (closed) {
      return;
    }
    meters.failed();
    String text = cause == null ? "unknown" : String.valueOf(cause.getMessage());
    if (!text.equals(failures.put(what, text))) {
      LOG.warnf(
          "certificate could not be looked after, trying again what=%s cause=\"%s\"", what, text);
    }
  }
}
