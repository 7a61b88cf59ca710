package dev.gapless.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The rotation, step by step, from each state that it passes and from each way to break it.
class RotationTest {
  private static final Instant START = Instant.parse("2026-11-21T00:00:00Z");
  private static final Duration LIFE = Duration.ofDays(90);
  private static final Duration SETTLE = Duration.ofSeconds(60);
  private static final Rotation ROTATION =
      new Rotation(Set.of("gapless.gapless-system.svc", "127.0.0.1", "::1"), LIFE, SETTLE);

  /// A cluster in memory: the Secret, the configurations as stored and as API servers have seen
  /// them, and a replica that learns of the Secret late.
  private static final class World {
    private Instant now = START;
    private Map<String, String> secret = new HashMap<>();
    private Map<String, String> bundles = new TreeMap<>(Map.of("mutating", "", "validating", ""));
    private Map<String, String> seenBundles = new TreeMap<>(bundles);
    private Optional<ServerKey> served = Optional.empty();
    private boolean trustDemanded;

    World copy() {
      var copy = new World();
      copy.now = now;
      copy.secret = new HashMap<>(secret);
      copy.bundles = new TreeMap<>(bundles);
      copy.seenBundles = new TreeMap<>(seenBundles);
      copy.served = served;
      copy.trustDemanded = trustDemanded;
      return copy;
    }

    KeptCertificates kept() {
      return KeptCertificates.read(secret);
    }

    Step next() {
      List<Registration> registrations =
          bundles.entrySet().stream()
              .map(it -> new Registration(it.getKey(), "gapless", "1", List.of(it.getValue())))
              .toList();
      return ROTATION.next(kept(), registrations, now);
    }

    void advance(Duration time) {
      now = now.plus(time);
      seenBundles = new TreeMap<>(bundles);
      look();
    }

    void look() {
      served = kept().served(served, now);
      check();
    }

    // Before and after the replica has learnt of a change, whoever calls it must trust it.
    void check() {
      if (!trustDemanded || served.filter(it -> it.validAt(now)).isEmpty()) {
        return;
      }
      for (Map<String, String> view : List.of(bundles, seenBundles)) {
        view.forEach((name, bundle) -> assertTrue(trusts(bundle), name + " does not trust it"));
      }
    }

    boolean trusts(String bundle) {
      X509Certificate certificate = served.orElseThrow().certificate();
      return CaBundle.readable(bundle).stream()
              .filter(ca -> Credential.validAt(ca, now))
              .anyMatch(ca -> new Credential(served.orElseThrow(), ca).fits())
          && !certificate.getSubjectX500Principal().getName().isEmpty();
    }

    // Each single write is a moment at which the leader may die; `each` is told of it.
    String take(Step step, Consumer<World> each) {
      switch (step) {
        case Step.Issue(var cause, var reason, KeptCertificates basis) -> {
          assertFalse(reason.isBlank());
          Credential next = Credential.issue(ROTATION.names(), now, LIFE);
          write(
              new KeptCertificates(
                  basis.current(), new Slot.Usable(next), basis.retired(), Optional.empty()));
          each.accept(this);
          return "issue " + cause;
        }
        case Step.Write(var move, KeptCertificates content) -> {
          write(content);
          each.accept(this);
          return move.toString();
        }
        case Step.Register(var lacking, var bundle) -> {
          for (Registration registration : lacking) {
            bundles.put(registration.resource(), Pem.text(bundle));
            check();
            each.accept(this);
          }
          return "register " + bundle.size() + " in " + lacking.size();
        }
        case Step.Rest(Instant until) -> {
          assertTrue(until.isAfter(now), "rests until " + until + ", it is " + now);
          return "rest";
        }
      }
    }

    private void write(KeptCertificates content) {
      secret = new HashMap<>(content.data());
      check();
      look();
    }

