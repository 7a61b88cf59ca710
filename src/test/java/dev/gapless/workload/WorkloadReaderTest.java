package dev.gapless.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gapless.patch.Edit;
import dev.gapless.patch.JsonPatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkloadReaderTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final FieldPath POD = FieldPath.of("spec", "template", "spec");
  private static final FieldPath FIRST = POD.child("containers").element(0, "web");
  private static final FieldPath SECOND = POD.child("containers").element(1, "proxy");
  private static final FieldPath SIDECAR = POD.child("initContainers").element(0, "mesh");
  private static final FieldPath HOOK = FIRST.child("lifecycle").child("preStop");

  private static final Map<String, String> API_VERSIONS =
      Map.of(
          "Deployment", "apps/v1",
          "StatefulSet", "apps/v1",
          "DaemonSet", "apps/v1",
          "Rollout", "argoproj.io/v1alpha1");

  /// Edits as rules make them, and others.
  private static final List<Edit> EDITS =
      List.of(
          set(HOOK, "{\"sleep\": {\"seconds\": 7}}"),
          set(HOOK.child("exec").child("command"), "[\"sleep\", \"9\"]"),
          set(SECOND.child("lifecycle").child("preStop").child("sleep").child("seconds"), "7"),
          set(SECOND.child("readinessProbe"), "{\"tcpSocket\": {\"port\": 80}}"),
          set(SECOND.child("image"), "\"linkerd/proxy\""),
          set(SIDECAR.child("lifecycle").child("preStop").child("sleep").child("seconds"), "7"),
          set(SIDECAR.child("restartPolicy"), "\"Never\""),
          set(POD.child("terminationGracePeriodSeconds"), "60"),
          set(POD.child("hostNetwork"), "true"),
          set(POD.child("containers"), "[{\"name\": \"web\"}, {\"name\": \"proxy\"}]"),
          set(FieldPath.of("spec", "template", "metadata", "labels", "app"), "\"other\""),
          set(FieldPath.of("spec", "minReadySeconds"), "5"),
          set(FieldPath.of("spec", "strategy", "canary", "antiAffinity"), "{}"),
          set(FieldPath.of("metadata", "annotations", "a"), "\"b\""),
          set(FieldPath.of("metadata", "namespace"), "\"other\""),
          new Edit.Remove(HOOK),
          new Edit.Remove(FIRST.child("lifecycle")),
          new Edit.Remove(FIRST.child("env")),
          new Edit.Remove(FieldPath.of("metadata", "labels")));

  private static Edit set(FieldPath path, String value) {
    return new Edit.Set(path, tree(value));
  }

  private static JsonNode tree(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(json, e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Deployment", "StatefulSet", "DaemonSet", "Rollout"})
  void whatIsReadAgainAfterEditsIsWhatIsReadAnew(String kind) {
    JsonNode object =
        tree(
            """
            {"apiVersion": "%s", "kind": "%s",
             "metadata": {"name": "web", "namespace": "shop", "labels": {"a": "b"}},
             "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "web"}},
              "strategy": {"canary": {"maxSurge": 1}},
              "template": {"metadata": {"labels": {"app": "web"}}, "spec": {
               "terminationGracePeriodSeconds": 30,
               "initContainers": [{"name": "mesh", "image": "mesh", "restartPolicy": "Always"}],
               "containers": [
                {"name": "web", "image": "web:1", "env": [{"name": "A", "value": "b"}],
                 "ports": [{"containerPort": 80}],
                 "lifecycle": {"preStop": {"exec": {"command": ["sleep", "5"]}}}},
                {"name": "proxy", "image": "envoyproxy/envoy:v1"}]}}}}
            """
                .formatted(API_VERSIONS.get(kind), kind));
    Workload before = WorkloadReader.read(object).orElseThrow();
    for (Edit first : EDITS) {
      for (Edit second : EDITS) {
        var patch = new JsonPatch(object);
        var changed = new ArrayList<FieldPath>();
        for (Edit edit : List.of(first, second)) {
          patch.apply(edit);
          changed.add(edit.path());
        }
        assertEquals(
            WorkloadReader.read(patch.object()),
            WorkloadReader.reread(patch.object(), before, changed),
            () -> first + ", then " + second);
      }
    }
  }
}
