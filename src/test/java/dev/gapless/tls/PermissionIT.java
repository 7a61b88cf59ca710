package dev.gapless.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gapless.cluster.Permission;
import dev.gapless.kube.Await;
import dev.gapless.kube.KubeApiServer;
import dev.gapless.kube.NeedsApiServer;
import io.fabric8.kubernetes.api.model.authorization.v1.ResourceRule;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectRulesReviewBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The manifests' permissions, granted by a real API server to a ServiceAccount that has no others.
@NeedsApiServer
class PermissionIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration LIFE = Duration.ofDays(90);
  private static final Duration SETTLE = Duration.ofMinutes(1);

  private final KubeApiServer server;

  // Of the namespace, the account and all that is called gapless in the manifests.
  @SuppressWarnings("NullAway.Init")
  private String name;

  PermissionIT(KubeApiServer server) {
    this.server = server;
  }

  @BeforeEach
  void grant() throws IOException {
    name = "permission-" + UUID.randomUUID().toString().substring(0, 8);
    server.createNamespace(name);
    for (String manifest : List.of("service-account.yaml", "rbac.yaml")) {
      apply(
          Files.readString(Path.of("deploy/kubernetes", manifest))
              .replace("gapless-system", name)
              .replaceAll("gapless(?!-certificate|\\.dev)", name));
    }
    apply(
        """
        apiVersion: v1
        kind: ServiceAccount
        metadata: {name: nobody, namespace: %s}
        """
            .formatted(name));
    for (String kind : List.of("Mutating", "Validating")) {
      apply(
          """
          apiVersion: admissionregistration.k8s.io/v1
          kind: %sWebhookConfiguration
          metadata: {name: %s}
          webhooks:
            - name: one.gapless.dev
              admissionReviewVersions: [v1]
              sideEffects: None
              clientConfig: {service: {namespace: %s, name: gapless}}
          """
              .formatted(kind, name, name));
    }
  }

  @AfterEach
  void revoke() {
    server.kubectl(
        "delete",
        "mutatingwebhookconfiguration,validatingwebhookconfiguration,clusterrole,clusterrolebinding",
        name);
  }

  private void apply(String manifest) {
    server.kubectlWith(manifest, "apply", "-f", "-").succeeded();
  }

  private SelfManagedSettings settings() {
    return new SelfManagedSettings(
        name,
        "gapless-certificate",
        "gapless-certificate",
        name,
        name,
        UUID.randomUUID().toString(),
        new Rotation(Set.copyOf(SelfManagedSettings.serviceNames(name, name)), LIFE, SETTLE),
        Duration.ofMinutes(5),
        Duration.ofSeconds(3));
  }

  @Test
  void theyAreEnoughForAllThatTheServerDoes() throws Exception {
    var clock = new TestClock(Instant.now());
    Path kubeconfig = server.kubeconfigOf(name, name);
    try (var one = new Replica(kubeconfig, settings(), clock);
        var two = new Replica(kubeconfig, settings(), clock)) {
      List<Replica> both = List.of(one, two);
      ServerKey first = agreed(both, Optional.empty());

      clock.advance(LIFE.multipliedBy(2).dividedBy(3));
      both.forEach(it -> it.certificate().wake());
      String secret = "/api/v1/namespaces/" + name + "/secrets/gapless-certificate";
      Await.until(
          "the rotation's wait",
          LIMIT,
          () ->
              server.send("GET", secret, "", "").body().at("/data/next-trusted-since").isTextual());
      clock.advance(SETTLE);
      both.forEach(it -> it.certificate().wake());
      ServerKey second = agreed(both, Optional.of(first));

      assertTrue(server.send("DELETE", secret, "", "").accepted());
      Await.until(
          "the replacement's wait",
          LIMIT,
          () ->
              server.send("GET", secret, "", "").body().at("/data/next-trusted-since").isTextual());
      clock.advance(SETTLE);
      both.forEach(it -> it.certificate().wake());
      agreed(both, Optional.of(second));

      Replica leader =
          both.stream().filter(it -> it.certificate().leads()).findFirst().orElseThrow();
      Replica other = both.stream().filter(it -> it != leader).findFirst().orElseThrow();
      leader.certificate().close();
      Await.until("the Lease to be handed over", LIMIT, other.certificate()::leads);
      both.forEach(it -> assertEquals(0, it.count("gapless.certificate.failures")));
    }
  }

  private static ServerKey agreed(List<Replica> replicas, Optional<ServerKey> before) {
    return Await.value(
        "a certificate that all serve",
        LIMIT,
        () -> {
          var served =
              replicas.stream().map(it -> it.certificate().current()).collect(Collectors.toSet());
          return served.size() == 1 && !served.contains(before)
              ? served.iterator().next()
              : Optional.empty();
        });
  }

  @Test
  void nothingElseIsGranted() {
    List<Permission> needed = PermissionTest.needed(name);
    assertEquals(rules(needed), granted(name));
    assertEquals(
        rules(needed.stream().filter(it -> !it.namespaced()).toList()), granted("default"));
  }

  private static Set<List<List<String>>> rules(List<Permission> permissions) {
    return permissions.stream()
        .map(it -> List.of(List.of(it.apiGroup()), List.of(it.resource()), it.names(), it.verbs()))
        .collect(Collectors.toSet());
  }

  // What any account may do does not come from our manifests.
  private Set<List<List<String>>> granted(String namespace) {
    var granted = new HashSet<>(rulesOf(server.kubeconfigOf(name, name), namespace));
    granted.removeAll(rulesOf(server.kubeconfigOf(name, "nobody"), namespace));
    return granted;
  }

  private static Set<List<List<String>>> rulesOf(Path kubeconfig, String namespace) {
    Config config = Config.fromKubeconfig(kubeconfig.toFile());
    try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build()) {
      List<ResourceRule> rules =
          client
              .authorization()
              .v1()
              .selfSubjectRulesReview()
              .create(
                  new SelfSubjectRulesReviewBuilder()
                      .withNewSpec()
                      .withNamespace(namespace)
                      .endSpec()
                      .build())
              .getStatus()
              .getResourceRules();
      return rules.stream()
          .map(it ->
              List.of(it.getApiGroups(), it.getResources(), it.getResourceNames(), it.getVerbs()))
          .collect(Collectors.toSet());
    }
  }
}
