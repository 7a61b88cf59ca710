package dev.gapless.rules;

import dev.gapless.neighbour.NeighbourReader;
import dev.gapless.neighbour.NeighbourType;
import dev.gapless.neighbour.Service;
import dev.gapless.neighbour.WorkloadOutline;
import dev.gapless.policy.Mode;
import dev.gapless.policy.Names;
import dev.gapless.rule.Finding;
import dev.gapless.rule.NeighbourSubject;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.FieldPath;
import dev.gapless.workload.ObjectMeta;
import dev.gapless.workload.Workload;
import dev.gapless.workload.WorkloadReader;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// A Service that sends its requests nowhere.
public final class ServiceSelectsNothing implements Rule {
  private static final RuleDoc DOC =
      new RuleDoc(
          "service-selects-nothing",
          "A Service's selector means the pods of no workload",
          "0.1.0",
          Mode.AUDIT,
          List.of(),
          """
          A Service whose selector matches no pods has no endpoints: connections to it are refused. \
          That is a typing mistake in a label, a label that was renamed on one side only, or a \
          blue/green switch to pods that are not there.

          In files and in a scan, where all that belongs together is there, a Service is judged \
          against the labels of all pod templates of its namespace. At an admission its workloads \
          may come after it, so a new Service is told only where one label differs by a slip of a \
          letter or two from that of a workload which no other Service selects; a changed one is \
          told. A workload that is written after the Service carries the finding by the same slip, \
          or when its new labels leave the Service without pods.

          Not judged are selectors with labels that pods get while they run, from Kubernetes, from \
          Argo Rollouts, or from software that marks its leader: a label that the pod template with \
          all the others does not have. A Service is told only beside a workload that it must be meant \
          for: one of its own name, one that it selected before, or one that a slip keeps it from. \
          Where there is none, something else may make the pods, such as an operator or another \
          chart. A Service that a controller owns is not judged.\
          """,
          """
          Give the selector labels that the pod template has. For a blue/green switch, bring up the \
          new pods first.\
          """,
          List.of(
              "https://kubernetes.io/docs/concepts/services-networking/service/#defining-a-service",
              "https://kubernetes.io/docs/tasks/debug/debug-application/debug-service/#does-the-service-have-any-endpointslices"));

  // An admission must not take longer because a namespace is large.
  private static final int MOST_COMPARED = 1_000;

  // Shorter words are often one letter apart and mean other things.
  private static final int SHORTEST_WORD = 4;
  private static final int SHORTEST_WORD_WITH_TWO_SLIPS = 8;

  @Override
  public RuleDoc doc() {
    return DOC;
  }

  @Override
  public Set<String> neighbourKinds() {
    return Set.of(Service.KIND);
  }

  @Override
  public Outcome judge(NeighbourSubject subject) {
    if (!(subject.neighbour() instanceof Service service) || service.selector().isEmpty()) {
      return new Outcome.Skipped("it has no selector");
    }
    if (subject.metadata().controller().isPresent()) {
      return new Outcome.Skipped("who owns it may make its pods too");
    }
    Optional<String> setOnPods = Selected.labelSetOnPods(service);
    if (setOnPods.isPresent()) {
      return new Outcome.Skipped("pods get the label " + setOnPods.get() + " while they run");
    }
    Optional<List<WorkloadOutline>> selected = Selected.by(service, subject.surroundings());
    if (selected.isEmpty()) {
      return new Outcome.Skipped("the workloads around are not known");
    }
    if (!selected.get().isEmpty()) {
      return new Outcome.Passed();
    }
    return judge(
        subject,
        service,
        Selected.all(service.namespace(), subject.surroundings()).orElse(List.of()));
  }

  private static Outcome judge(
      NeighbourSubject subject, Service service, List<WorkloadOutline> workloads) {
    Map<String, String> selector = service.selector();
    for (WorkloadOutline workload : workloads) {
      Optional<String> marked = markedWhileRunning(selector, workload.podLabels());
      if (marked.isPresent()) {
        return new Outcome.Skipped(
            "the pods of "
                + workload.title()
                + " may get the label "
                + marked.get()
                + " while they run");
      }
    }
    Map<String, String> before =
        subject
            .oldObject()
            .flatMap(NeighbourReader::read)
            .map(it -> ((Service) it).selector())
            .orElse(Map.of());
    Optional<WorkloadOutline> nearest =
        workloads.stream()
            .filter(it -> slip(selector, it.podLabels()).isPresent())
            .filter(it -> isUnselected(subject, it))
            .findFirst();
    if (nearest.isEmpty() && !subject.surroundings().settled() && subject.oldObject().isEmpty()) {
      return new Outcome.Skipped("its workloads may come after it");
    }
    Optional<WorkloadOutline> meant =
        nearest.or(() ->
            workloads.stream()
                .filter(it -> it.name().equals(service.name()) || selects(before, it))
                .max(Comparator.comparingLong(it -> shared(selector, it.podLabels()))));
    if (meant.isEmpty()) {
      return new Outcome.Skipped(
          "it is meant for no workload around: something else may make its pods");
    }
    return new Outcome.Failed(
        List.of(
            Finding.of(
                Service.SELECTOR,
                "must select the pods of a workload, selects none: "
                    + meant.get().title()
                    + " has "
                    + difference(selector, meant.get().podLabels()))));
  }

  private static boolean selects(Map<String, String> selector, WorkloadOutline workload) {
    return !selector.isEmpty() && workload.podLabels().entrySet().containsAll(selector.entrySet());
  }

