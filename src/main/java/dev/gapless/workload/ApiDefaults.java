package dev.gapless.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Map;
import java.util.Optional;

/// What the API server fills in where `apps/v1` manifests say nothing, for the fields that rules
/// look at.
///
/// Source: Kubernetes' `pkg/apis/apps/v1/defaults.go` and `pkg/apis/core/v1/defaults.go`.
final class ApiDefaults {
  static final int REPLICAS = 1;
  static final long TERMINATION_GRACE_PERIOD_SECONDS = 30;
  static final String DEPLOYMENT_STRATEGY = "RollingUpdate";
  static final IntOrString MAX_SURGE = new IntOrString.Text("25%");
  static final IntOrString MAX_UNAVAILABLE = new IntOrString.Text("25%");
  static final int PROGRESS_DEADLINE_SECONDS = 600;
  static final int PROBE_PERIOD_SECONDS = 10;
  static final int PROBE_TIMEOUT_SECONDS = 1;
  static final int PROBE_SUCCESS_THRESHOLD = 1;
  static final int PROBE_FAILURE_THRESHOLD = 3;
  static final String PROBE_PATH = "/";
  static final String PROBE_SCHEME = "HTTP";

  private static final Map<FieldPath, JsonNode> FIELDS =
      Map.of(
          FieldPath.of("spec", "replicas"),
          IntNode.valueOf(REPLICAS),
          FieldPath.of("spec", "template", "spec", "terminationGracePeriodSeconds"),
          IntNode.valueOf((int) TERMINATION_GRACE_PERIOD_SECONDS),
          Workload.Deployment.STRATEGY_TYPE,
          TextNode.valueOf(DEPLOYMENT_STRATEGY),
          Workload.Deployment.MAX_SURGE,
          MAX_SURGE.json(),
          Workload.Deployment.MAX_UNAVAILABLE,
          MAX_UNAVAILABLE.json(),
          Pace.PROGRESS_DEADLINE_SECONDS,
          IntNode.valueOf(PROGRESS_DEADLINE_SECONDS));

  private ApiDefaults() {}

  /// The default of a field; empty where Kubernetes has none.
  static Optional<JsonNode> of(FieldPath path) {
    return Optional.ofNullable(FIELDS.get(path));
  }
}
