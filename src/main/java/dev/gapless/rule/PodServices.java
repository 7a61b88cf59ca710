package dev.gapless.rule;

import dev.gapless.neighbour.Service;
import dev.gapless.neighbour.Surroundings;
import dev.gapless.workload.Workload;
import dev.gapless.workload.Workload.Rollout;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The Services that send traffic to a workload's pods: those whose selector matches, and those
/// that a Rollout switches, to whose selectors Argo adds the label of a revision.
///
/// Most rules ask for them, and no fix changes what ties them to the pods: they are looked up once.
/// Only one thread may ask.
public final class PodServices {
  private final Workload workload;
  private final Surroundings surroundings;
  private @Nullable List<Service> selecting;
  private @Nullable List<Service> known;

  /// @param workload the one that is judged
  public PodServices(Workload workload, Surroundings surroundings) {
    this.workload = workload;
    this.surroundings = surroundings;
  }

  /// Those that are known.
  public List<Service> known() {
    List<Service> looked = known;
    if (looked == null) {
      looked = workload instanceof Rollout rollout ? withSwitched(rollout) : selecting();
      known = looked;
    }
    return looked;
  }

  private List<Service> withSwitched(Rollout rollout) {
    var services = new LinkedHashSet<>(selecting());
    for (String name : rollout.services()) {
      surroundings.service(workload.metadata().namespace(), name).ifPresent(services::add);
    }
    return List.copyOf(services);
  }

  /// The names of all: first those that a Rollout switches, which need not be known.
  public List<String> names() {
    var names = new LinkedHashSet<String>();
    if (workload instanceof Rollout rollout) {
      names.addAll(rollout.services());
    }
    selecting().forEach(it -> names.add(it.name()));
    return List.copyOf(names);
  }

  /// Whether there is any.
  public boolean any() {
    return !selecting().isEmpty()
        || (workload instanceof Rollout rollout && !rollout.services().isEmpty());
  }

  private List<Service> selecting() {
    List<Service> looked = selecting;
    if (looked == null) {
      looked =
          surroundings
              .servicesSelecting(workload.metadata().namespace(), workload.template().labels())
              .orElse(List.of());
      selecting = looked;
    }
    return looked;
  }
}
