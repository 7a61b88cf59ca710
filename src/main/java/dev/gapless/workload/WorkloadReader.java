package dev.gapless.workload;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.workload.Workload.BasicCanary;
import dev.gapless.workload.Workload.BlueGreen;
import dev.gapless.workload.Workload.DaemonSet;
import dev.gapless.workload.Workload.DaemonSetUpdate;
import dev.gapless.workload.Workload.Deployment;
import dev.gapless.workload.Workload.NoStrategy;
import dev.gapless.workload.Workload.NodeUpdate;
import dev.gapless.workload.Workload.OnDelete;
import dev.gapless.workload.Workload.OrdinalUpdate;
import dev.gapless.workload.Workload.Recreate;
import dev.gapless.workload.Workload.RollingUpdate;
import dev.gapless.workload.Workload.Rollout;
import dev.gapless.workload.Workload.RolloutControls;
import dev.gapless.workload.Workload.RolloutStrategy;
import dev.gapless.workload.Workload.RoutedCanary;
import dev.gapless.workload.Workload.StatefulSet;
import dev.gapless.workload.Workload.StatefulSetUpdate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads workloads from raw trees, with Kubernetes' defaults filled in.
public final class WorkloadReader {
  /// The API version of Kubernetes' own workloads; no other one is read.
  public static final String API_VERSION = "apps/v1";

  /// The API version of Argo's Rollout; no other one is read.
  public static final String ROLLOUT_API_VERSION = "argoproj.io/v1alpha1";

  private static final Map<String, String> API_VERSIONS =
      Map.of(
          Deployment.KIND, API_VERSION,
          StatefulSet.KIND, API_VERSION,
          DaemonSet.KIND, API_VERSION,
          Rollout.KIND, ROLLOUT_API_VERSION);

  /// The kinds that are judged.
  public static final Set<String> KINDS = API_VERSIONS.keySet();

  // What tells the pods of one revision from those of another, by the controllers' own labels.
  private static final Set<String> REVISION_LABELS =
      Set.of("pod-template-hash", "controller-revision-hash", "rollouts-pod-template-hash");

  private static final FieldPath METADATA = FieldPath.of("metadata");

  private static final List<FieldPath> SERVICES =
      List.of(
          Rollout.BLUE_GREEN.child("activeService"),
          Rollout.BLUE_GREEN.child("previewService"),
          Rollout.CANARY.child("stableService"),
          Rollout.CANARY.child("canaryService"),
          Rollout.CANARY.child("pingPong").child("pingService"),
          Rollout.CANARY.child("pingPong").child("pongService"));

  private WorkloadReader() {}

  /// Whether objects of that kind and API version are workloads.
  public static boolean reads(String apiVersion, String kind) {
    return apiVersion.equals(API_VERSIONS.get(kind));
  }

  /// The API version in which objects of that kind are workloads; empty for other kinds.
  public static Optional<String> apiVersion(String kind) {
    return Optional.ofNullable(API_VERSIONS.get(kind));
  }

  /// Whether some version of that API group's kind is a workload.
  public static boolean readsGroup(String group, String kind) {
    return API_VERSIONS.getOrDefault(kind, "").startsWith(group + "/");
  }

  /// Reads one object.
  ///
  /// @return empty when the object is of another kind or API version
  /// @throws UnreadableObjectException when a field has not the type that Kubernetes gives it
  public static Optional<Workload> read(JsonNode object) {
    return read(object, Known.NOTHING);
  }

  /// Reads an object again after some of its fields have changed; what stands elsewhere is taken
  /// over.
  ///
  /// @param before what was read of it before
  /// @throws UnreadableObjectException as for [#read(JsonNode)]
  public static Optional<Workload> reread(
      JsonNode object, Workload before, List<FieldPath> changed) {
    return read(object, new Known(Optional.of(before), changed));
  }

