package dev.gapless.tls;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/// Measures what happens to the certificate.
@Singleton
public final class CertificateMeters {
  private final MeterRegistry registry;
  private final AtomicInteger leads = new AtomicInteger();

  @Inject
  CertificateMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  /// Shows when the served certificate ends.
  void watch(Supplier<Optional<Instant>> expires) {
    Gauge.builder(
            "gapless.certificate.expires.timestamp",
            () -> expires.get().map(it -> (Number) it.getEpochSecond()).orElse(Double.NaN))
        .description("When the served certificate ends, in seconds since 1970; NaN without one")
        .baseUnit("seconds")
        .strongReference(true)
        .register(registry);
  }

  /// Shows whether this replica keeps the certificate for all.
  void watchLeadership() {
    Gauge.builder("gapless.certificate.leader", leads, AtomicInteger::get)
        .description("1 while this replica is elected to keep the certificate")
        .register(registry);
  }

  /// This replica was elected, or is no more.
  void leads(boolean now) {
    leads.set(now ? 1 : 0);
  }

  /// Another certificate is served from now on.
  void switched() {
    count("gapless.certificate.switches", "Times that another certificate was served");
  }

  /// A certificate was found that cannot be served.
  void refused() {
    count(
        "gapless.certificate.refusals",
        "Times that a certificate was found which is broken or has ended");
  }

  /// A new CA and certificate were made.
  void issued(Step.Cause cause) {
    count(
        "gapless.certificate.issues",
        "CAs and certificates made",
        "cause",
        cause.name().toLowerCase(Locale.ROOT));
  }

  /// A CA bundle was put into a webhook configuration.
  void registered(String resource) {
    count(
        "gapless.certificate.registrations",
        "Times that a CA bundle was put into a webhook configuration",
        "resource",
        resource);
  }

  /// The API server could not be asked, or said no.
  void failed() {
    count(
        "gapless.certificate.failures",
        "Times that the certificate could not be kept, for want of the API server or permissions");
  }

  private void count(String name, String description, String... labels) {
    Counter.builder(name).description(description).tags(labels).register(registry).increment();
  }
}
