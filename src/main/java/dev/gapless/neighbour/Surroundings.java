package dev.gapless.neighbour;

import dev.gapless.workload.LabelSelector;
import dev.gapless.workload.ObjectMeta;
import dev.gapless.workload.Workload;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.function.Supplier;
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
  private final Map<Id, Neighbour> kept;
  private final Map<Label, Ids> filed;
  private final Map<NeighbourType, LongAdder> counts;

  // Rises when a neighbour leaves a label for another one: who looks under both meanwhile may find
  // it under neither, and must look again.
  private final AtomicLong moves;

  /// @param known of which types everything is known, asked anew each time
  /// @param settled whether everything that belongs together is there: in files and in a scan, but
  ///   not at an admission, where the rest of what somebody applies may come after
  public Surroundings(Predicate<NeighbourType> known, boolean settled) {
    this.known = known;
    this.settled = settled;
    this.kept = new ConcurrentHashMap<>();
    this.filed = new ConcurrentHashMap<>();
    this.counts = new EnumMap<>(NeighbourType.class);
    for (NeighbourType type : NeighbourType.values()) {
      counts.put(type, new LongAdder());
    }
    this.moves = new AtomicLong();
  }

  private Surroundings(Surroundings same, boolean settled) {
    this.known = same.known;
    this.settled = settled;
    this.kept = same.kept;
    this.filed = same.filed;
    this.counts = same.counts;
    this.moves = same.moves;
  }

  /// Nothing is known.
  public static Surroundings unknown() {
    return new Surroundings(_ -> false, false);
  }

  /// Which neighbour is meant; by itself also the only one under a label.
  private record Id(String kind, String namespace, String name) implements Ids {
    static Id of(Neighbour neighbour) {
      return new Id(neighbour.kind(), neighbour.namespace(), neighbour.name());
    }

    @Override
    public Collection<Id> all() {
      return List.of(this);
    }

    @Override
    public Ids with(Id id) {
      return equals(id) ? this : new Few(List.of(this, id));
    }

    @Override
    public Ids without(Id id) {
      return equals(id) ? NONE : this;
    }
  }

  /// Some of them. Most labels mean one object or a few, for which a set would be many times their
  /// own size; and what is on every object must not be copied for each.
  private sealed interface Ids {
    Ids NONE = new Few(List.of());

    Collection<Id> all();

    Ids with(Id id);

    Ids without(Id id);
  }

  private record Few(List<Id> all) implements Ids {
    static final int MOST = 64;

    @Override
    public Ids with(Id id) {
      if (all.contains(id)) {
        return this;
      }
      List<Id> grown = Stream.concat(all.stream(), Stream.of(id)).toList();
      if (grown.size() <= MOST) {
        return new Few(grown);
      }
      Set<Id> many = ConcurrentHashMap.newKeySet();
      many.addAll(grown);
      return new Many(many);
    }

    @Override
    public Ids without(Id id) {
      return new Few(all.stream().filter(it -> !it.equals(id)).toList());
    }
  }

  /// @param all changed in place, while others read it
  private record Many(Set<Id> all) implements Ids {
    @Override
    public Ids with(Id id) {
      all.add(id);
      return this;
    }

    @Override
    public Ids without(Id id) {
      all.remove(id);
      return this;
    }
  }

  /// What neighbours are filed under; with an empty key all of a type in a namespace.
  private record Label(NeighbourType type, String namespace, String key, String value) {
    static Label all(NeighbourType type, String namespace) {
      return new Label(type, namespace, "", "");
    }
  }

  /// The same neighbours, as at an admission.
  public Surroundings unsettled() {
    return new Surroundings(this, false);
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

  /// How many neighbours of a type are kept.
  public long size(NeighbourType type) {
    return count(type).sum();
  }

  /// Under how many labels neighbours are filed; none where there are no neighbours.
  public int labels() {
    return filed.size();
  }

  /// Takes in a neighbour, in the place of an earlier version of it.
  public void put(Neighbour neighbour) {
    Id id = Id.of(neighbour);
    List<Label> labels = filing(neighbour);
    // Found by its new labels before it has them, and by its old ones until it has them no more:
    // whoever looks it up meanwhile compares with what it is.
    labels.forEach(label -> file(label, id));
    Neighbour before = kept.put(id, neighbour);
    if (before == null) {
      count(NeighbourType.of(neighbour)).increment();
      return;
    }
    List<Label> left = new ArrayList<>(labels(before));
    left.removeAll(labels);
    if (!left.isEmpty()) {
      moves.incrementAndGet();
      left.forEach(label -> unfile(label, id));
    }
  }

  /// Forgets a neighbour.
  ///
  /// @param namespace empty for a Node
  /// @return whether it was there
  public boolean remove(String kind, String namespace, String name) {
    return remove(new Id(kind, namespace, name));
  }

  /// Forgets all neighbours of a kind but those that stay.
  ///
  /// @param stays asked for namespace and name
  public void retain(String kind, BiPredicate<String, String> stays) {
    for (Id id : kept.keySet()) {
      if (id.kind().equals(kind) && !stays.test(id.namespace(), id.name())) {
        remove(id);
      }
    }
  }

  private boolean remove(Id id) {
    Neighbour before = kept.remove(id);
    if (before == null) {
      return false;
    }
    count(NeighbourType.of(before)).decrement();
    labels(before).forEach(label -> unfile(label, id));
    return true;
  }

  private LongAdder count(NeighbourType type) {
    return Objects.requireNonNull(counts.get(type));
  }

  private void file(Label label, Id id) {
    filed.compute(label, (_, ids) -> ids == null ? id : ids.with(id));
  }

  private void unfile(Label label, Id id) {
    filed.computeIfPresent(
        label,
        (_, ids) -> {
          Ids rest = ids.without(id);
          return rest.all().isEmpty() ? null : rest;
        });
  }

  /// What a neighbour is filed under.
  private List<Label> filing(Neighbour neighbour) {
    List<Label> labels = labels(neighbour);
    return switch (neighbour) {
      case Service service -> {
        NeighbourType type = NeighbourType.SERVICE;
        String namespace = service.namespace();
        var filing = new ArrayList<>(rarest(labels(type, namespace, service.selector())));
        filing.add(Label.all(type, namespace));
        yield List.copyOf(filing);
      }
      case PodDisruptionBudget _ -> rarest(labels);
      default -> labels;
    };
  }

  /// What a neighbour may be filed under.
  private List<Label> labels(Neighbour neighbour) {
    NeighbourType type = NeighbourType.of(neighbour);
    String namespace = neighbour.namespace();
    return switch (neighbour) {
      case Service service -> {
        List<Label> labels = labels(type, namespace, service.selector());
        labels.add(Label.all(type, namespace));
        yield List.copyOf(labels);
      }
      case PodDisruptionBudget budget ->
          budget
              .selector()
              .map(it ->
                  it.matchLabels().isEmpty()
                      ? List.of(Label.all(type, namespace))
                      : labels(type, namespace, it.matchLabels()))
              .orElse(List.of());
      case HorizontalPodAutoscaler autoscaler ->
          List.of(new Label(type, namespace, autoscaler.targetKind(), autoscaler.targetName()));
      case Route route ->
          route.backends().stream()
              .map(it -> new Label(type, it.namespace(), it.service(), ""))
              .distinct()
              .toList();
      case WorkloadOutline workload -> {
        List<Label> labels = labels(type, namespace, workload.podLabels());
        labels.add(Label.all(type, namespace));
        yield List.copyOf(labels);
      }
      case Node _, ResourceQuota _ -> List.of(Label.all(type, namespace));
      case PersistentVolumeClaim _ -> List.of();
    };
  }

  private static List<Label> labels(
      NeighbourType type, String namespace, Map<String, String> labels) {
    // Most callers add one more, for all of the type.
    var under = new ArrayList<Label>(labels.size() + 1);
    labels.forEach((key, value) -> under.add(new Label(type, namespace, key, value)));
    return under;
  }

  // Labels such as `managed-by: Helm` are on everything: the shortest list tells the most apart.
  private List<Label> rarest(List<Label> labels) {
    return labels.stream().min(Comparator.comparingInt(this::count)).stream().toList();
  }

  private int count(Label label) {
    return filed.getOrDefault(label, Ids.NONE).all().size();
  }

  /// The Services in a namespace that send traffic to pods with these labels.
  public Optional<List<Service>> servicesSelecting(
      String namespace, Map<String, String> podLabels) {
    return ask(
        NeighbourType.SERVICE,
        Service.class,
        () -> labels(NeighbourType.SERVICE, in(namespace), podLabels),
        it -> podLabels.entrySet().containsAll(it.selector().entrySet()));
  }

  /// All Services of a namespace; empty also where there are more than somebody will compare.
  ///
  /// @param most how many that is
  public Optional<List<Service>> services(String namespace, int most) {
    Label all = Label.all(NeighbourType.SERVICE, in(namespace));
    return count(all) > most
        ? Optional.empty()
        : ask(NeighbourType.SERVICE, Service.class, () -> List.of(all), _ -> true);
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
        () -> List.of(new Label(NeighbourType.ROUTE, in(namespace), service, "")),
        it -> it.backends().contains(new Route.Backend(in(namespace), service)));
  }

  /// The autoscalers of a workload.
  public Optional<List<HorizontalPodAutoscaler>> autoscalersOf(
      String namespace, String kind, String name) {
    return ask(
        NeighbourType.AUTOSCALER,
        HorizontalPodAutoscaler.class,
        () -> List.of(new Label(NeighbourType.AUTOSCALER, in(namespace), kind, name)),
        it -> it.targetKind().equals(kind) && it.targetName().equals(name));
  }

  /// What an autoscaler scales; empty also where there is no such workload.
  public Optional<WorkloadOutline> target(HorizontalPodAutoscaler autoscaler) {
    return workload(autoscaler.namespace(), autoscaler.targetKind(), autoscaler.targetName());
  }

  /// How many pods a workload has; empty for a DaemonSet. An autoscaler that is not known does not
  /// count.
  public Optional<Scale> scale(Workload workload) {
    ObjectMeta metadata = workload.metadata();
    return scale(workload.pods(), metadata.namespace(), workload.kind(), metadata.name());
  }

  /// How many pods a neighbour has; empty for a DaemonSet.
  public Optional<Scale> scale(WorkloadOutline workload) {
    return scale(workload.replicas(), workload.namespace(), workload.kind(), workload.name());
  }

  private Optional<Scale> scale(OptionalInt replicas, String namespace, String kind, String name) {
    return replicas.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Scale.of(
                replicas.getAsInt(),
                autoscalersOf(namespace, kind, name).orElse(List.of()).stream().findFirst()));
  }

  /// The budgets in a namespace that guard pods with these labels.
  public Optional<List<PodDisruptionBudget>> budgetsSelecting(
      String namespace, Map<String, String> podLabels) {
    return ask(
        NeighbourType.BUDGET,
        PodDisruptionBudget.class,
        () -> {
          List<Label> labels = labels(NeighbourType.BUDGET, in(namespace), podLabels);
          labels.add(Label.all(NeighbourType.BUDGET, in(namespace)));
          return labels;
        },
        it -> it.selects(podLabels));
  }

  /// The workloads in a namespace whose pods a selector means.
  public Optional<List<WorkloadOutline>> workloadsSelected(
      String namespace, LabelSelector selector) {
    return ask(
        NeighbourType.WORKLOAD,
        WorkloadOutline.class,
        () -> List.of(rarest(namespace, selector)),
        it -> selector.matches(it.podLabels()));
  }

  /// The same; empty also where it would have to look at too many, as an admission must not take
  /// longer because a namespace is large.
  ///
  /// @param most how many it may look at
  public Optional<List<WorkloadOutline>> workloadsSelected(
      String namespace, LabelSelector selector, int most) {
    return knows(NeighbourType.WORKLOAD) && count(rarest(namespace, selector)) > most
        ? Optional.empty()
        : workloadsSelected(namespace, selector);
  }

  /// Under which label the fewest workloads stand of all that a selector may mean.
  private Label rarest(String namespace, LabelSelector selector) {
    List<Label> labels = labels(NeighbourType.WORKLOAD, in(namespace), selector.matchLabels());
    return labels.isEmpty()
        ? Label.all(NeighbourType.WORKLOAD, in(namespace))
        : rarest(labels).getFirst();
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
        NeighbourType.NODE,
        Node.class,
        () -> List.of(Label.all(NeighbourType.NODE, "")),
        _ -> true);
  }

  /// The quotas of a namespace.
  public Optional<List<ResourceQuota>> quotas(String namespace) {
    return ask(
        NeighbourType.QUOTA,
        ResourceQuota.class,
        () -> List.of(Label.all(NeighbourType.QUOTA, in(namespace))),
        _ -> true);
  }

  private static String in(String namespace) {
    return NeighbourReader.orDefault(namespace);
  }

  private <T extends Neighbour> Optional<List<T>> ask(
      NeighbourType type, Class<T> form, Supplier<List<Label>> labels, Predicate<T> belongs) {
    if (!knows(type)) {
      return Optional.empty();
    }
    List<Label> under = labels.get();
    List<T> found;
    long before;
    do {
      before = moves.get();
      found = found(form, under, belongs);
    } while (moves.get() != before);
    found.sort(Comparator.comparing((T it) -> it.name()).thenComparing(it -> it.kind()));
    return Optional.of(List.copyOf(found));
  }

  private <T extends Neighbour> List<T> found(
      Class<T> form, List<Label> labels, Predicate<T> belongs) {
    var seen = new HashSet<Id>();
    var found = new ArrayList<T>();
    for (Label label : labels) {
      for (Id id : filed.getOrDefault(label, Ids.NONE).all()) {
        if (seen.add(id)) {
          get(form, id).filter(belongs).ifPresent(found::add);
        }
      }
    }
    return found;
  }

  private <T extends Neighbour> Optional<T> one(
      NeighbourType type, Class<T> form, String kind, String namespace, String name) {
    return knows(type) ? get(form, new Id(kind, namespace, name)) : Optional.empty();
  }

  private <T extends Neighbour> Optional<T> get(Class<T> form, Id id) {
    return Optional.ofNullable(kept.get(id)).map(form::cast);
  }
}
