package dev.gapless.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.kube.KubeApiServer;
import dev.gapless.kube.NeedsApiServer;
import dev.gapless.workload.WorkloadReader;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// A manifest is no proof unless a real API server takes it as it stands, without an unknown field.
@NeedsApiServer
class WellConfiguredIT {
  private static final String NAMESPACE = "well-configured";

  private final KubeApiServer server;

  WellConfiguredIT(KubeApiServer server) {
    this.server = server;
  }

  @TestFactory
  Stream<DynamicTest> theApiServerTakesThem() {
    server.createNamespace(NAMESPACE);
    return WellConfigured.all().stream()
        .map(it -> dynamicTest(it.name(), () -> it.objects().forEach(this::create)));
  }

  private void create(JsonNode object) {
    if (!object.path("apiVersion").asText().equals(WorkloadReader.API_VERSION)) {
      return;
    }
    ObjectNode copy = object.deepCopy();
    copy.withObject("/metadata").put("namespace", NAMESPACE);
    var answer =
        server.send(
            "POST",
            "/apis/apps/v1/namespaces/%s/%ss?fieldValidation=Strict&dryRun=All"
                .formatted(NAMESPACE, object.path("kind").asText().toLowerCase(Locale.ROOT)),
            "application/json",
            copy.toString());
    assertEquals("", answer.message());
    assertEquals(List.of(), answer.warnings());
  }
}
