package dev.gapless.rules;

import dev.gapless.neighbour.HorizontalPodAutoscaler;
import dev.gapless.neighbour.NeighbourType;
import dev.gapless.neighbour.PodDisruptionBudget;
import dev.gapless.neighbour.Scale;
import dev.gapless.neighbour.Surroundings;
import dev.gapless.neighbour.WorkloadOutline;
import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.rule.NeighbourSubject;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.FieldPath;
import dev.gapless.workload.IntOrString;
import dev.gapless.workload.ObjectMeta;
import dev.gapless.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A budget that lets no pod be evicted, so that no drain of their nodes ends.
public final class DisruptionBudgetBlocksDrain implements Rule {
  static final String DAEMON_SET = "drains leave a DaemonSet's pods alone";
  static final String NO_PODS = "it asks for no pods";
  static final String UNKNOWN = "budgets are not known";
  static final String NONE = "no budget guards it";
  private static final String GUESSED =
      "nobody wrote a number of replicas: an autoscaler may hold it";
  private static final int MANY = 1_000_000;
  static final String SELECTS_NONE = "without a selector it guards no pods";

  private static final RuleDoc DOC =
      new RuleDoc(
          "disruption-budget-blocks-drain",
          "A PodDisruptionBudget lets no pod be evicted",
          "0.1.0",
          Mode.AUDIT,
          List.of(),
          """
          A budget that keeps all pods keeps their nodes as well: a drain asks again every few seconds \
          and never ends. The upgrade of the cluster stops there, until somebody deletes the budget or \
          the pod by hand, at night and in a hurry, or until a forced drain takes all pods at once.

          It is judged as the disruption controller counts. Percentages round up, of minAvailable and \
          of maxUnavailable: 51% of 2 pods keeps both, and any maxUnavailable above 0% lets one go. \
          They are shares of what all guarded workloads ask for together; a plain minAvailable counts \
          pods. Under an autoscaler its minimum decides, because that is when the last spare pod is \
          gone; where nobody wrote a number and autoscalers are not known, none is taken for granted. \
          maxUnavailable 0 and minAvailable 100% always block, and so does a budget with neither. \
          For pods of a DaemonSet the controller cannot compute a percentage or a maxUnavailable: a \
          budget that selects some blocks all others that it selects.

          A single replica with any minAvailable above 0 cannot be drained either. That may be meant, \
          for something that must not be moved unasked: then say so by an exemption of the budget and \
          of the workload.\
          """,
          """
          Use `maxUnavailable: 1`: it follows the number of replicas and always lets one go. For a \
          single replica leave the budget out, or run two.\
          """,
          List.of(
              "https://kubernetes.io/docs/tasks/run-application/configure-pdb/",
              "https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/"));

  @Override
  public RuleDoc doc() {
    return DOC;
  }

  @Override
  public Set<String> neighbourKinds() {
    return Set.of(PodDisruptionBudget.KIND);
  }

  /// Pods that a budget guards.
  ///
  /// @param scale empty for a DaemonSet
  /// @param guessed whether the number is Kubernetes' default, of which an autoscaler that is not
  ///   known may make more
  private record Guarded(String title, Optional<Scale> scale, boolean guessed) {
    int pods() {
      return scale.map(Scale::least).orElse(0);
    }
  }

  /// What is wrong with a budget, and in which of its fields.
  private record Block(FieldPath path, String message) {}

  @Override
  public Outcome judge(Subject subject) {
    Workload workload = subject.workload();
    Optional<Scale> scale = subject.surroundings().scale(workload);
    if (scale.isEmpty()) {
      return new Outcome.Skipped(DAEMON_SET);
    }
    if (scale.get().least() == 0) {
      return new Outcome.Skipped(NO_PODS);
    }
    Optional<List<PodDisruptionBudget>> budgets = budgets(subject);
    if (budgets.isEmpty()) {
      return new Outcome.Skipped(UNKNOWN);
    }
    if (budgets.get().isEmpty()) {
      return new Outcome.Skipped(NONE);
    }
    var findings = new ArrayList<Finding>();
    for (PodDisruptionBudget budget : budgets.get()) {
      Optional<List<WorkloadOutline>> all = guarded(budget, subject.surroundings());
      if (all.isEmpty()) {
        return new Outcome.Skipped("what else a budget guards is not known");
      }
      var guarded = new ArrayList<Guarded>();
      guarded.add(new Guarded(title(workload), scale, isGuessed(subject)));
      all.get().stream()
          .filter(it -> !is(it, workload))
          .forEach(it -> guarded.add(guarded(it, subject.surroundings())));
      if (dependsOnGuess(budget, guarded)) {
        return new Outcome.Skipped(GUESSED);
      }
      block(budget, guarded)
          .ifPresent(it ->
              findings.add(
                  Finding.of(
                      Workload.REPLICAS,
                      budget.title() + " blocks drains: " + it.path() + " " + it.message())));
    }
    return Outcome.Failed.ifAny(findings);
  }

  @Override
  public Outcome judge(NeighbourSubject subject) {
    var budget = (PodDisruptionBudget) subject.neighbour();
    if (budget.selector().isEmpty()) {
      return new Outcome.Skipped(SELECTS_NONE);
    }
    Optional<List<WorkloadOutline>> workloads = guarded(budget, subject.surroundings());
    if (workloads.isEmpty()) {
      return new Outcome.Skipped("workloads are not known");
    }
    List<Guarded> guarded =
        workloads.get().stream().map(it -> guarded(it, subject.surroundings())).toList();
    if (guarded.stream().allMatch(it -> it.pods() == 0)) {
      return new Outcome.Skipped("no pods are known that it guards and drains evict");
    }
    if (dependsOnGuess(budget, guarded)) {
      return new Outcome.Skipped(GUESSED);
    }
    return Outcome.Failed.ifAny(
        block(budget, guarded).map(it -> Finding.of(it.path(), it.message())).stream().toList());
  }

