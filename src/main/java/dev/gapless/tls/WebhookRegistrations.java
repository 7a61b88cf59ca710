package dev.gapless.tls;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.WebhookClientConfig;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The two webhook configurations on the API server.
final class WebhookRegistrations {
  static final String MUTATING = "mutatingwebhookconfigurations";
  static final String VALIDATING = "validatingwebhookconfigurations";

  private static final JsonMapper JSON = new JsonMapper();

  private final Resource<MutatingWebhookConfiguration> mutating;
  private final Resource<ValidatingWebhookConfiguration> validating;

  WebhookRegistrations(KubernetesClient client, String mutating, String validating) {
    var api = client.admissionRegistration().v1();
    this.mutating = api.mutatingWebhookConfigurations().withName(mutating);
    this.validating = api.validatingWebhookConfigurations().withName(validating);
  }

  Resource<MutatingWebhookConfiguration> mutating() {
    return mutating;
  }

  Resource<ValidatingWebhookConfiguration> validating() {
    return validating;
  }

  /// Those that there are.
  List<Registration> read() {
    var found = new ArrayList<Registration>();
    MutatingWebhookConfiguration mutates = mutating.get();
    if (mutates != null) {
      found.add(
          registration(
              MUTATING, mutates, mutates.getWebhooks().stream().map(it -> it.getClientConfig())));
    }
    ValidatingWebhookConfiguration validates = validating.get();
    if (validates != null) {
      found.add(
          registration(
              VALIDATING,
              validates,
              validates.getWebhooks().stream().map(it -> it.getClientConfig())));
    }
    return found;
  }

  private static Registration registration(
      String resource, HasMetadata object, Stream<WebhookClientConfig> clients) {
    return new Registration(
        resource,
        object.getMetadata().getName(),
        object.getMetadata().getResourceVersion(),
        clients.map(it -> pem(it.getCaBundle())).toList());
  }

  private static String pem(@Nullable String encoded) {
    if (encoded == null) {
      return "";
    }
    try {
      return new String(Base64.getDecoder().decode(encoded), StandardCharsets.ISO_8859_1);
    } catch (IllegalArgumentException _) {
      return encoded;
    }
  }

  /// Puts a bundle into all webhooks of one, unless it has changed since it was read.
  void write(Registration registration, List<X509Certificate> bundle) {
    String encoded =
        Base64.getEncoder().encodeToString(Pem.text(bundle).getBytes(StandardCharsets.ISO_8859_1));
    ArrayNode patch = JSON.createArrayNode();
    // Another version makes it a conflict, so that nobody's change is lost.
    patch
        .addObject()
        .put("op", "replace")
        .put("path", "/metadata/resourceVersion")
        .put("value", registration.version());
    for (int i = 0; i < registration.bundles().size(); i++) {
      patch
          .addObject()
          .put("op", "add")
          .put("path", "/webhooks/" + i + "/clientConfig/caBundle")
          .put("value", encoded);
    }
    PatchContext context =
        new PatchContext.Builder()
            .withPatchType(PatchType.JSON)
            .withFieldManager("gapless")
            .build();
    Resource<? extends HasMetadata> target =
        registration.resource().equals(MUTATING) ? mutating : validating;
    try {
      Objects.requireNonNull(target).patch(context, JSON.writeValueAsString(patch));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("cannot write a tree as JSON", impossible);
    }
  }
}
