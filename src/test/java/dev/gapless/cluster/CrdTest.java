package dev.gapless.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.gapless.engine.JudgedKinds;
import dev.gapless.policy.Change;
import dev.gapless.policy.Mode;
import dev.gapless.workload.LabelSelector;
import io.fabric8.crdv2.generator.CRDGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The CustomResourceDefinition, rendered from the Java type, for the plain manifests and the
/// chart.
class CrdTest {
  private static final boolean REWRITE = Boolean.getBoolean("golden.rewrite");
  private static final List<Path> FILES =
      List.of(
          Path.of("deploy", "kubernetes", "crd.yaml"),
          Path.of("deploy", "helm", "gapless", "crds", "rolloutpolicies.yaml"));
  private static final List<String> COLUMNS = List.of("MODE", "PRIORITY", "READY", "AGE");
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .disable(YAMLGenerator.Feature.SPLIT_LINES)
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .build();

  @Test
  void theManifestsHoldWhatTheTypeSays() throws IOException {
    String expected = rendered();
    for (Path file : FILES) {
      if (REWRITE) {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, expected);
      }
      assertEquals(
          expected,
          Files.exists(file) ? Files.readString(file) : "no such file",
          file + " is out of date: renew it with `make golden`");
    }
  }

  @Test
  void itsWordsAreTheOnesThatPoliciesAreReadWith() throws IOException {
    JsonNode spec = schema().at("/properties/spec/properties");
    assertEquals(
        Arrays.stream(Mode.values()).map(Object::toString).toList(), words(spec.at("/mode")));
    assertEquals(words(spec.at("/mode")), words(spec.at("/rules/items/properties/mode")));
    assertEquals(
        sorted(Arrays.stream(Change.values())), sorted(words(spec.at("/change")).stream()));
    assertEquals(
        sorted(JudgedKinds.ALL.stream()),
        sorted(words(spec.at("/match/properties/kinds/items")).stream()));
    assertEquals(
        sorted(Arrays.stream(LabelSelector.Operator.values())),
        sorted(
            words(
                spec.at("/match/properties/objectSelector/properties/matchExpressions/items")
                    .at("/properties/operator"))
                .stream()));
  }

  private static List<String> sorted(Stream<?> words) {
    return words.map(Object::toString).sorted().toList();
  }

  @Test
  void everyFieldIsExplained() throws IOException {
    var bare = new ArrayList<String>();
    collectBare("", schema(), bare);
    assertEquals(List.of(), bare);
  }

  private static void collectBare(String path, JsonNode schema, List<String> bare) {
    for (var property : schema.path("properties").properties()) {
      String at = path + "." + property.getKey();
      if (property.getValue().path("description").asText().length() < 15) {
        bare.add(at);
      }
      collectBare(at, property.getValue(), bare);
      collectBare(at + "[]", property.getValue().path("items"), bare);
    }
  }

  private static List<String> words(JsonNode schema) {
    var words = new ArrayList<String>();
    schema.path("enum").forEach(it -> words.add(it.asText()));
    return words;
  }

  private static JsonNode schema() throws IOException {
    return YAML.readTree(rendered()).at("/spec/versions/0/schema/openAPIV3Schema");
  }

  private static String rendered() throws IOException {
    Path folder = Files.createTempDirectory("crd");
    new CRDGenerator()
        .customResourceClasses(RolloutPolicyResource.class)
        .inOutputDir(folder.toFile())
        .generate();
    Path file = folder.resolve("rolloutpolicies.gapless.dev-v1.yml");
    ObjectNode crd = (ObjectNode) YAML.readTree(file.toFile());
    Files.delete(file);
    Files.delete(folder);
    complete((ObjectNode) crd.at("/spec/versions/0"));
    return "# Made of the type RolloutPolicyResource by `make golden`.\n"
        + YAML.writeValueAsString(crd);
  }

  // What the generator has no annotation for, or writes in another way than a reader wants it.
  private static void complete(ObjectNode version) {
    ArrayNode columns = version.withArray("additionalPrinterColumns");
    // The API server drops a priority of 0, and kubectl would see a change in every apply.
    columns.forEach(it -> ((ObjectNode) it).remove("priority"));
    sort(columns, COLUMNS, "name");
    ObjectNode schema = version.withObject("/schema/openAPIV3Schema");
    tidy(schema);
    schema.put("description", RolloutPolicyResource.DESCRIPTION).putArray("required").add("spec");
    ObjectNode spec = schema.withObject("/properties/spec");
    spec.put("description", RolloutPolicyResource.SPEC);
    ObjectNode status = schema.withObject("/properties/status");
    status.put("description", RolloutPolicyResource.STATUS);
    status.withObject("/properties/observedGeneration").put("format", "int64");
    keyed(status.withObject("/properties/conditions"), "type");
    status
        .withObject("/properties/conditions/items/properties/observedGeneration")
        .put("format", "int64");
    spec.withObject("/properties/priority").put("format", "int32");
    keyed(spec.withObject("/properties/rules"), "name");
    spec.withObject("/properties/match/properties/kinds").put("x-kubernetes-list-type", "set");
    List<String> modes = Arrays.stream(Mode.values()).map(Object::toString).toList();
    sort(spec.withObject("/properties/mode").withArray("enum"), modes, "");
    sort(spec.withObject("/properties/rules/items/properties/mode").withArray("enum"), modes, "");
  }

  private static void keyed(ObjectNode list, String key) {
    list.put("x-kubernetes-list-type", "map").putArray("x-kubernetes-list-map-keys").add(key);
  }

  private static void sort(ArrayNode list, List<String> order, String key) {
    var entries = new ArrayList<JsonNode>();
    list.forEach(entries::add);
    entries.sort(
        Comparator.comparingInt(
            it -> order.indexOf(key.isEmpty() ? it.asText() : it.path(key).asText())));
    list.removeAll().addAll(entries);
  }

  // Bounds come as fractions, and a rule on a record's component twice: for its field and for its
  // accessor.
  private static void tidy(JsonNode schema) {
    if (schema instanceof ObjectNode object) {
      for (String bound : List.of("minimum", "maximum")) {
        if (object.path(bound).isNumber()) {
          object.put(bound, object.path(bound).longValue());
        }
      }
      if (object.get("x-kubernetes-validations") instanceof ArrayNode rules) {
        var once = new LinkedHashSet<JsonNode>();
        rules.forEach(once::add);
        rules.removeAll().addAll(once);
      }
    }
    schema.forEach(CrdTest::tidy);
  }
}
