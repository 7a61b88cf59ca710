package dev.gapless.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.gapless.engine.JudgedKinds;
import dev.gapless.kube.ApiResponse;
import dev.gapless.kube.KubeApiServer;
import dev.gapless.kube.KubectlResult;
import dev.gapless.kube.NeedsApiServer;
import dev.gapless.policy.PolicyReader;
import dev.gapless.rules.Catalog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The API server's own checks of a policy, which hold without any webhook, and what it tells about
/// policies.
@NeedsApiServer
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CrdIT {
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final String CRD =
      Path.of("deploy/kubernetes/crd.yaml").toAbsolutePath().toString();

  private final KubeApiServer server;

  CrdIT(KubeApiServer server) {
    this.server = server;
  }

  @BeforeAll
  void install() {
    server.kubectl("apply", "--filename=" + CRD).succeeded();
    server
        .kubectl(
            "wait",
            "--for=condition=Established",
            "customresourcedefinition/rolloutpolicies.gapless.dev")
        .succeeded();
  }

  @AfterAll
  void uninstall() {
    server.kubectl("delete", "--filename=" + CRD).succeeded();
  }

  private static String policy(String spec) {
    return "{apiVersion: gapless.dev/v1alpha1, kind: RolloutPolicy, metadata: {name: tried}, spec: {%s}}"
        .formatted(spec);
  }

  private static PolicyReader.Reading read(String spec) throws IOException {
    JsonNode document = YAML.readTree(policy(spec));
    return PolicyReader.read(document, Catalog.ids(), JudgedKinds.ALL);
  }

  private ApiResponse create(String spec) {
    return server.send(
        "POST",
        WatchedResource.POLICIES.path() + "?dryRun=All&fieldValidation=Strict",
        "application/yaml",
        policy(spec));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          priority: 1                             | spec.mode: Required value
          mode: Off                               | spec.mode: Invalid value: "boolean"
          mode: warn                              | supported values: "Disabled", "Audit", "Warn", "Fix", "Enforce"
          mode: Warn, modes: []                   | unknown field "spec.modes"
          mode: Warn, change: All                 | supported values: "Any", "None", "Unset"
          mode: Warn, priority: 2147483648        | spec.priority in body should be less than or equal to
          mode: Warn, priority: -2147483649       | spec.priority in body should be greater than or equal to
          mode: Warn, maxSurge: 2147483648        | must be a number or a percentage such as 25%, and more than 0
          mode: Warn, preStopSleepSeconds: 0      | spec.preStopSleepSeconds in body should be greater than or equal to 1
          mode: Warn, preStopSleepSeconds: 86401  | spec.preStopSleepSeconds in body should be less than or equal to 86400
          mode: Warn, drainSeconds: -1            | spec.drainSeconds in body should be greater than or equal to 0
          mode: Warn, drainSeconds: 86401         | spec.drainSeconds in body should be less than or equal to 86400
          mode: Warn, maxSurge: 0                 | must be a number or a percentage such as 25%, and more than 0
          mode: Warn, maxSurge: -1                | must be a number or a percentage such as 25%, and more than 0
          mode: Warn, maxSurge: 0%                | must be a number or a percentage such as 25%, and more than 0
          mode: Warn, maxSurge: 00%               | must be a number or a percentage such as 25%, and more than 0
          mode: Warn, maxSurge: a quarter         | must be a number or a percentage such as 25%, and more than 0
          mode: Warn, exemptions: {maxDays: 0}    | spec.exemptions.maxDays in body should be greater than or equal to 1
          mode: Warn, exemptions: {maxDays: 36501} | spec.exemptions.maxDays in body should be less than or equal to 36500
          mode: Warn, preStopSleepSeconds: 86381   | preStopSleepSeconds and drainSeconds must be at most 86400 together
          mode: Warn, match: {kinds: []}          | spec.match.kinds in body should have at least 1 items
          mode: Warn, match: {kinds: [Job]}       | spec.match.kinds[0]: Unsupported value: "Job"
          mode: Warn, rules: [{name: recreate-strategy}] | spec.rules[0].mode: Required value
          mode: Warn, rules: [{mode: Warn}]       | spec.rules[0].name: Required value
          mode: Warn, rules: [{name: Recreate Strategy, mode: Warn}] | spec.rules[0].name
          mode: Warn, rules: [{name: recreate-strategy, mode: Warn}, {name: recreate-strategy, mode: Fix}] | spec.rules[1]: Duplicate value
          mode: Warn, match: {objectSelector: {matchExpressions: [{key: tier, operator: Is}]}} | supported values: "DoesNotExist", "Exists", "In", "NotIn"
          mode: Warn, match: {objectSelector: {matchExpressions: [{operator: Exists}]}} | key: Required value
          mode: Warn, match: {objectSelector: {matchExpressions: [{key: tier, operator: In}]}} | must have at least one value with In and NotIn
          mode: Warn, match: {namespaceSelector: {matchExpressions: [{key: tier, operator: NotIn, values: []}]}} | must have at least one value with In and NotIn
          mode: Warn, match: {objectSelector: {matchExpressions: [{key: tier, operator: Exists, values: [web]}]}} | none with Exists and DoesNotExist
          mode: Warn, match: {objectSelector: {matchLabels: {tier: 1}}} | matchLabels.tier
          """)
  void whatNoReplicaWouldAcceptTheApiServerRefuses(String spec, String message) throws IOException {
    ApiResponse response = create(spec);
    assertTrue(response.message().contains(message), response::message);
    assertInstanceOf(PolicyReader.Invalid.class, read(spec));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mode: Disabled",
        "mode: Audit, priority: -2147483648, match: {}, rules: [], exemptions: {}",
        "mode: Warn, priority: 2147483647, preStopSleepSeconds: 1, drainSeconds: 0, maxSurge: 1",
        "mode: Fix, change: None, preStopSleepSeconds: 86400, drainSeconds: 0, maxSurge: 1%",
        "mode: Enforce, change: Any, maxSurge: 999999999%, exemptions: {allowed: false,"
            + " reasonRequired: false, maxDays: 36500}",
        "mode: Warn, exemptions: {maxDays: 1}, match: {kinds: [DaemonSet, Deployment, StatefulSet],"
            + " namespaceSelector: {matchLabels: {team: shop}}, objectSelector: {matchExpressions:"
            + " [{key: tier, operator: In, values: [web]}, {key: a, operator: Exists}, {key: b,"
            + " operator: DoesNotExist, values: []}]}}",
        "mode: Warn, rules: [{name: recreate-strategy, mode: Disabled}]"
      })
  void whatReplicasAcceptTheApiServerTakes(String spec) throws IOException {
    ApiResponse response = create(spec);
    assertEquals("", response.message());
    assertInstanceOf(PolicyReader.Valid.class, read(spec));
    // As it is stored, with what the API server adds.
    assertInstanceOf(
        PolicyReader.Valid.class,
        PolicyReader.readStored(response.body(), Catalog.ids(), JudgedKinds.ALL));
  }

  @Test
  void aPolicyMayNameAllKinds() throws IOException {
    whatReplicasAcceptTheApiServerTakes(
        "mode: Warn, match: {kinds: [" + String.join(", ", new TreeSet<>(JudgedKinds.ALL)) + "]}");
  }

  @Test
  void kubectlExplainsEveryField() throws IOException {
    JsonNode spec =
        YAML.readTree(Path.of(CRD).toFile())
            .at("/spec/versions/0/schema/openAPIV3Schema/properties/spec");
    String explained = flat(server.kubectl("explain", "rolloutpolicy.spec").succeeded());
    assertTrue(explained.contains(spec.path("description").asText()), explained);
    for (var field : spec.path("properties").properties()) {
      assertTrue(
          explained.contains(flat(field.getValue().path("description").asText())),
          () -> field.getKey() + " is not explained: " + explained);
    }
    String rules = flat(server.kubectl("explain", "rop.spec.rules.mode").succeeded());
    assertTrue(rules.contains("ENUM: Disabled Audit Warn Fix Enforce"), rules);
    String whole = flat(server.kubectl("explain", "rolloutpolicy").succeeded());
    assertTrue(whole.contains("governs it alone; on a tie, the first by name"), whole);
  }

  // As kubectl wraps lines where it likes.
  private static String flat(KubectlResult result) {
    return flat(result.stdout());
  }

  private static String flat(String text) {
    return text.replaceAll("\\s+", " ").strip();
  }

  @Test
  void kubectlShowsModePriorityAndReadiness() {
    server.kubectlWith(policy("mode: Warn, priority: 7"), "create", "--filename=-").succeeded();
    server
        .kubectl(
            "patch",
            "rop",
            "tried",
            "--subresource=status",
            "--type=merge",
            "--patch={\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\",\"reason\":\"InForce\","
                + "\"message\":\"\",\"lastTransitionTime\":\"2026-11-21T12:00:00Z\"}]}}")
        .succeeded();
    String table = server.kubectl("get", "rop").succeeded().stdout();
    assertTrue(
        table.matches("NAME +MODE +PRIORITY +READY +AGE *\ntried +Warn +7 +True +\\S+ *\n"), table);
    server.kubectl("delete", "rop", "tried").succeeded();
  }
}
