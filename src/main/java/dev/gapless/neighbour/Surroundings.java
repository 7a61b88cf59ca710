package dev.gapless.neighbour;

import dev.gapless.workload.LabelSelector;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// What is known of the objects around the one that is judged, found by what ties them together.
///
/// Nothing is found by looking at everything: each neighbour is filed under labels, and what is
/// asked for is looked up under the rarest. Many may ask while neighbours come, change and go; each
/// object is then seen as it was or as it is, never in between. Of one object only one thread may
/// tell at a time.
///
/// Each answer is empty where neighbours of that type are not known, and sorted by name.
public final class Surroundings {
  private final Predicate<NeighbourType> known;
  private final boolean settled;
  private final Map<Id, Entry> kept;
  private final Map<Label, Set<Id>> filed;

  /// @param known of which types everything is known, asked anew each time
  /// @param settled whether everything that belongs together is there: in files and in a scan, but
  ///   not at an admission, where the rest of what somebody applies may come after
  public Surroundings(Predicate<NeighbourType> known, boolean settled) {
    this(known, settled, new ConcurrentHashMap<>(), new ConcurrentHashMap<>());
  }

  private Surroundings(
      Predicate<NeighbourType> known,
      boolean settled,
      Map<Id, Entry> kept,
      Map<Label, Set<Id>> filed) {
    this.known = known;
    this.settled = settled;
    this.kept = kept;
    this.filed = filed;
  }

  /// Nothing is known.
  public static Surroundings unknown() {
    return new Surroundings(_ -> false, false);
  }

  private record Id(String kind, String namespace, String name) {
    static Id of(Neighbour neighbour) {
      return new Id(neighbour.kind(), neighbour.namespace(), neighbour.name());
    }
  }

  /// What neighbours are filed under; with an empty key all of a type in a namespace.
  private record Label(NeighbourType type, String namespace, String key, String value) {
    static Label all(NeighbourType type, String namespace) {
      return new Label(type, namespace, "", "");
    }
  }

  private record Entry(Neighbour neighbour, List<Label> labels) {}

  /// The same neighbours, as at an admission.
  public Surroundings unsettled() {
    return new Surroundings(known, false, kept, filed);
  }

  /// Whether everything that belongs together is there.
  public boolean settled() {
    return settled;
  }

  /// Whether neighbours of a type are known.
  public boolean knows(NeighbourType type) {
    return known.test(type);
  }

  /// How many neighbours are kept.
  public int size() {
    return kept.size();
  }

  /// Takes in a neighbour, in the place of an earlier version of it.
  public void put(Neighbour neighbour) {
    Id id = Id.of(neighbour);
    var entry = new Entry(neighbour, labels(neighbour));
    // Found by its new labels before it has them, and by its old ones until it has them no more:
    // whoever looks it up meanwhile compares with what it is.
    entry.labels().forEach(label -> file(label, id));
    Entry before = kept.put(id, entry);
    if (before != null) {
      before.labels().stream()
          .filter(label -> !entry.labels().contains(label))
          .forEach(label -> unfile(label, id));
    }
  }

  /// Forgets a neighbour.
  public void remove(Neighbour neighbour) {
    Id id = Id.of(neighbour);
    Entry before = kept.remove(id);
    if (before != null) {
      before.labels().forEach(label -> unfile(label, id));
    }
  }

  private void file(Label label, Id id) {
    filed.compute(
        label,
        (_, ids) -> {
          Set<Id> grown = ids == null ? ConcurrentHashMap.newKeySet(1) : ids;
          grown.add(id);
          return grown;
        });
  }

  private void unfile(Label label, Id id) {
    filed.computeIfPresent(
        label,
        (_, ids) -> {
          ids.remove(id);
          return ids.isEmpty() ? null : ids;
        });
  }

  private List<Label> labels(Neighbour neighbour) {
    NeighbourType type = NeighbourType.of(neighbour);
    String namespace = neighbour.namespace();
    return switch (neighbour) {
      case Service service -> {
        var labels = new ArrayList<>(rarest(labels(type, namespace, service.selector())));
        labels.add(Label.all(type, namespace));
        yield List.copyOf(labels);
      }
      case PodDisruptionBudget budget ->
          budget
              .selector()
              .map(it ->
                  it.matchLabels().isEmpty()
                      ? List.of(Label.all(type, namespace))
                      : rarest(labels(type, namespace, it.matchLabels())))
              .orElse(List.of());
      case HorizontalPodAutoscaler autoscaler ->
          List.of(new Label(type, namespace, autoscaler.targetKind(), autoscaler.targetName()));
      case Route route ->
          route.backends().stream()
              .map(it -> new Label(type, it.namespace(), it.service(), ""))
              .distinct()
              .toList();
      case WorkloadOutline workload -> {
        var labels = new ArrayList<>(labels(type, namespace, workload.podLabels()));
        labels.add(Label.all(type, namespace));
        yield List.copyOf(labels);
      }
      case Node _, ResourceQuota _ -> List.of(Label.all(type, namespace));
      case PersistentVolumeClaim _ -> List.of();
    };
  }

  private static List<Label> labels(
      NeighbourType type, String namespace, Map<String, String> labels) {
    return labels.entrySet().stream()
        .map(it -> new Label(type, namespace, it.getKey(), it.getValue()))
        .toList();
  }

  // Labels such as `managed-by: Helm` are on everything: the shortest list tells the most apart.
  private List<Label> rarest(List<Label> labels) {
    return labels.stream().min(Comparator.comparingInt(this::count)).stream().toList();
  }

