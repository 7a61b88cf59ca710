package dev.gapless.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gapless.workload.KubernetesVersion;
import io.fabric8.kubernetes.client.Config;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterAccessTest {
  private static final String KUBECONFIG =
      """
      apiVersion: v1
      kind: Config
      current-context: one
      clusters:
      - {name: first, cluster: {server: "https://first.example:6443"}}
      - {name: second, cluster: {server: "https://second.example:6443"}}
      contexts:
      - {name: one, context: {cluster: first, user: me}}
      - {name: two, context: {cluster: second, user: me}}
      users:
      - {name: me, user: {token: secret}}
      """;

  @TempDir Path folder;

  @Test
  void aKubeconfigThatLiesAboutIsNotUsed() throws Exception {
    Path lying = Files.writeString(folder.resolve("config"), KUBECONFIG);

    assertEquals(
        new ClusterAccess.None(),
        ClusterAccess.of(
            Optional.empty(),
            Optional.empty(),
            Map.of("KUBECONFIG", lying.toString()),
            folder.resolve("no-account")));
  }

  @Test
  void insideAClusterTheServiceAccountIsUsed() throws Exception {
    Files.writeString(folder.resolve("token"), "first\n");
    ClusterAccess access =
        ClusterAccess.of(
            Optional.empty(),
            Optional.empty(),
            Map.of("KUBERNETES_SERVICE_HOST", "fd00::1", "KUBERNETES_SERVICE_PORT", "6443"),
            folder);

    assertEquals(new ClusterAccess.Inside("https://[fd00::1]:6443", folder), access);
    Config config = access.config().orElseThrow();
    assertEquals("https://[fd00::1]:6443/", config.getMasterUrl());
    assertEquals("first", config.getOauthTokenProvider().getToken());
    Files.writeString(folder.resolve("token"), "renewed\n");
    assertEquals("renewed", config.getOauthTokenProvider().getToken());
  }

  @Test
  void outsideAClusterAnAddressAloneIsNoCluster() {
    assertEquals(
        new ClusterAccess.None(),
        ClusterAccess.of(
            Optional.empty(),
            Optional.empty(),
            Map.of("KUBERNETES_SERVICE_HOST", "10.0.0.1"),
            folder));
  }

  @Test
  void aNamedKubeconfigIsUsedWithItsCurrentOrTheNamedContext() throws Exception {
    Path file = Files.writeString(folder.resolve("config"), KUBECONFIG);

    assertEquals("https://first.example:6443/", server(Optional.of(file), Optional.empty()));
    assertEquals("https://second.example:6443/", server(Optional.of(file), Optional.of("two")));
  }

  @Test
  void aContextAloneIsLookedForInTheUsualFile() throws Exception {
    Path file = Files.writeString(folder.resolve("config"), KUBECONFIG);

    assertEquals(
        new ClusterAccess.Kubeconfig(file, Optional.of("two")),
        ClusterAccess.of(
            Optional.empty(), Optional.of("two"), Map.of("KUBECONFIG", file.toString()), folder));
  }

  @Test
  void aCommandAboutAClusterTakesWhatKubectlTakes() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("config"),
            KUBECONFIG.replace("user: me}}", "user: me, namespace: shop}}"));
    Map<String, String> environment = Map.of("KUBECONFIG", file.toString());

    ClusterAccess access = ClusterAccess.asKubectl(Optional.empty(), Optional.empty(), environment);
    assertEquals(new ClusterAccess.Kubeconfig(file, Optional.empty()), access);
    assertEquals("shop", access.config().orElseThrow().getNamespace());
    Path named = folder.resolve("named");
    assertEquals(
        new ClusterAccess.Kubeconfig(named, Optional.of("two")),
        ClusterAccess.asKubectl(Optional.of(named), Optional.of("two"), environment));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          three | has no context "three"; its contexts are one, two
          tow   | has no context "tow" (did you mean "two"?); its contexts are one, two
          """)
  void aContextThatIsNotThereIsNamedWithThoseThatAre(String context, String message)
      throws Exception {
    Path file = Files.writeString(folder.resolve("config"), KUBECONFIG);

    assertEquals(file + ": " + message, refusal(file, Optional.of(context)));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                                                      | is no kubeconfig (it is empty)
          a: b                                                    | is no kubeconfig (it names no context)
          {                                                       | is no kubeconfig (Unexpected end-of-input: expected close marker for Object, line 1)
          contexts: [{name: a, context: {cluster: c}}]            | none of its contexts is the current one; name one with --context: a
          {"current-context": "b", "contexts": [{"name": "a", "context": {"cluster": "c"}}]} | none of its contexts is the current one; name one with --context: a
          {"current-context": "a", "contexts": [{"name": "a", "context": {"cluster": "c"}}]} | its context "a" names the cluster "c", of which it has no server
          """)
  void whatIsNoKubeconfigIsNamed(String text, String message) throws Exception {
    Path file = Files.writeString(folder.resolve("config"), text);

    assertEquals(file + ": " + message, refusal(file, Optional.empty()));
  }

  @Test
  void aKubeconfigThatCannotBeReadIsNamed() {
    assertEquals(
        folder + ": the kubeconfig is a folder; name another one with --kubeconfig",
        refusal(folder, Optional.empty()));
    Path none = folder.resolve("none");
    assertEquals(
        none + ": the kubeconfig does not exist; name another one with --kubeconfig",
        refusal(none, Optional.empty()));
  }

  @Test
  void ofSeveralKubeconfigsTheFirstThatIsThereIsUsed() throws Exception {
    Path file = Files.writeString(folder.resolve("config"), KUBECONFIG);
    String none = folder.resolve("none").toString();

    assertEquals(
        new ClusterAccess.Kubeconfig(file, Optional.empty()),
        ClusterAccess.asKubectl(
            Optional.empty(),
            Optional.empty(),
            Map.of("KUBECONFIG", none + File.pathSeparator + file)));
    assertEquals(
        new ClusterAccess.Kubeconfig(Path.of(none), Optional.empty()),
        ClusterAccess.asKubectl(Optional.empty(), Optional.empty(), Map.of("KUBECONFIG", none)));
  }

  private static String refusal(Path file, Optional<String> context) {
    return String.valueOf(
        assertThrows(IllegalArgumentException.class, () -> server(Optional.of(file), context))
            .getMessage());
  }

  @Test
  void theApiServersOwnWordsForItsReleaseAreUnderstood() throws Exception {
    assertEquals(
        new KubernetesVersion(1, 33),
        ApiServerRelease.parse("{\"major\":\"1\",\"minor\":\"33+\",\"gitVersion\":\"v1.33.2\"}"));
    assertThrows(Exception.class, () -> ApiServerRelease.parse("{}"));
    assertThrows(Exception.class, () -> ApiServerRelease.parse("<html>"));
  }

  private static String server(Optional<Path> file, Optional<String> context) {
    return ClusterAccess.of(file, context, Map.of()).config().orElseThrow().getMasterUrl();
  }
}
