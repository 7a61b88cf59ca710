package dev.gapless.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/// The webhook configurations as they are installed, registered at an API server for some
/// namespaces.
///
/// They differ from the installed ones in what a test needs: the address is a URL, and they fail
/// closed, so that an object that was not judged is seen.
public final class Webhooks implements AutoCloseable {
  private static final Path MANIFEST = Path.of("deploy", "kubernetes", "webhooks.yaml");
  private static final String API = "/apis/admissionregistration.k8s.io/v1/";
  private static final Duration ACTIVE_LIMIT = Duration.ofSeconds(30);
  private static final YAMLMapper YAML = new YAMLMapper();

  private final KubeApiServer server;
  private final GaplessServer gapless;
  private final String namespace;
  private final List<String> registered = new ArrayList<>();

  private Webhooks(KubeApiServer server, GaplessServer gapless, String namespace) {
    this.server = server;
    this.gapless = gapless;
    this.namespace = namespace;
  }

  /// Registers both webhooks and waits until both are called.
  ///
  /// @param name of the configurations
  /// @param namespaces whose objects are sent there; at least one
  public static Webhooks register(
      KubeApiServer server, GaplessServer gapless, String name, Collection<String> namespaces) {
    var webhooks = new Webhooks(server, gapless, namespaces.iterator().next());
    try (var documents = YAML.readerFor(JsonNode.class).<ObjectNode>readValues(MANIFEST.toFile())) {
      for (ObjectNode configuration : documents.readAll()) {
        webhooks.register(configuration, name, namespaces);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + MANIFEST, e);
    }
    // The API server learns of a new configuration a moment later.
    Await.until("both webhooks to be called", ACTIVE_LIMIT, () -> webhooks.called() == 2);
    return webhooks;
  }

  private void register(ObjectNode configuration, String name, Collection<String> namespaces)
      throws IOException {
    configuration.withObject("/metadata").put("name", name);
    for (JsonNode webhook : configuration.path("webhooks")) {
      ObjectNode changed = (ObjectNode) webhook;
      String path = webhook.at("/clientConfig/service/path").textValue();
      changed
          .putObject("clientConfig")
          .put("url", gapless.url() + path)
          .put("caBundle", Base64.getEncoder().encodeToString(Files.readAllBytes(gapless.ca())));
      changed.put("failurePolicy", "Fail");
      ObjectNode only =
          changed.withObject("/namespaceSelector").withArray("matchExpressions").addObject();
      only.put("key", "kubernetes.io/metadata.name").put("operator", "In");
      namespaces.forEach(only.putArray("values")::add);
    }
    String resource = configuration.path("kind").asText().toLowerCase(Locale.ROOT) + "s";
    ApiResponse response =
        server.send("POST", API + resource, "application/json", configuration.toString());
    if (!response.accepted()) {
      throw new IllegalStateException("cannot register " + resource + ": " + response.message());
    }
    registered.add(API + resource + "/" + name);
  }

  /// How many of the two are called.
  private long called() {
    long mutations = gapless.calls("mutate");
    long validations = gapless.calls("validate");
    probe();
    return Math.min(1, gapless.calls("mutate") - mutations)
        + Math.min(1, gapless.calls("validate") - validations);
  }

  // Whether it is admitted is no matter; it must only be valid, or nobody is asked to validate it.
  private void probe() {
    server.send(
        "POST",
        "/apis/apps/v1/namespaces/" + namespace + "/deployments?dryRun=All",
        "application/yaml",
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: probe}
        spec:
          selector: {matchLabels: {app: probe}}
          template:
            metadata: {labels: {app: probe}}
            spec: {containers: [{name: probe, image: registry.example/probe:1}]}
        """);
  }

  /// Removes both and waits until neither is called.
  @Override
  public void close() {
    registered.forEach(it -> server.send("DELETE", it, "", ""));
    Await.until("no webhook to be called", ACTIVE_LIMIT, () -> called() == 0);
  }
}