  /// The budgets that guard a workload's pods; empty where budgets are not known.
  static Optional<List<PodDisruptionBudget>> budgets(Subject subject) {
    Workload workload = subject.workload();
    return subject
        .surroundings()
        .budgetsSelecting(workload.metadata().namespace(), workload.template().labels());
  }

  /// The workloads that a budget guards; empty where workloads are not known.
  static Optional<List<WorkloadOutline>> guarded(
      PodDisruptionBudget budget, Surroundings surroundings) {
    return budget
        .selector()
        .flatMap(
            it -> surroundings.workloadsSelected(budget.namespace(), it, Selected.MOST_COMPARED));
  }

  private static Guarded guarded(WorkloadOutline workload, Surroundings surroundings) {
    return new Guarded(
        workload.title(),
        surroundings.scale(workload),
        !workload.writesReplicas() && !surroundings.knows(NeighbourType.AUTOSCALER));
  }

  private static boolean isGuessed(Subject subject) {
    return !Selected.outline(subject).writesReplicas()
        && !subject.surroundings().knows(NeighbourType.AUTOSCALER);
  }

  private static boolean is(WorkloadOutline outline, Workload workload) {
    ObjectMeta metadata = workload.metadata();
    return outline.kind().equals(workload.kind()) && outline.name().equals(metadata.name());
  }

  private static String title(Workload workload) {
    return workload.kind() + " \"" + workload.metadata().name() + "\"";
  }

  /// Whether it would let a pod go if there were more than the default.
  private static boolean dependsOnGuess(PodDisruptionBudget budget, List<Guarded> guarded) {
    return guarded.stream().anyMatch(it -> it.guessed() && it.pods() > 0)
        && block(budget, guarded)
            .filter(it -> it.path().equals(PodDisruptionBudget.MIN_AVAILABLE))
            .isPresent()
        && budget.minAvailable().stream().anyMatch(it -> it.roundedUp(MANY) < MANY);
  }

  /// Why no pod may be evicted while there are no more than the least.
  ///
  /// Source: `getExpectedPodCount`, `getExpectedScale`, `getScaleController` and `updatePdbStatus`
  /// in Kubernetes' `pkg/controller/disruption/disruption.go`.
  private static Optional<Block> block(PodDisruptionBudget budget, List<Guarded> guarded) {
    List<Guarded> evicted = guarded.stream().filter(it -> it.pods() > 0).toList();
    Optional<String> daemons =
        guarded.stream().filter(it -> it.scale().isEmpty()).map(Guarded::title).findFirst();
    int pods = (int) Math.min(evicted.stream().mapToLong(Guarded::pods).sum(), Integer.MAX_VALUE);
    if (budget.maxUnavailable().isPresent()) {
      IntOrString most = budget.maxUnavailable().get();
      return daemons
          .map(it -> uncounted("maxUnavailable", it, evicted))
          .or(() ->
              most.roundedUp(pods) > 0
                  ? Optional.empty()
                  : Optional.of(
                      new Block(
                          PodDisruptionBudget.MAX_UNAVAILABLE,
                          "must be above 0, is "
                              + most
                              + ": no pod of "
                              + of(evicted)
                              + " may go")));
    }
    if (budget.minAvailable().isEmpty()) {
      return Optional.of(
          new Block(
              FieldPath.of("spec"),
              "must hold minAvailable or maxUnavailable: without them no pod of "
                  + of(evicted)
                  + " may go"));
    }
    IntOrString least = budget.minAvailable().get();
    boolean counts = least instanceof IntOrString.Int;
    if (daemons.isPresent()) {
      // How many pods a DaemonSet adds to a plain number is not known.
      return counts
          ? Optional.empty()
          : Optional.of(uncounted("a percentage", daemons.get(), evicted));
    }
    int kept = least.roundedUp(pods);
    if (kept < pods) {
      return Optional.empty();
    }
    String found = counts ? "is " + least : least + " of them comes to " + kept;
    return Optional.of(
        new Block(
            PodDisruptionBudget.MIN_AVAILABLE,
            "must be below the " + number(pods, evicted) + ", " + found));
  }

  private static Block uncounted(String bound, String daemonSet, List<Guarded> evicted) {
    return new Block(
        PodDisruptionBudget.SELECTOR,
        "must match no pods of "
            + daemonSet
            + ", which "
            + bound
            + " cannot count: no pod of "
            + of(evicted)
            + " may go");
  }

  private static String number(int pods, List<Guarded> evicted) {
    Optional<HorizontalPodAutoscaler> autoscaler =
        evicted.size() == 1
            ? evicted.getFirst().scale().flatMap(Scale::autoscaler)
            : Optional.empty();
    String counted = pods == 1 ? "1 pod" : pods + " pods";
    return autoscaler
        .map(it -> counted + " that " + it.title() + " leaves " + of(evicted))
        .orElse(counted + " of " + of(evicted));
  }

  private static String of(List<Guarded> evicted) {
    String first = evicted.getFirst().title();
    return evicted.size() == 1 ? first : first + " and " + others(evicted.size() - 1);
  }

  private static String others(int workloads) {
    return workloads == 1 ? "another workload" : workloads + " other workloads";
  }
}
