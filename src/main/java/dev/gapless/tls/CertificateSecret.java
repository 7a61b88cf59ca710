package dev.gapless.tls;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The Secret on the API server.
final class CertificateSecret {
  private final KubernetesClient client;
  private final String namespace;
  private final String name;

  CertificateSecret(KubernetesClient client, String namespace, String name) {
    this.client = client;
    this.namespace = namespace;
    this.name = name;
  }

  Resource<Secret> resource() {
    return client.secrets().inNamespace(namespace).withName(name);
  }

  Optional<Secret> read() {
    return Optional.ofNullable(resource().get());
  }

  static KeptCertificates content(@Nullable Secret secret) {
    if (secret == null || secret.getData() == null) {
      return KeptCertificates.NONE;
    }
    var data = new HashMap<String, String>();
    secret.getData().forEach((key, value) -> data.put(key, decoded(value)));
    return KeptCertificates.read(data);
  }

  private static String decoded(@Nullable String value) {
    try {
      return value == null
          ? ""
          : new String(Base64.getDecoder().decode(value), StandardCharsets.ISO_8859_1);
    } catch (IllegalArgumentException _) {
      return "";
    }
  }

  /// Makes the Secret, or writes it unless somebody has written it since it was read: both fail
  /// with a conflict then.
  void write(Optional<Secret> read, KeptCertificates content) {
    var data = new HashMap<String, String>();
    read.map(Secret::getData).ifPresent(data::putAll);
    data.keySet().removeAll(KeptCertificates.KEYS);
    content.data().forEach((key, text) -> data.put(key, encoded(text)));
    if (read.isPresent()) {
      client.resource(new SecretBuilder(read.get()).withData(data).build()).update();
      return;
    }
    client
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .withLabels(Map.of("app.kubernetes.io/managed-by", "gapless"))
                .endMetadata()
                .withType("Opaque")
                .withData(data)
                .build())
        .create();
  }

  private static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.ISO_8859_1));
  }
}
