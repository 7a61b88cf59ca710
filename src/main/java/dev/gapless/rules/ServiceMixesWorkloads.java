package dev.gapless.rules;

import dev.gapless.neighbour.Service;
import dev.gapless.neighbour.WorkloadOutline;
import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.rule.NeighbourSubject;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.ContainerPort;
import dev.gapless.workload.IntOrString;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A Service whose selector catches the pods of another application too.
public final class ServiceMixesWorkloads implements Rule {
  private static final RuleDoc DOC =
      new RuleDoc(
          "service-mixes-workloads",
          "A Service's selector means the pods of different applications",
          "0.1.0",
          Mode.AUDIT,
          List.of(),
          """
          A selector with labels that several workloads share, such as a release's name, sends a \
          part of the requests to pods that cannot answer them: to a worker beside the web server, \
          or to another application that happens to listen on the same port. It shows when the \
          second workload is rolled out or scaled up.

          Several workloads behind one Service are right where they are variants of one \
          application: a canary, blue and green, primary and replica, pods for other nodes. So only \
          this is told: the workloads say by a label who they are (app.kubernetes.io/name, \
          app.kubernetes.io/component, app, k8s-app, component, tier or name) and differ in it by \
          more than such words; and either one of them declares the port that the Service targets by \
          number and the other does not, or both do and their values, of another label than tier, \
          have no word in common. A \
          targetPort by name leaves out the pods that do not declare it. Headless Services, those \
          that are scraped for metrics, and workloads without replicas are not judged.\
          """,
          """
          Add the label that tells the applications apart to the selector, or target the port by its \
          name.\
          """,
          List.of(
              "https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/",
              "https://kubernetes.io/docs/concepts/services-networking/service/#defining-a-service"));

  /// The labels by which applications say who they are.
  private static final List<String> IDENTITIES =
      List.of(
          "app.kubernetes.io/name",
          "app.kubernetes.io/component",
          "app",
          "k8s-app",
          "component",
          "tier",
          "name");

  /// What variants of one application are called.
  private static final Set<String> VARIANTS =
      Set.of(
          "canary",
          "stable",
          "baseline",
          "experiment",
          "preview",
          "current",
          "next",
          "new",
          "old",
          "blue",
          "green",
          "active",
          "standby",
          "passive",
          "primary",
          "secondary",
          "master",
          "slave",
          "main",
          "replica",
          "replicas",
          "leader",
          "follower",
          "read",
          "write",
          "reader",
          "writer",
          "readonly",
          "ro",
          "rw",
          "spot",
          "ondemand",
          "preemptible",
          "gpu",
          "cpu",
          "arm64",
          "amd64",
          "arm",
          "x86",
          "small",
          "medium",
          "large",
          "default",
          "fallback",
          "overflow",
          "burst",
          "alpha",
          "beta",
          "gamma",
          "control",
          "shadow",
          "hot",
          "warm",
          "cold");

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
    if (!(subject.neighbour() instanceof Service service) || !isJudged(service)) {
      return new Outcome.Skipped("it sends no requests to a port by its number");
    }
    Optional<List<WorkloadOutline>> selected = Selected.by(service, subject.surroundings());
    if (selected.isEmpty()) {
      return new Outcome.Skipped("the workloads around are not known");
    }
    List<WorkloadOutline> workloads = selected.get().stream().filter(Selected::hasPods).toList();
    var findings = new ArrayList<Finding>();
    for (int i = 0; i < workloads.size() && findings.isEmpty(); i++) {
      for (int j = i + 1; j < workloads.size() && findings.isEmpty(); j++) {
        WorkloadOutline one = workloads.get(i);
        WorkloadOutline other = workloads.get(j);
        mixture(service, one, other)
            .map(label ->
                Finding.of(
                    Service.SELECTOR,
                    "must not select %s and %s alike: their %s is \"%s\" and \"%s\""
                        .formatted(
                            one.title(),
                            other.title(),
                            label,
                            one.podLabels().get(label),
                            other.podLabels().get(label))))
            .ifPresent(findings::add);
      }
    }
    return Outcome.Failed.ifAny(findings);
  }

  @Override
  public Outcome judge(Subject subject) {
    List<Service> services =
        subject.services().known().stream().filter(ServiceMixesWorkloads::isJudged).toList();
    if (services.isEmpty()) {
      return new Outcome.Skipped("no known Service sends requests to a port of the pods by number");
    }
    WorkloadOutline self = Selected.outline(subject);
    var findings = new ArrayList<Finding>();
    for (Service service : services) {
      Optional<List<WorkloadOutline>> others = Selected.beside(subject, service);
      if (others.isEmpty()) {
        return new Outcome.Skipped("the workloads around are not known");
      }
      if (Selected.hasPods(self)) {
        others.get().stream()
            .filter(Selected::hasPods)
            .flatMap(it ->
                mixture(service, self, it)
                    .map(label -> finding(subject, service, it, label))
                    .stream())
            .findFirst()
            .ifPresent(findings::add);
      }
    }
    return Outcome.Failed.ifAny(findings);
  }

  private static Finding finding(
      Subject subject, Service service, WorkloadOutline other, String label) {
    return Finding.of(
        subject.workload().template().path().child("metadata").child("labels"),
        "must not match Service \"%s\" beside %s: %s is \"%s\" there and \"%s\" here"
            .formatted(
                service.name(),
                other.title(),
                label,
                other.podLabels().get(label),
                subject.workload().template().labels().get(label)));
  }

  private static boolean isJudged(Service service) {
    return !service.selector().isEmpty()
        && !service.headless()
        && !Target.isScraped(service.name())
        && numbers(service).findAny().isPresent();
  }

  /// The ports to which a Service sends requests whatever the pods declare.
  private static Stream<Service.Port> numbers(Service service) {
    return service.ports().stream()
        .filter(it -> it.targetPort() instanceof IntOrString.Int)
        .filter(it -> !Target.isScraped(it.name().orElse("")));
  }

  /// The label by which two workloads are different applications, of which at least one cannot
  /// answer for the other.
  private static Optional<String> mixture(
      Service service, WorkloadOutline one, WorkloadOutline other) {
    Predicate<WorkloadOutline> listens =
        workload -> numbers(service).anyMatch(it -> declares(workload.ports(), it));
    if (!listens.test(one) && !listens.test(other)) {
      return Optional.empty();
    }
    boolean alike = listens.test(one) && listens.test(other);
    return IDENTITIES.stream()
        .filter(it -> !alike || !it.equals("tier"))
        .filter(it -> differ(one.podLabels(), other.podLabels(), it, alike))
        .findFirst();
  }

  private static boolean declares(List<ContainerPort> ports, Service.Port port) {
    return ports.stream().anyMatch(it -> Target.means(port.targetPort(), it));
  }

  /// Whether two workloads say by a label that they are different applications.
  ///
  /// @param wholly whether their values may have no word in common
  private static boolean differ(
      Map<String, String> one, Map<String, String> other, String label, boolean wholly) {
    Set<String> some = words(one.get(label));
    Set<String> others = words(other.get(label));
    return !some.isEmpty()
        && !others.isEmpty()
        && (wholly ? Collections.disjoint(some, others) : !some.equals(others));
  }

  // Without what tells variants and versions apart.
  private static Set<String> words(@Nullable String value) {
    return Stream.of(Objects.requireNonNullElse(value, "").toLowerCase(Locale.ROOT).split("[-_.]"))
        .filter(it -> !VARIANTS.contains(it) && !it.matches("[a-z]?\\d+[a-z]?|[a-z]?"))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
