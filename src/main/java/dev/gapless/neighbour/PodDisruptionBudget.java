package dev.gapless.neighbour;

import dev.gapless.workload.FieldPath;
import dev.gapless.workload.IntOrString;
import dev.gapless.workload.LabelSelector;
import java.util.Map;
import java.util.Optional;

/// `policy/v1` PodDisruptionBudget.
///
/// @param selector empty where there is none, and no pod is meant; an empty one means every pod
/// @param unhealthyPodEvictionPolicy as written; Kubernetes takes `IfHealthyBudget` without it
public record PodDisruptionBudget(
    String namespace,
    String name,
    Optional<LabelSelector> selector,
    Optional<IntOrString> minAvailable,
    Optional<IntOrString> maxUnavailable,
    Optional<String> unhealthyPodEvictionPolicy)
    implements Neighbour {
  public static final String KIND = "PodDisruptionBudget";
  public static final String API_VERSION = "policy/v1";
  public static final FieldPath SELECTOR = FieldPath.of("spec", "selector");
  public static final FieldPath MIN_AVAILABLE = FieldPath.of("spec", "minAvailable");
  public static final FieldPath MAX_UNAVAILABLE = FieldPath.of("spec", "maxUnavailable");
  public static final FieldPath UNHEALTHY_POD_EVICTION_POLICY =
      FieldPath.of("spec", "unhealthyPodEvictionPolicy");

  @Override
  public String kind() {
    return KIND;
  }

  /// In words: `PodDisruptionBudget "web"`.
  public String title() {
    return KIND + " \"" + name + "\"";
  }

  /// Whether it guards pods with these labels.
  public boolean selects(Map<String, String> podLabels) {
    return selector.map(it -> it.matches(podLabels)).orElse(false);
  }
}