  /// A label that is not in a pod template which has all other labels of the selector.
  private static Optional<String> markedWhileRunning(
      Map<String, String> selector, Map<String, String> podLabels) {
    Map<String, String> others =
        selector.entrySet().stream()
            .filter(it -> podLabels.containsKey(it.getKey()))
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    return others.isEmpty() || !podLabels.entrySet().containsAll(others.entrySet())
        ? Optional.empty()
        : new TreeMap<>(selector)
            .keySet().stream().filter(it -> !podLabels.containsKey(it)).findFirst();
  }

  // Its own Service is another one.
  private static boolean isUnselected(NeighbourSubject subject, WorkloadOutline workload) {
    return subject
        .surroundings()
        .servicesSelecting(workload.namespace(), workload.podLabels())
        .orElse(List.of())
        .stream()
        .allMatch(it -> it.name().equals(subject.neighbour().name()));
  }

  private static long shared(Map<String, String> selector, Map<String, String> podLabels) {
    return selector.entrySet().stream().filter(podLabels.entrySet()::contains).count();
  }

  /// The first label that is another one there: `app=web-v2, not app=web`.
  private static String difference(Map<String, String> selector, Map<String, String> podLabels) {
    for (var label : new TreeMap<>(selector).entrySet()) {
      String there = podLabels.get(label.getKey());
      if (!label.getValue().equals(there)) {
        return there == null
            ? "no label " + label.getKey()
            : "%s=%s, not %s".formatted(label.getKey(), there, label.getValue());
      }
    }
    throw new IllegalStateException("the selector selects it");
  }

  @Override
  public Outcome judge(Subject subject) {
    Map<String, String> labels = subject.workload().template().labels();
    if (!subject.services().known().isEmpty()) {
      return new Outcome.Passed();
    }
    Optional<List<Service>> services =
        subject.surroundings().services(subject.workload().metadata().namespace(), MOST_COMPARED);
    if (services.isEmpty() || !subject.surroundings().knows(NeighbourType.WORKLOAD)) {
      return new Outcome.Skipped(
          "the Services and workloads around are not known, or too many to compare");
    }
    Map<String, String> before =
        subject
            .oldObject()
            .flatMap(WorkloadReader::read)
            .map(it -> it.template().labels())
            .orElse(Map.of());
    for (Service service : services.get()) {
      Optional<String> key =
          before.entrySet().containsAll(service.selector().entrySet()) || isItsOwn(subject, service)
              ? firstDifference(service.selector(), labels)
              : slip(service.selector(), labels);
      if (key.isPresent()
          && Selected.labelSetOnPods(service).isEmpty()
          && Selected.beside(subject, service).map(List::isEmpty).orElse(false)) {
        return new Outcome.Failed(List.of(finding(subject.workload(), service, key.get())));
      }
    }
    return new Outcome.Passed();
  }

  /// Whether a Service bears the workload's name and nothing can come any more that it selects.
  private static boolean isItsOwn(Subject subject, Service service) {
    ObjectMeta metadata = subject.workload().metadata();
    return subject.surroundings().settled()
        && service.name().equals(metadata.name())
        && metadata.controller().isEmpty()
        && !service.selector().isEmpty()
        && markedWhileRunning(service.selector(), subject.workload().template().labels()).isEmpty();
  }

  private static Finding finding(Workload workload, Service service, String key) {
    FieldPath labels = workload.template().path().child("metadata").child("labels");
    String there = workload.template().labels().get(key);
    return Finding.of(
        labels.child(key),
        "must be \"%s\" for Service \"%s\" to select any pods, %s"
            .formatted(
                service.selector().get(key),
                service.name(),
                there == null ? "is absent" : "is \"" + there + "\""));
  }

  private static Optional<String> firstDifference(
      Map<String, String> selector, Map<String, String> labels) {
    return new TreeMap<>(selector)
        .entrySet().stream()
            .filter(it -> !labels.entrySet().contains(it))
            .map(Map.Entry::getKey)
            .findFirst();
  }

  /// The label by which a selector just misses a pod template: all others are the same, and it is
  /// there, with a value that only a slip can have made another one.
  private static Optional<String> slip(Map<String, String> selector, Map<String, String> labels) {
    Optional<String> missed = Optional.empty();
    for (var label : selector.entrySet()) {
      String there = labels.get(label.getKey());
      if (label.getValue().equals(there)) {
        continue;
      }
      if (there == null || missed.isPresent() || !isSlip(label.getValue(), there)) {
        return Optional.empty();
      }
      missed = Optional.of(label.getKey());
    }
    return missed;
  }

  // Versions, shards and colours differ on purpose: one word of several, in more than its digits.
  private static boolean isSlip(String wanted, String there) {
    List<String> some = List.of(wanted.split("[-_.]", -1));
    List<String> others = List.of(there.split("[-_.]", -1));
    if (some.size() != others.size()) {
      return false;
    }
    boolean slipped = false;
    for (int i = 0; i < some.size(); i++) {
      if (!some.get(i).equals(others.get(i))) {
        if (slipped || !isSlipOfAWord(some.get(i), others.get(i))) {
          return false;
        }
        slipped = true;
      }
    }
    return slipped;
  }

  private static boolean isSlipOfAWord(String wanted, String there) {
    int shorter = Math.min(wanted.length(), there.length());
    return shorter >= SHORTEST_WORD
        && !wanted.replaceAll("\\d", "").equals(there.replaceAll("\\d", ""))
        && Names.distance(wanted, there) <= (shorter < SHORTEST_WORD_WITH_TWO_SLIPS ? 1 : 2);
  }
}