  /// What an earlier reading knows and a change has not touched.
  private record Known(Optional<Workload> workload, List<FieldPath> changed) {
    private static final Known NOTHING = new Known(Optional.empty(), List.of());

    Optional<PodTemplate> template() {
      // Argo's anti-affinity between revisions stands outside of the template.
      return workload
          .filter(it -> !(it instanceof Rollout))
          .map(Workload::template)
          .filter(it -> isUntouched(it.path()));
    }

    Optional<ObjectMeta> metadata() {
      return workload.map(Workload::metadata).filter(_ -> isUntouched(METADATA));
    }

    /// A container as it was.
    Optional<Container> container(FieldPath path) {
      if (workload.isEmpty()) {
        return Optional.empty();
      }
      PodTemplate template = workload.get().template();
      for (List<Container> some : List.of(template.containers(), template.sidecars())) {
        for (Container container : some) {
          if (container.path().equals(path)) {
            return Optional.of(container);
          }
        }
      }
      return Optional.empty();
    }

    boolean isUntouched(FieldPath place) {
      for (FieldPath path : changed) {
        if (path.isAtOrBelow(place) || place.isAtOrBelow(path)) {
          return false;
        }
      }
      return true;
    }

    /// Whether of a place nothing but this part of it has changed.
    boolean isUntouchedBesides(FieldPath part, FieldPath place) {
      for (FieldPath path : changed) {
        if (!path.isAtOrBelow(part) && (path.isAtOrBelow(place) || place.isAtOrBelow(path))) {
          return false;
        }
      }
      return true;
    }
  }

  private static Optional<Workload> read(JsonNode object, Known known) {
    String kind = object.path("kind").asText();
    if (!object.isObject() || !reads(object.path("apiVersion").asText(), kind)) {
      return Optional.empty();
    }
    Cursor root = Cursor.of(object);
    ObjectMeta metadata = known.metadata().orElseGet(() -> metadata(root.field("metadata")));
    Cursor spec = root.field("spec");
    PodTemplate template =
        known
            .template()
            .orElseGet(
                () -> template(spec.field("template"), revisionAntiAffinity(spec, kind), known));
    RolloutControls controls = controls(spec, kind);
    return Optional.of(
        switch (kind) {
          case Deployment.KIND ->
              new Deployment(metadata, template, controls, replicas(spec), strategy(spec));
          case StatefulSet.KIND ->
              new StatefulSet(metadata, template, controls, replicas(spec), ordinalUpdate(spec));
          case DaemonSet.KIND -> new DaemonSet(metadata, template, controls, nodeUpdate(spec));
          default ->
              new Rollout(
                  metadata,
                  template,
                  controls,
                  replicas(spec),
                  rolloutStrategy(spec.field("strategy")),
                  services(root),
                  spec.field("workloadRef").optional().map(WorkloadReader::title));
        });
  }

  private static RolloutControls controls(Cursor spec, String kind) {
    return new RolloutControls(
        spec.field("minReadySeconds").count(0),
        progressDeadline(spec, kind),
        spec.field("paused").isTrue(),
        spec.field("revisionHistoryLimit").count(ApiDefaults.REVISION_HISTORY_LIMIT));
  }

  // Elsewhere the API server drops a deadline.
  private static Optional<Integer> progressDeadline(Cursor spec, String kind) {
    if (!kind.equals(Deployment.KIND) && !kind.equals(Rollout.KIND)) {
      return Optional.empty();
    }
    int deadline =
        spec.field("progressDeadlineSeconds").count(ApiDefaults.PROGRESS_DEADLINE_SECONDS);
    return deadline == RolloutControls.NO_DEADLINE ? Optional.empty() : Optional.of(deadline);
  }

  private static int replicas(Cursor spec) {
    return spec.field("replicas").count(ApiDefaults.REPLICAS);
  }

