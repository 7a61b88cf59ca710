package dev.gapless.rules;

import dev.gapless.neighbour.NeighbourReader;
import dev.gapless.neighbour.Service;
import dev.gapless.neighbour.Surroundings;
import dev.gapless.neighbour.WorkloadOutline;
import dev.gapless.rule.Subject;
import dev.gapless.workload.LabelSelector;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// The workloads that a Service's selector means.
final class Selected {
  /// Labels that Kubernetes and Argo Rollouts set on pods while they run: no pod template has them.
  ///
  /// Sources: https://kubernetes.io/docs/reference/labels-annotations-taints/ and Argo Rollouts'
  /// `pkg/apis/rollouts/v1alpha1/types.go`.
  private static final Set<String> SET_ON_PODS =
      Set.of(
          "statefulset.kubernetes.io/pod-name",
          "apps.kubernetes.io/pod-index",
          "controller-revision-hash",
          "pod-template-hash",
          "pod-template-generation",
          "rollouts-pod-template-hash",
          "batch.kubernetes.io/job-name",
          "batch.kubernetes.io/controller-uid",
          "batch.kubernetes.io/job-completion-index",
          "job-name",
          "controller-uid");

  /// Beyond it workloads are not compared with each other: no Service of an application means so
  /// many.
  static final int MOST_COMPARED = 100;

  private Selected() {}

  /// The first label of a selector that no pod template can have.
  static Optional<String> labelSetOnPods(Service service) {
    return new TreeSet<>(service.selector().keySet())
        .stream().filter(SET_ON_PODS::contains).findFirst();
  }

  /// The workloads that a Service's selector means, of which labels that are set on pods take some
  /// away; empty where workloads are not known, or there are more than are compared.
  static Optional<List<WorkloadOutline>> by(Service service, Surroundings surroundings) {
    var selector = new HashMap<>(service.selector());
    selector.keySet().removeAll(SET_ON_PODS);
    return surroundings
        .workloadsSelected(
            service.namespace(), new LabelSelector(selector, List.of()), MOST_COMPARED)
        .map(it -> selector.isEmpty() ? List.of() : it);
  }

  /// The other workloads that a Service's selector means beside the one that is judged; empty where
  /// workloads are not known, or there are more than are compared.
  static Optional<List<WorkloadOutline>> beside(Subject subject, Service service) {
    return by(service, subject.surroundings())
        .map(selected -> {
          var others = new ArrayList<>(selected);
          others.removeIf(it -> isSame(subject, it));
          return List.copyOf(others);
        });
  }

  /// Whether that is the stored version of the workload that is judged.
  private static boolean isSame(Subject subject, WorkloadOutline workload) {
    return workload.kind().equals(subject.workload().kind())
        && workload.name().equals(subject.workload().metadata().name());
  }

  /// All workloads of a namespace; empty where workloads are not known.
  static Optional<List<WorkloadOutline>> all(String namespace, Surroundings surroundings) {
    return surroundings.workloadsSelected(namespace, new LabelSelector(Map.of(), List.of()));
  }

  /// The workload that is judged, as its neighbours see it.
  static WorkloadOutline outline(Subject subject) {
    return (WorkloadOutline) NeighbourReader.read(subject.object()).orElseThrow();
  }

  /// Whether it asks for pods at all.
  static boolean hasPods(WorkloadOutline workload) {
    return workload.replicas().orElse(1) > 0;
  }
}