  private int count(Label label) {
    return filed.getOrDefault(label, Set.of()).size();
  }

  /// The Services in a namespace that send traffic to pods with these labels.
  public Optional<List<Service>> servicesSelecting(
      String namespace, Map<String, String> podLabels) {
    return ask(
        NeighbourType.SERVICE,
        Service.class,
        labels(NeighbourType.SERVICE, in(namespace), podLabels).stream(),
        it -> podLabels.entrySet().containsAll(it.selector().entrySet()));
  }

  /// All Services of a namespace.
  public Optional<List<Service>> services(String namespace) {
    return ask(
        NeighbourType.SERVICE,
        Service.class,
        Stream.of(Label.all(NeighbourType.SERVICE, in(namespace))),
        _ -> true);
  }

  /// The Service of that name; empty also where there is none.
  public Optional<Service> service(String namespace, String name) {
    return one(NeighbourType.SERVICE, Service.class, Service.KIND, in(namespace), name);
  }

  /// The ways into the cluster that lead to a Service.
  public Optional<List<Route>> routesTo(String namespace, String service) {
    return ask(
        NeighbourType.ROUTE,
        Route.class,
        Stream.of(new Label(NeighbourType.ROUTE, in(namespace), service, "")),
        it -> it.backends().contains(new Route.Backend(in(namespace), service)));
  }

  /// The autoscalers of a workload.
  public Optional<List<HorizontalPodAutoscaler>> autoscalersOf(
      String namespace, String kind, String name) {
    return ask(
        NeighbourType.AUTOSCALER,
        HorizontalPodAutoscaler.class,
        Stream.of(new Label(NeighbourType.AUTOSCALER, in(namespace), kind, name)),
        it -> it.targetKind().equals(kind) && it.targetName().equals(name));
  }

  /// The budgets in a namespace that guard pods with these labels.
  public Optional<List<PodDisruptionBudget>> budgetsSelecting(
      String namespace, Map<String, String> podLabels) {
    return ask(
        NeighbourType.BUDGET,
        PodDisruptionBudget.class,
        Stream.concat(
            labels(NeighbourType.BUDGET, in(namespace), podLabels).stream(),
            Stream.of(Label.all(NeighbourType.BUDGET, in(namespace)))),
        it -> it.selects(podLabels));
  }

  /// The workloads in a namespace whose pods a selector means.
  public Optional<List<WorkloadOutline>> workloadsSelected(
      String namespace, LabelSelector selector) {
    List<Label> labels =
        rarest(labels(NeighbourType.WORKLOAD, in(namespace), selector.matchLabels()));
    return ask(
        NeighbourType.WORKLOAD,
        WorkloadOutline.class,
        labels.isEmpty()
            ? Stream.of(Label.all(NeighbourType.WORKLOAD, in(namespace)))
            : labels.stream(),
        it -> selector.matches(it.podLabels()));
  }

  /// The workloads in a namespace whose pods have at least one of these labels.
  public Optional<List<WorkloadOutline>> workloadsNear(
      String namespace, Map<String, String> labels) {
    return ask(
        NeighbourType.WORKLOAD,
        WorkloadOutline.class,
        labels(NeighbourType.WORKLOAD, in(namespace), labels).stream(),
        it -> labels.entrySet().stream().anyMatch(it.podLabels().entrySet()::contains));
  }

  /// The workload of that kind and name; empty also where there is none.
  public Optional<WorkloadOutline> workload(String namespace, String kind, String name) {
    return one(NeighbourType.WORKLOAD, WorkloadOutline.class, kind, in(namespace), name);
  }

  /// The claim of that name; empty also where there is none.
  public Optional<PersistentVolumeClaim> claim(String namespace, String name) {
    return one(
        NeighbourType.CLAIM,
        PersistentVolumeClaim.class,
        PersistentVolumeClaim.KIND,
        in(namespace),
        name);
  }

  /// All nodes of the cluster.
  public Optional<List<Node>> nodes() {
    return ask(
        NeighbourType.NODE, Node.class, Stream.of(Label.all(NeighbourType.NODE, "")), _ -> true);
  }

  /// The quotas of a namespace.
  public Optional<List<ResourceQuota>> quotas(String namespace) {
    return ask(
        NeighbourType.QUOTA,
        ResourceQuota.class,
        Stream.of(Label.all(NeighbourType.QUOTA, in(namespace))),
        _ -> true);
  }

  private static String in(String namespace) {
    return NeighbourReader.orDefault(namespace);
  }

  private <T extends Neighbour> Optional<List<T>> ask(
      NeighbourType type, Class<T> form, Stream<Label> labels, Predicate<T> belongs) {
    if (!knows(type)) {
      return Optional.empty();
    }
    var seen = new HashSet<Id>();
    var found = new ArrayList<T>();
    labels.forEach(label -> {
      for (Id id : filed.getOrDefault(label, Set.of())) {
        if (seen.add(id)) {
          get(form, id).filter(belongs).ifPresent(found::add);
        }
      }
    });
    found.sort(Comparator.comparing((T it) -> it.name()).thenComparing(it -> it.kind()));
    return Optional.of(List.copyOf(found));
  }

  private <T extends Neighbour> Optional<T> one(
      NeighbourType type, Class<T> form, String kind, String namespace, String name) {
    return knows(type) ? get(form, new Id(kind, namespace, name)) : Optional.empty();
  }

  private <T extends Neighbour> Optional<T> get(Class<T> form, Id id) {
    return Optional.ofNullable(kept.get(id)).map(Entry::neighbour).map(form::cast);
  }
}
