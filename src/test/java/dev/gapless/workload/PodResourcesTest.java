package dev.gapless.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class PodResourcesTest {
  private static final YAMLMapper YAML = new YAMLMapper();

  @Test
  void containersAddUp() throws IOException {
    PodResources pod =
        read(
            """
            containers:
              - {resources: {requests: {cpu: 500m, memory: 1Gi}, limits: {memory: 2Gi}}}
              - {resources: {requests: {cpu: 1, memory: 512Mi}, limits: {memory: 1Gi}}}
            """);
    assertEquals("1500m", said(pod, "cpu"));
    assertEquals("1536Mi", said(pod, "memory"));
    assertEquals("3Gi", pod.limited("memory").orElseThrow().toString());
  }

  @Test
  void aLimitStandsForARequest() throws IOException {
    assertEquals("2", said(read("containers: [{resources: {limits: {cpu: 2}}}]"), "cpu"));
  }

  @Test
  void aContainerThatStatesNothingLeavesItOpen() throws IOException {
    PodResources pod =
        read(
            """
            containers:
              - {resources: {requests: {cpu: 1}}}
              - {}
            """);
    assertEquals("open", said(pod, "cpu"));
    assertEquals(
        "open",
        read("containers: [{resources: {requests: {cpu: 1}}}]")
            .limited("cpu")
            .map(Quantity::toString)
            .orElse("open"));
  }

  @Test
  void aLargeInitContainerDecides() throws IOException {
    PodResources pod =
        read(
            """
            initContainers:
              - {resources: {requests: {cpu: 3}}}
              - {resources: {requests: {cpu: 2}}}
            containers:
              - {resources: {requests: {cpu: 1}}}
            """);
    assertEquals("3", said(pod, "cpu"));
  }

  @Test
  void aSidecarRunsBesideWhatComesAfterIt() throws IOException {
    PodResources pod =
        read(
            """
            initContainers:
              - {resources: {requests: {cpu: 3}}}
              - {restartPolicy: Always, resources: {requests: {cpu: 1}}}
              - {resources: {requests: {cpu: 4}}}
            containers:
              - {resources: {requests: {cpu: 2}}}
            """);
    assertEquals("5", said(pod, "cpu"));
    PodResources small =
        read(
            """
            initContainers:
              - {restartPolicy: Always, resources: {requests: {cpu: 1}}}
            containers:
              - {resources: {requests: {cpu: 2}}}
            """);
    assertEquals("3", said(small, "cpu"));
  }

  @Test
  void overheadComesOnTop() throws IOException {
    PodResources pod =
        read(
            """
            overhead: {cpu: 250m}
            containers: [{resources: {requests: {cpu: 1}}}]
            """);
    assertEquals("1250m", said(pod, "cpu"));
  }

  @Test
  void whatThePodAsksForAsAWholeDecides() throws IOException {
    PodResources pod =
        read(
            """
            resources: {requests: {cpu: 2}}
            containers: [{resources: {requests: {cpu: 1, memory: 1Gi}}}]
            """);
    assertEquals("2", said(pod, "cpu"));
    assertEquals("open", said(pod, "memory"));
  }

  @Test
  void nonsenseLeavesItOpen() throws IOException {
    assertEquals("open", said(read("containers: [{resources: {requests: {cpu: a lot}}}]"), "cpu"));
    assertEquals("open", said(read("containers: [{resources: {requests: [cpu]}}]"), "cpu"));
  }

  private static PodResources read(String pod) throws IOException {
    return new PodResources(YAML.readValue(pod, JsonNode.class));
  }

  private static String said(PodResources pod, String resource) {
    return pod.requested(resource).map(Quantity::toString).orElse("open");
  }
}
