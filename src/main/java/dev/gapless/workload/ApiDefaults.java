package dev.gapless.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Map;
import java.util.Optional;

/// What the API server fills in where `apps/v1` manifests say nothing, for the fields that rules
/// look at.
///
/// Argo's controller means the same by an absent field of a Rollout, but nobody fills it in.
///
/// Source: Kubernetes' `pkg/apis/apps/v1/defaults.go` and `pkg/apis/core/v1/defaults.go`,
/// `pkg/apis/autoscaling/v2/defaults.go`; Argo Rollouts' `utils/defaults/defaults.go`, whose "25"
/// its arithmetic reads as a percentage.
final class ApiDefaults {
  static final int REPLICAS = 1;
  static final int MIN_REPLICAS = 1;
  static final int REVISION_HISTORY_LIMIT = 10;
  static final long TERMINATION_GRACE_PERIOD_SECONDS = 30;
  static final String ROLLING_UPDATE = "RollingUpdate";
  static final IntOrString MAX_SURGE = new IntOrString.Text("25%");
  static final IntOrString MAX_UNAVAILABLE = new IntOrString.Text("25%");
  static final int PROGRESS_DEADLINE_SECONDS = 600;
  static final int PROBE_PERIOD_SECONDS = 10;
  static final int PROBE_TIMEOUT_SECONDS = 1;
  static final int PROBE_SUCCESS_THRESHOLD = 1;
  static final int PROBE_FAILURE_THRESHOLD = 3;
  static final String PROBE_PATH = "/";
  static final String PROBE_SCHEME = "HTTP";
  static final IntOrString DAEMON_SET_MAX_SURGE = new IntOrString.Int(0);

  private static final Map<FieldPath, JsonNode> FIELDS =
      Map.of(
          Workload.REPLICAS,
          IntNode.valueOf(REPLICAS),
          Workload.RolloutControls.REVISION_HISTORY_LIMIT,
          IntNode.valueOf(REVISION_HISTORY_LIMIT),
          FieldPath.of("spec", "template", "spec", "terminationGracePeriodSeconds"),
          IntNode.valueOf((int) TERMINATION_GRACE_PERIOD_SECONDS),
          Workload.Deployment.STRATEGY_TYPE,
          TextNode.valueOf(ROLLING_UPDATE),
          Workload.Deployment.MAX_SURGE,
          MAX_SURGE.json(),
          Workload.Deployment.MAX_UNAVAILABLE,
          MAX_UNAVAILABLE.json(),
          Workload.RolloutControls.PROGRESS_DEADLINE_SECONDS,
          IntNode.valueOf(PROGRESS_DEADLINE_SECONDS),
          Workload.DaemonSet.MAX_SURGE,
          DAEMON_SET_MAX_SURGE.json(),
          FieldPath.of("spec", "minReplicas"),
          IntNode.valueOf(MIN_REPLICAS));

  private ApiDefaults() {}

  /// The default that the API server fills in for a field of an `apps/v1` object or an autoscaler;
  /// empty where it has none.
  static Optional<JsonNode> of(FieldPath path) {
    return Optional.ofNullable(FIELDS.get(path));
  }
}
