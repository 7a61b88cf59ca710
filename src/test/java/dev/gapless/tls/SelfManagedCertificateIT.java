package dev.gapless.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.kube.Await;
import dev.gapless.kube.KubeApiServer;
import dev.gapless.kube.NeedsApiServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/// Replicas that share a Secret on a real API server, called by somebody who trusts the
/// configurations' bundles only.
@NeedsApiServer
class SelfManagedCertificateIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration LIFE = Duration.ofDays(90);
  private static final Duration SETTLE = Duration.ofMinutes(1);
  private static final Duration TWO_THIRDS = LIFE.multipliedBy(2).dividedBy(3);

  private final KubeApiServer server;
  // So long ago that what is made now, and after a rotation, is valid today: TLS goes by real time.
  private final TestClock clock =
      new TestClock(Instant.now().minus(TWO_THIRDS).minus(Duration.ofDays(10)));
  private final List<Replica> replicas = new ArrayList<>();

  @SuppressWarnings("NullAway.Init")
  private String name;

  SelfManagedCertificateIT(KubeApiServer server) {
    this.server = server;
  }

  @BeforeEach
  void install(TestInfo test) {
    name = "certificate-" + UUID.randomUUID().toString().substring(0, 8);
    server.createNamespace(name);
    apply(configuration("Mutating"));
    apply(configuration("Validating"));
  }

  @AfterEach
  void uninstall() throws IOException {
    for (Replica replica : replicas) {
      replica.close();
    }
    server.kubectl("delete", "mutatingwebhookconfiguration,validatingwebhookconfiguration", name);
  }

  private void apply(String manifest) {
    server.kubectlWith(manifest, "apply", "-f", "-").succeeded();
  }

  // Two webhooks, neither of which is ever asked: they have no rules.
  private String configuration(String kind) {
    return """
    apiVersion: admissionregistration.k8s.io/v1
    kind: %sWebhookConfiguration
    metadata: {name: %s}
    webhooks:
      - name: one.gapless.dev
        admissionReviewVersions: [v1]
        sideEffects: None
        clientConfig: {service: {namespace: %s, name: gapless}}
      - name: two.gapless.dev
        admissionReviewVersions: [v1]
        sideEffects: None
        clientConfig: {service: {namespace: %s, name: gapless}}
    """
        .formatted(kind, name, name, name);
  }

  private SelfManagedSettings settings() {
    return new SelfManagedSettings(
        name,
        "gapless-certificate",
        "gapless-certificate",
        name,
        name,
        UUID.randomUUID().toString(),
        new Rotation(Set.copyOf(SelfManagedSettings.serviceNames("gapless", name)), LIFE, SETTLE),
        Duration.ofMinutes(5),
        Duration.ofSeconds(3));
  }

  private Replica replica() throws IOException, GeneralSecurityException {
    var replica = new Replica(server.kubeconfig(), settings(), clock);
    replicas.add(replica);
    return replica;
  }

  private TlsCaller caller() {
    return new TlsCaller(this::bundles, host(), replicas.stream().map(Replica::port).toList());
  }

  private String host() {
    return "gapless." + name + ".svc";
  }

  private String path(String resource) {
    return "/apis/admissionregistration.k8s.io/v1/" + resource + "/" + name;
  }

  private List<String> bundles() {
    var bundles = new ArrayList<String>();
    for (String resource :
        List.of(WebhookRegistrations.MUTATING, WebhookRegistrations.VALIDATING)) {
      for (JsonNode webhook : server.send("GET", path(resource), "", "").body().path("webhooks")) {
        bundles.add(decoded(webhook.path("clientConfig").path("caBundle").asText()));
      }
    }
    assertEquals(4, bundles.size());
    return bundles;
  }

  private static String decoded(String base64) {
    return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
  }

  private int trusted() {
    List<String> bundles = bundles();
    return new HashSet<>(bundles).size() == 1 ? CaBundle.readable(bundles.getFirst()).size() : -1;
  }

  private String secretPath() {
    return "/api/v1/namespaces/" + name + "/secrets/gapless-certificate";
  }

  private KeptCertificates kept() {
    var data = new java.util.HashMap<String, String>();
    server
        .send("GET", secretPath(), "", "")
        .body()
        .path("data")
        .properties()
        .forEach(it -> data.put(it.getKey(), decoded(it.getValue().asText())));
    return KeptCertificates.read(data);
  }

  private Optional<Credential> stored() {
    return kept().current().at(clock.instant());
  }

  private void wake() {
    replicas.forEach(it -> it.certificate().wake());
  }

  private void awaitRest() {
    Await.until(
        "the first certificate to be registered and served",
        LIMIT,
        () -> {
          Optional<Credential> stored = stored();
          return stored.isPresent()
              && kept().next() instanceof Slot.Absent
              && trusted() >= 1
              && replicas.stream().allMatch(it -> serves(it, stored.get()));
        });
  }

  private static boolean serves(Replica replica, Credential credential) {
    return replica
        .certificate()
        .current()
        .filter(it -> it.chain().equals(credential.serverKey().chain()))
        .isPresent();
  }

  private Replica leader() {
    return Await.value(
        "a leader",
        LIMIT,
        () -> replicas.stream().filter(it -> it.certificate().leads()).findFirst());
  }

  @Test
  void twoReplicasThatStartTogetherServeOneCertificateThatBothConfigurationsTrust()
      throws Exception {
    replica();
    replica();
    awaitRest();
    assertEquals(1, trusted());
    assertEquals(
        1, replicas.stream().mapToDouble(it -> it.count("gapless.certificate.issues")).sum());
    for (Replica replica : replicas) {
      X509Certificate shown = TlsCaller.served(bundles().getFirst(), host(), replica.port());
      assertEquals(stored().orElseThrow().serverKey().certificate(), shown);
    }
    assertEquals(1, replicas.stream().filter(it -> it.certificate().leads()).count());
  }

  @Test
  void aBundleThatIsRemovedOrChangedIsRepaired() throws Exception {
    replica();
    awaitRest();
    String bundle = bundles().getFirst();
    for (String resource :
        List.of(WebhookRegistrations.MUTATING, WebhookRegistrations.VALIDATING)) {
      for (String change :
          List.of(
              "{'op': 'remove', 'path': '/webhooks/1/clientConfig/caBundle'}",
              "{'op': 'replace', 'path': '/webhooks/0/clientConfig/caBundle', 'value': '%s'}"
                  .formatted(
                      Base64.getEncoder()
                          .encodeToString(
                              Pem.text(
                                      List.of(Credential.issue(Set.of(), Instant.now(), LIFE).ca()))
                                  .getBytes(StandardCharsets.UTF_8))))) {
        var changed =
            server.send(
                "PATCH",
                path(resource),
                "application/json-patch+json",
                "[" + change.replace('\'', '"') + "]");
        assertTrue(changed.accepted(), changed::message);
        Await.until("the repair", LIMIT, () -> bundles().stream().allMatch(bundle::equals));
      }
    }
    assertEquals(1, replicas.getFirst().count("gapless.certificate.issues"));
  }

  @Test
  void applyingTheManifestAgainLeavesTheBundle() throws Exception {
    replica();
    awaitRest();
    List<String> before = bundles();
    apply(configuration("Mutating"));
    apply(configuration("Validating"));
    assertEquals(before, bundles());
  }

  @Test
  void aRotationLosesNoHandshake() throws Exception {
    replica();
    replica();
    awaitRest();
    Credential old = stored().orElseThrow();
    try (TlsCaller caller = caller()) {
      awaitCalls(caller);
      clock.advance(TWO_THIRDS);
      wake();
      Await.until("both CAs in all bundles", LIMIT, () -> trusted() == 2);
      Await.until("the wait to begin", LIMIT, () -> kept().trustedSince().isPresent());
      awaitCalls(caller);
      assertEquals(old, stored().orElseThrow());
      settle(caller);
      awaitRest();
      assertNotEquals(old, stored().orElseThrow());
      assertEquals(2, trusted());
      awaitCalls(caller);

      clock.advance(LIFE.minus(TWO_THIRDS));
      wake();
      Await.until("the old CA to leave", LIMIT, () -> trusted() == 1);
      awaitCalls(caller);
      assertEquals(List.of(), caller.failures());
    }
    assertEquals(List.of(), kept().retired());
  }

  private static void awaitCalls(TlsCaller caller) {
    int before = caller.succeeded();
    Await.until("handshakes", LIMIT, () -> caller.succeeded() >= before + 50);
  }

  // A configuration is changed and a minute goes by, in which every API server learns of it. The
  // clock skips that minute, the caller must not: it may hold bundles that it read before.
  private void settle(TlsCaller caller) {
    int before = caller.begun();
    Await.until("bundles that are read anew", LIMIT, () -> caller.begun() > before);
    clock.advance(SETTLE);
    wake();
  }

  @Test
  void aLeaderThatDiesInTheMiddleOfARotationIsFollowedByOneWhoFinishesIt() throws Exception {
    replica();
    replica();
    awaitRest();
    Credential old = stored().orElseThrow();
    Replica leader = leader();
    try (TlsCaller caller = caller()) {
      clock.advance(TWO_THIRDS);
      wake();
      Await.until("the rotation's wait", LIMIT, () -> kept().trustedSince().isPresent());
      Credential next = kept().next().at(clock.instant()).orElseThrow();
      leader.cutOff();
      Replica other = replicas.stream().filter(it -> it != leader).findFirst().orElseThrow();
      Await.until("another leader", LIMIT, other.certificate()::leads);
      settle(caller);
      Await.until("the end of the rotation", LIMIT, () -> serves(other, next));
      assertEquals(next, stored().orElseThrow());
      // Cut off, the first one goes on with what it has, and is still trusted.
      assertTrue(serves(leader, old));
      awaitCalls(caller);
      assertEquals(List.of(), caller.failures());
    }
  }

  @Test
  void aBrokenSecretIsReplacedAndNeverServed() throws Exception {
    replica();
    replica();
    awaitRest();
    try (TlsCaller caller = caller()) {
      for (String breakage :
          List.of(
              "{'data': {'tls.key': 'Z2FyYmFnZQ=='}}",
              "{'data': {'tls.crt': null}}",
              "{'data': {'tls.crt': 'Z2FyYmFnZQ==', 'tls.key': '', 'ca.crt': 'Z2FyYmFnZQ=='}}")) {
        Credential before = stored().orElseThrow();
        var broken =
            server.send(
                "PATCH", secretPath(), "application/merge-patch+json", breakage.replace('\'', '"'));
        assertTrue(broken.accepted(), broken::message);
        Await.until("the wait", LIMIT, () -> kept().trustedSince().isPresent());
        assertTrue(replicas.stream().allMatch(it -> serves(it, before)));
        awaitCalls(caller);
        settle(caller);
        awaitRest();
        assertNotEquals(before, stored().orElseThrow());
      }
      Credential before = stored().orElseThrow();
      server.send("DELETE", secretPath(), "", "");
      Await.until("the wait", LIMIT, () -> kept().trustedSince().isPresent());
      assertTrue(replicas.stream().allMatch(it -> serves(it, before)));
      settle(caller);
      awaitRest();
      assertNotEquals(before, stored().orElseThrow());
      awaitCalls(caller);
      assertEquals(List.of(), caller.failures());
    }
    replicas.forEach(it -> assertTrue(it.count("gapless.certificate.refusals") >= 3));
  }

  @Test
  void whoClosesHandsTheLeaseOver() throws Exception {
    Replica first = replica();
    awaitRest();
    Replica second = replica();
    assertFalse(second.certificate().leads());
    first.close();
    Await.until("the other to lead", LIMIT, second.certificate()::leads);
  }
}
