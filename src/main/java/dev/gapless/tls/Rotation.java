package dev.gapless.tls;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;

/// Decides the next step from what lies in the Secret and in the webhook configurations, and from
/// nothing else: so every leader decides alike, and the next one goes on where one has died.
///
/// There is one rotation, and the first certificate, the renewal and the replacement of a broken
/// one all go through it: issue, register the bundle of old and new CAs, wait until every API
/// server has seen it, promote, and forget the old CA when it has ended.
///
/// @param names what the certificate must be good for
/// @param life of a CA and its certificate
/// @param settle how long the configurations carry a new CA before it is relied on: each API server
///   learns of their change in its own time
record Rotation(Set<String> names, Duration life, Duration settle) {

  Rotation {
    names = Set.copyOf(names);
  }

  /// Decides what to do.
  ///
  /// @param registrations the webhook configurations that there are; one that does not exist calls
  ///   nobody and needs no bundle
  Step next(KeptCertificates kept, Collection<Registration> registrations, Instant now) {
    Optional<Credential> current = kept.current().at(now);
    Optional<Credential> next = kept.next().at(now).filter(it -> !stale(it, now));
    Optional<Step.Issue> issue =
        next.isPresent() ? Optional.empty() : issue(kept, registrations, now);
    if (issue.isPresent()) {
      return issue.get();
    }

    if (current.isEmpty()) {
      List<X509Certificate> salvaged =
          stillRetired(current, next, stillServed(kept, registrations), now);
      if (!salvaged.equals(stillRetired(current, next, kept.retired(), now))) {
        return new Step.Write(
            Step.Move.TIDIED,
            new KeptCertificates(new Slot.Absent(), kept.next(), salvaged, kept.trustedSince()));
      }
    }

    List<X509Certificate> bundle = bundle(current, next, kept.retired(), now);
    List<Registration> lacking = registrations.stream().filter(it -> !it.carries(bundle)).toList();
    if (!lacking.isEmpty()) {
      return kept.trustedSince().isPresent()
          ? new Step.Write(Step.Move.DISTRUSTED, trusted(kept, Optional.empty()))
          : new Step.Register(lacking, bundle);
    }
    if (next.isPresent()) {
      return promotion(kept, current, next.get(), now);
    }
    List<X509Certificate> retired = stillRetired(current, next, kept.retired(), now);
    if (!(kept.next() instanceof Slot.Absent)
        || kept.trustedSince().isPresent()
        || retired.size() < kept.retired().size()) {
      return new Step.Write(
          Step.Move.TIDIED,
          new KeptCertificates(kept.current(), new Slot.Absent(), retired, Optional.empty()));
    }
    Instant until = current.orElseThrow().due();
    for (X509Certificate ca : retired) {
      Instant ends = ca.getNotAfter().toInstant();
      until = ends.isBefore(until) ? ends : until;
    }
    return new Step.Rest(until);
  }

  private boolean stale(Credential credential, Instant now) {
    return !now.isBefore(credential.due()) || !credential.covers(names);
  }

  private Optional<Step.Issue> issue(
      KeptCertificates kept, Collection<Registration> registrations, Instant now) {
    Optional<Credential> current = kept.current().at(now);
    if (current.isPresent()) {
      Credential served = current.get();
      if (!stale(served, now)) {
        return Optional.empty();
      }
      boolean due = !now.isBefore(served.due());
      return Optional.of(
          new Step.Issue(
              due ? Step.Cause.DUE : Step.Cause.RENAMED,
              due
                  ? "two thirds of the certificate's life have passed"
                  : "the certificate is not good for all of " + names,
              basis(kept, authorities(kept), now)));
    }
    Step.Cause cause =
        switch (kept.current()) {
          case Slot.Absent _ -> Step.Cause.MISSING;
          case Slot.Broken _ -> Step.Cause.BROKEN;
          case Slot.Usable _ -> Step.Cause.EXPIRED;
        };
    return Optional.of(
        new Step.Issue(
            cause,
            kept.current().unfit(now).orElse("there is no certificate"),
            basis(kept, stillServed(kept, registrations), now)));
  }

  private static List<X509Certificate> authorities(KeptCertificates kept) {
    var authorities = new ArrayList<>(kept.retired());
    kept.current().authority().ifPresent(authorities::add);
    kept.next().authority().ifPresent(authorities::add);
    return authorities;
  }

  // A replica may still serve what the Secret no longer holds: what vouches for that must not leave
  // the configurations with it.
  private static List<X509Certificate> stillServed(
      KeptCertificates kept, Collection<Registration> registrations) {
    List<X509Certificate> served = authorities(kept);
    registrations.stream()
        .flatMap(it -> it.bundles().stream())
        .flatMap(it -> CaBundle.readable(it).stream())
        .filter(Rotation::isOurs)
        .forEach(served::add);
    return served;
  }

  private static boolean isOurs(X509Certificate certificate) {
    return certificate.getBasicConstraints() >= 0
        && certificate.getSubjectX500Principal().getName().startsWith("CN=" + Credential.CA_NAME);
  }

  private static KeptCertificates basis(
      KeptCertificates kept, List<X509Certificate> trusted, Instant now) {
    Optional<Credential> current = kept.current().at(now);
    return new KeptCertificates(
        current.isPresent() ? kept.current() : new Slot.Absent(),
        new Slot.Absent(),
        stillRetired(current, Optional.empty(), trusted, now),
        Optional.empty());
  }

  private static List<X509Certificate> bundle(
      Optional<Credential> current,
      Optional<Credential> next,
      List<X509Certificate> retired,
      Instant now) {
    SequencedSet<X509Certificate> bundle = new LinkedHashSet<>();
    next.map(Credential::ca).ifPresent(bundle::add);
    current.map(Credential::ca).ifPresent(bundle::add);
    retired.stream().filter(ca -> Credential.validAt(ca, now)).forEach(bundle::add);
    return List.copyOf(bundle);
  }

  private static List<X509Certificate> stillRetired(
      Optional<Credential> current,
      Optional<Credential> next,
      Collection<X509Certificate> retired,
      Instant now) {
    return retired.stream()
        .distinct()
        .filter(ca -> Credential.validAt(ca, now))
        .filter(ca -> current.map(Credential::ca).filter(ca::equals).isEmpty())
        .filter(ca -> next.map(Credential::ca).filter(ca::equals).isEmpty())
        .toList();
  }

  private Step promotion(
      KeptCertificates kept, Optional<Credential> current, Credential next, Instant now) {
    // Nobody can serve anything else yet: there is nothing to wait for.
    boolean first = current.isEmpty() && kept.retired().isEmpty();
    if (!first) {
      Optional<Instant> since = kept.trustedSince().filter(it -> !it.isAfter(now));
      if (since.isEmpty()) {
        return new Step.Write(Step.Move.TRUSTED, trusted(kept, Optional.of(now)));
      }
      Instant settled = since.get().plus(settle);
      if (now.isBefore(settled)) {
        return new Step.Rest(settled);
      }
    }
    var retired = new ArrayList<>(kept.retired());
    current.map(Credential::ca).ifPresent(retired::add);
    return new Step.Write(
        Step.Move.PROMOTED,
        new KeptCertificates(
            kept.next(),
            new Slot.Absent(),
            stillRetired(Optional.of(next), Optional.empty(), retired, now),
            Optional.empty()));
  }

  private static KeptCertificates trusted(KeptCertificates kept, Optional<Instant> since) {
    return new KeptCertificates(kept.current(), kept.next(), kept.retired(), since);
  }
}