    // Goes on until there is nothing to do for longer than the configurations need to settle.
    List<String> settle(Consumer<World> each) {
      var taken = new ArrayList<String>();
      for (int i = 0; i < 40; i++) {
        Step step = next();
        taken.add(take(step, each));
        if (step instanceof Step.Rest(Instant until)) {
          Duration rest = Duration.between(now, until);
          if (rest.compareTo(SETTLE) > 0) {
            seenBundles = new TreeMap<>(bundles);
            trustDemanded = true;
            return taken;
          }
          advance(rest);
        }
      }
      throw new AssertionError("never comes to rest: " + taken);
    }

    List<String> settle() {
      return settle(_ -> {});
    }

    void demandRest() {
      KeptCertificates kept = kept();
      Credential current = kept.current().at(now).orElseThrow();
      assertTrue(now.isBefore(current.due()));
      assertTrue(current.covers(ROTATION.names()));
      assertInstanceOf(Slot.Absent.class, kept.next());
      assertEquals(Optional.empty(), kept.trustedSince());
      var trusted = new ArrayList<>(kept.retired());
      trusted.add(current.ca());
      bundles.values().forEach(bundle -> assertTrue(CaBundle.isExactly(bundle, trusted)));
      look();
      assertEquals(current.serverKey().chain(), served.orElseThrow().chain());
    }
  }

  private static World installed() {
    var world = new World();
    world.settle();
    world.demandRest();
    return world;
  }

  @Test
  void theFirstCertificateGoesTheSameWayAsAllOthers() {
    var world = new World();
    assertEquals(List.of("issue MISSING", "register 1 in 2", "PROMOTED", "rest"), world.settle());
    world.demandRest();
  }

  @Test
  void aRotationIssuesRegistersWaitsPromotesAndForgets() {
    World world = installed();
    world.advance(LIFE.multipliedBy(2).dividedBy(3).minusHours(1));
    assertEquals(List.of("rest"), world.settle());
    Credential old = world.kept().current().at(world.now).orElseThrow();

    world.advance(Duration.ofHours(1));
    assertEquals(
        List.of("issue DUE", "register 2 in 2", "TRUSTED", "rest", "PROMOTED", "rest"),
        world.settle());
    world.demandRest();
    assertEquals(List.of(old.ca()), world.kept().retired());
    Credential renewed = world.kept().current().at(world.now).orElseThrow();
    assertFalse(renewed.ca().equals(old.ca()));

    world.now = old.ends();
    assertEquals(List.of("register 1 in 2", "TIDIED", "rest"), world.settle());
    world.demandRest();
    assertEquals(renewed, world.kept().current().at(world.now).orElseThrow());
  }

  @Test
  void yearsGoByWithoutAMomentOfDistrust() {
    World world = installed();
    int rotations = 0;
    for (int day = 0; day < 1000; day += 5) {
      world.advance(Duration.ofDays(5));
      if (world.settle().contains("PROMOTED")) {
        rotations++;
      }
      world.demandRest();
      assertTrue(world.kept().retired().size() <= 1);
    }
    assertEquals(16, rotations);
  }

  @Test
  void aBundleThatIsTakenAwayIsPutBack() {
    World world = installed();
    for (String change : List.of("", "garbage", foreignCa())) {
      world.trustDemanded = false;
      world.bundles.put("validating", change);
      assertEquals(List.of("register 1 in 1", "rest"), world.settle());
      world.demandRest();
    }
  }

  @Test
  void theWaitBeginsAnewWhenAConfigurationLosesTheNextCa() {
    World world = installed();
    world.advance(LIFE.multipliedBy(2).dividedBy(3));
    String before = world.bundles.get("mutating");
    while (world.kept().trustedSince().isEmpty()) {
      world.take(world.next(), _ -> {});
    }
    world.now = world.now.plus(SETTLE.dividedBy(2));
    world.bundles.put("mutating", before);
    assertEquals(
        List.of("DISTRUSTED", "register 2 in 1", "TRUSTED", "rest", "PROMOTED", "rest"),
        world.settle());
    world.demandRest();
  }

  @Test
  void aConfigurationThatDoesNotExistIsNotWaitedFor() {
    World world = installed();
    world.bundles.remove("mutating");
    world.seenBundles.remove("mutating");
    world.advance(LIFE.multipliedBy(2).dividedBy(3));
    assertEquals(
        List.of("issue DUE", "register 2 in 1", "TRUSTED", "rest", "PROMOTED", "rest"),
        world.settle());
  }