  private static Workload.Strategy strategy(Cursor spec) {
    Cursor strategy = spec.field("strategy");
    String type = strategy.field("type").text().orElse(ApiDefaults.ROLLING_UPDATE);
    return type.equals("Recreate") ? new Recreate() : bounds(strategy.field("rollingUpdate"));
  }

  private static RollingUpdate bounds(Cursor bounds) {
    return new RollingUpdate(
        bounds.field("maxSurge").intOrString().orElse(ApiDefaults.MAX_SURGE),
        bounds.field("maxUnavailable").intOrString().orElse(ApiDefaults.MAX_UNAVAILABLE));
  }

  private static StatefulSetUpdate ordinalUpdate(Cursor spec) {
    Cursor update = spec.field("updateStrategy");
    if (isOnDelete(update)) {
      return new OnDelete();
    }
    Cursor bounds = update.field("rollingUpdate");
    return new OrdinalUpdate(
        bounds.field("partition").count(0), bounds.field("maxUnavailable").intOrString());
  }

  private static DaemonSetUpdate nodeUpdate(Cursor spec) {
    Cursor update = spec.field("updateStrategy");
    return isOnDelete(update)
        ? new OnDelete()
        : new NodeUpdate(
            update
                .field("rollingUpdate")
                .field("maxSurge")
                .intOrString()
                .orElse(ApiDefaults.DAEMON_SET_MAX_SURGE));
  }

  private static boolean isOnDelete(Cursor update) {
    return update.field("type").text().equals(Optional.of("OnDelete"));
  }

  private static RolloutStrategy rolloutStrategy(Cursor strategy) {
    Cursor canary = strategy.field("canary");
    boolean blueGreen = strategy.field("blueGreen").present();
    if (canary.present() == blueGreen) {
      return new NoStrategy();
    }
    if (blueGreen) {
      return new BlueGreen();
    }
    return canary.field("trafficRouting").present()
        ? new RoutedCanary()
        : new BasicCanary(bounds(canary));
  }

  private static List<String> services(Cursor root) {
    return SERVICES.stream()
        .flatMap(path -> root.at(path).text().stream())
        .filter(name -> !name.isEmpty())
        .distinct()
        .toList();
  }

  private static String title(Cursor reference) {
    String kind = reference.field("kind").text().orElse("");
    String name = reference.field("name").text().orElse("");
    return kind + " \"" + name + "\"";
  }

  /// The anti-affinity that Argo puts between the pods of a Rollout's revisions, always on the host
  /// name (`CreateInjectedAntiAffinityRule` in Argo Rollouts' `utils/replicaset/replicaset.go`).
  private static List<SurgeObstacle> revisionAntiAffinity(Cursor spec, String kind) {
    if (!kind.equals(Rollout.KIND)) {
      return List.of();
    }
    for (String strategy : List.of("blueGreen", "canary")) {
      if (spec.field("strategy")
          .field(strategy)
          .field("antiAffinity")
          .field("requiredDuringSchedulingIgnoredDuringExecution")
          .present()) {
        return List.of(
            new SurgeObstacle("required anti-affinity between revisions", true, Optional.empty()));
      }
    }
    return List.of();
  }

  /// Reads who an object of whatever kind is.
  ///
  /// @throws UnreadableObjectException when a field has not the type that Kubernetes gives it
  public static ObjectMeta metadata(JsonNode object) {
    return metadata(Cursor.of(object).field("metadata"));
  }

  private static ObjectMeta metadata(Cursor metadata) {
    Optional<String> controller = Optional.empty();
    for (Cursor owner : metadata.field("ownerReferences").elements()) {
      if (owner.field("controller").isTrue()) {
        controller =
            Optional.of(
                owner.field("kind").text().orElse("")
                    + "/"
                    + owner.field("name").text().orElse(""));
      }
    }
    return new ObjectMeta(
        metadata.field("namespace").text().orElse(""),
        metadata.field("name").text().or(() -> metadata.field("generateName").text()).orElse(""),
        metadata.field("labels").strings(),
        metadata.field("annotations").strings(),
        controller);
  }

