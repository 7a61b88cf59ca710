package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class AsWrittenTest {
  private static final YAMLMapper YAML = new YAMLMapper();

  @Test
  void whatAdmissionSetIsGoneAndWhatItReplacedIsBack() throws IOException {
    JsonNode object =
        YAML.readTree(
            """
            metadata:
              annotations:
                gapless.dev/injected: '{
                  "spec.containers[name=web].lifecycle.preStop.sleep.seconds": 10,
                  "was:spec.containers[name=web].lifecycle.preStop.exec": {"command": [sleep, "2"]},
                  "spec.minReadySeconds": 5,
                  "spec.replicas": 2}'
            spec:
              minReadySeconds: 5
              replicas: 3
              containers:
              - name: web
                lifecycle: {preStop: {sleep: {seconds: 10}}}
            """
                .replace("[sleep,", "[\"sleep\","));
    JsonNode written = AsWritten.of(object);
    assertEquals(
        YAML.readTree(
            """
            replicas: 3
            containers:
            - name: web
              lifecycle: {preStop: {sleep: {}, exec: {command: [sleep, "2"]}}}
            """),
        written.path("spec"));
    assertEquals(5, object.at("/spec/minReadySeconds").asInt());
  }

  @Test
  void withoutARecordNothingChanges() throws IOException {
    JsonNode object = YAML.readTree("{spec: {replicas: 3}}");
    assertSame(object, AsWritten.of(object));
  }
}