  @Test
  void aNewNameIsReasonEnough() {
    World world = installed();
    var renamed = new Rotation(Set.of("other.gapless-system.svc"), LIFE, SETTLE);
    Step step = renamed.next(world.kept(), List.of(), world.now);
    assertEquals(Step.Cause.RENAMED, assertInstanceOf(Step.Issue.class, step).cause());
  }

  @Test
  void anExpiredCertificateIsReplacedThoughNobodyLookedForLong() {
    World world = installed();
    world.trustDemanded = false;
    world.advance(LIFE.multipliedBy(3));
    assertEquals("issue EXPIRED", world.settle().getFirst());
    world.demandRest();
  }

  @TestFactory
  List<DynamicTest> anyLeaderGoesOnFromWhereverTheLastOneDied() {
    var tests = new ArrayList<DynamicTest>();
    for (World state : states()) {
      tests.add(
          DynamicTest.dynamicTest(
              "from " + described(state),
              () -> {
                World world = state.copy();
                world.settle();
                world.demandRest();
              }));
    }
    assertTrue(tests.size() >= 10, "only " + tests.size() + " states");
    return tests;
  }

  @TestFactory
  List<DynamicTest> whateverBreaksIsMendedAndTheOldCertificateTrustedMeanwhile() {
    Map<String, Consumer<World>> breakages =
        Map.of(
            "the Secret is deleted", world -> world.secret.clear(),
            "the key is garbage", world -> world.secret.put("tls.key", "garbage"),
            "the CA is garbage", world -> world.secret.put("ca.crt", "garbage"),
            "everything is garbage", world -> world.secret.replaceAll((_, _) -> "garbage"),
            "the key is another's",
                world ->
                    world.secret.put(
                        "tls.key",
                        new KeptCertificates(
                                new Slot.Usable(Credential.issue(Set.of(), world.now, LIFE)),
                                new Slot.Absent(),
                                List.of(),
                                Optional.empty())
                            .data()
                            .getOrDefault("tls.key", "")),
            "the next key is lost", world -> world.secret.remove("next-tls.key"),
            "the next CA is garbage", world -> world.secret.put("next-ca.crt", "garbage"),
            "the retired CAs are lost", world -> world.secret.remove("retired-ca.crt"),
            "the time is garbage", world -> world.secret.put("next-trusted-since", "garbage"));
    var tests = new ArrayList<DynamicTest>();
    for (World state : states()) {
      breakages.forEach((name, breakage) ->
          tests.add(
              DynamicTest.dynamicTest(
                  name + " at " + described(state),
                  () -> {
                    World world = state.copy();
                    breakage.accept(world);
                    world.look();
                    world.settle();
                    world.demandRest();
                  })));
    }
    assertTrue(tests.size() >= 90, "only " + tests.size() + " cases");
    return tests;
  }

  // All moments of a first installation, a rotation and the old CA's end.
  private static List<World> states() {
    var states = new ArrayList<World>();
    var world = new World();
    states.add(world.copy());
    world.settle(it -> states.add(it.copy()));
    world.advance(LIFE.multipliedBy(2).dividedBy(3));
    states.add(world.copy());
    world.settle(it -> states.add(it.copy()));
    states.add(world.copy());
    world.advance(LIFE.dividedBy(3));
    world.settle(it -> states.add(it.copy()));
    return states;
  }

  private static String described(World world) {
    KeptCertificates kept = world.kept();
    return "%s: current %s, next %s, retired %d, trusted since %s, bundles of %s"
        .formatted(
            Duration.between(START, world.now),
            kept.current().getClass().getSimpleName(),
            kept.next().getClass().getSimpleName(),
            kept.retired().size(),
            kept.trustedSince(),
            world.bundles.values().stream().map(it -> CaBundle.readable(it).size()).toList());
  }

  private static String foreignCa() {
    return Pem.text(List.of(Issuance.ca("Somebody", START, LIFE).certificate()));
  }
}