  private static PodTemplate template(
      Cursor template, List<SurgeObstacle> moreObstacles, Known known) {
    Map<String, String> labels = template.field("metadata").field("labels").strings();
    Cursor spec = template.field("spec");
    var containers = new ArrayList<Container>();
    for (Cursor container : spec.field("containers").elements()) {
      containers.add(container(container, false, known));
    }
    var sidecars = new ArrayList<Container>();
    for (Cursor container : spec.field("initContainers").elements()) {
      if (container.field("restartPolicy").text().equals(Optional.of("Always"))) {
        sidecars.add(container(container, true, known));
      }
    }
    var claims = new ArrayList<String>();
    for (Cursor volume : spec.field("volumes").elements()) {
      Cursor claim = volume.field("persistentVolumeClaim");
      // Any number of pods may read one.
      if (!claim.field("readOnly").isTrue()) {
        claim.field("claimName").text().ifPresent(claims::add);
      }
    }
    return new PodTemplate(
        template.path(),
        labels,
        template.field("metadata").field("annotations").strings(),
        List.copyOf(containers),
        List.copyOf(sidecars),
        spec.field("terminationGracePeriodSeconds")
            .integer()
            .orElse(ApiDefaults.TERMINATION_GRACE_PERIOD_SECONDS),
        windows(spec),
        spec.field("hostNetwork").isTrue(),
        List.copyOf(claims),
        surgeObstacles(spec, labels, containers, sidecars, moreObstacles),
        spec.field("topologySpreadConstraints").elements().stream()
            .anyMatch(it -> matches(it, labels)));
  }

  private static boolean windows(Cursor spec) {
    Optional<String> windows = Optional.of("windows");
    return spec.field("os").field("name").text().equals(windows)
        || spec.field("nodeSelector").field("kubernetes.io/os").text().equals(windows);
  }

  private static List<SurgeObstacle> surgeObstacles(
      Cursor spec,
      Map<String, String> labels,
      List<Container> containers,
      List<Container> sidecars,
      List<SurgeObstacle> more) {
    var obstacles = new ArrayList<SurgeObstacle>();
    boolean hostNetwork = spec.field("hostNetwork").isTrue();
    for (List<Container> some : List.of(containers, sidecars)) {
      for (Container container : some) {
        for (ContainerPort port : container.ports()) {
          Optional<Integer> taken =
              hostNetwork ? Optional.of(port.containerPort()) : port.hostPort();
          taken.ifPresent(number ->
              obstacles.add(SurgeObstacle.apart("host port " + number, SurgeObstacle.HOSTNAME)));
        }
      }
    }
    Cursor antiAffinity = spec.field("affinity").field("podAntiAffinity");
    for (Cursor term :
        antiAffinity.field("requiredDuringSchedulingIgnoredDuringExecution").elements()) {
      if (selects(term, labels)) {
        String on = term.field("topologyKey").text().orElse("");
        obstacles.add(SurgeObstacle.apart("required anti-affinity on " + on, on));
      }
    }
    for (Cursor constraint : spec.field("topologySpreadConstraints").elements()) {
      if (constraint
              .field("whenUnsatisfiable")
              .text()
              .orElse("DoNotSchedule")
              .equals("DoNotSchedule")
          && selects(constraint, labels)) {
        spreadObstacle(constraint).ifPresent(obstacles::add);
      }
    }
    obstacles.addAll(more);
    return List.copyOf(obstacles);
  }

  /// A spread keeps a pod from being placed only where the domain with the fewest pods cannot take
  /// it: that one always may have one more. There may be no such domain while `minDomains` asks for
  /// more of them than there are, or it may be a node that is tainted or full (`Filter` in
  /// Kubernetes' `pkg/scheduler/framework/plugins/podtopologyspread/filtering.go`).
  private static Optional<SurgeObstacle> spreadObstacle(Cursor constraint) {
    String over = constraint.field("topologyKey").text().orElse("");
    String what = "DoNotSchedule spread over " + over;
    int minDomains = constraint.field("minDomains").count(1);
    if (minDomains > 1) {
      return Optional.of(
          new SurgeObstacle(what + " with minDomains " + minDomains, false, Optional.empty()));
    }
    boolean honorsTaints = constraint.field("nodeTaintsPolicy").text().equals(Optional.of("Honor"));
    return over.equals(SurgeObstacle.HOSTNAME) && !honorsTaints
        ? Optional.of(new SurgeObstacle(what, false, Optional.empty()))
        : Optional.empty();
  }

  // Whether the term counts the old pods of a rollout beside its new ones. An absent selector
  // matches no pods, and the revision's label differs between old and new.
  private static boolean selects(Cursor term, Map<String, String> labels) {
    for (Cursor key : term.field("matchLabelKeys").elements()) {
      if (key.text().map(REVISION_LABELS::contains).orElse(false)) {
        return false;
      }
    }
    return matches(term, labels);
  }

  private static boolean matches(Cursor term, Map<String, String> labels) {
    Cursor selector = term.field("labelSelector");
    if (!selector.present()) {
      return false;
    }
    return LabelSelector.read(selector).matches(labels);
  }

  private static Container container(Cursor container, boolean sidecar, Known known) {
    Optional<Container> before = known.container(container.path());
    if (before.isEmpty()) {
      return container(container, sidecar);
    }
    if (known.isUntouched(container.path())) {
      return before.get();
    }
    // What fixes mostly set is a hook.
    return known.isUntouchedBesides(container.path().child("lifecycle"), container.path())
        ? before.get().with(preStop(container))
        : container(container, sidecar);
  }

  private static Container container(Cursor container, boolean sidecar) {
    var ports = new ArrayList<ContainerPort>();
    for (Cursor port : container.field("ports").elements()) {
      ports.add(
          new ContainerPort(
              port.field("name").text(),
              port.field("containerPort").count(0),
              port.field("hostPort").count().filter(number -> number > 0)));
    }
    return new Container(
        container.path(),
        container.field("name").text().orElse(""),
        sidecar,
        List.copyOf(ports),
        container.field("startupProbe").optional().map(ProbeReader::read),
        container.field("livenessProbe").optional().map(ProbeReader::read),
        container.field("readinessProbe").optional().map(ProbeReader::read),
        preStop(container),
        program(container));
  }

  private static Program program(Cursor container) {
    var words = new ArrayList<String>(words(container.field("command")));
    words.addAll(words(container.field("args")));
    var env = new LinkedHashMap<String, Optional<String>>();
    for (Cursor variable : container.field("env").elements()) {
      Optional<String> value = variable.field("value").text();
      boolean elsewhere = variable.field("valueFrom").present();
      env.put(
          variable.field("name").text().orElse(""),
          elsewhere ? Optional.empty() : Optional.of(value.orElse("")));
    }
    return new Program(
        container.field("image").text().orElse(""),
        List.copyOf(words),
        Collections.unmodifiableMap(env),
        !container.field("envFrom").elements().isEmpty());
  }

  private static Optional<PreStop> preStop(Cursor container) {
    return container
        .field("lifecycle")
        .field("preStop")
        .optional()
        .map(it ->
            new PreStop(
                it.path(),
                it.field("sleep")
                    .optional()
                    .map(sleep -> sleep.field("seconds").integer().orElse(0L)),
                it.field("exec").optional().map(exec -> words(exec.field("command"))),
                it.field("httpGet").present() || it.field("tcpSocket").present()));
  }

  private static List<String> words(Cursor command) {
    var words = new ArrayList<String>();
    for (Cursor word : command.elements()) {
      words.add(word.text().orElse(""));
    }
    return List.copyOf(words);
  }
}
