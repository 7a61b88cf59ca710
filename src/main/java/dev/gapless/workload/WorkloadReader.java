package dev.gapless.workload;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.workload.Workload.DaemonSet;
import dev.gapless.workload.Workload.Deployment;
import dev.gapless.workload.Workload.Recreate;
import dev.gapless.workload.Workload.RollingUpdate;
import dev.gapless.workload.Workload.StatefulSet;
import dev.gapless.workload.Workload.Strategy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads workloads from raw trees, with Kubernetes' defaults filled in.
public final class WorkloadReader {
  /// The kinds that are judged, all of `apps/v1`.
  public static final Set<String> KINDS = Set.of(Deployment.KIND, StatefulSet.KIND, DaemonSet.KIND);

  /// The only API version whose workloads are read.
  public static final String API_VERSION = "apps/v1";

  private static final String HOSTNAME = "kubernetes.io/hostname";

  private WorkloadReader() {}

  /// Reads one object.
  ///
  /// @return empty when the object is of another kind or API version
  /// @throws UnreadableObjectException when a field has not the type that Kubernetes gives it
  public static Optional<Workload> read(JsonNode object) {
    if (!object.isObject()
        || !API_VERSION.equals(object.path("apiVersion").textValue())
        || !KINDS.contains(object.path("kind").asText())) {
      return Optional.empty();
    }
    var root = new Cursor(object, FieldPath.ROOT);
    ObjectMeta metadata = metadata(root.field("metadata"));
    Cursor spec = root.field("spec");
    PodTemplate template = template(spec.field("template"));
    return Optional.of(
        switch (object.path("kind").asText()) {
          case Deployment.KIND -> deployment(spec, metadata, template);
          case StatefulSet.KIND -> new StatefulSet(metadata, template);
          default -> new DaemonSet(metadata, template);
        });
  }

  private static Deployment deployment(Cursor spec, ObjectMeta metadata, PodTemplate template) {
    int replicas = count(spec.field("replicas")).orElse(ApiDefaults.REPLICAS);
    Cursor strategy = spec.field("strategy");
    String type = strategy.field("type").text().orElse(ApiDefaults.DEPLOYMENT_STRATEGY);
    return new Deployment(
        metadata,
        template,
        replicas,
        type.equals("Recreate") ? new Recreate() : rollingUpdate(strategy.field("rollingUpdate")));
  }

  private static Strategy rollingUpdate(Cursor rollingUpdate) {
    return new RollingUpdate(
        rollingUpdate.field("maxSurge").intOrString().orElse(ApiDefaults.MAX_SURGE),
        rollingUpdate.field("maxUnavailable").intOrString().orElse(ApiDefaults.MAX_UNAVAILABLE));
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

  private static PodTemplate template(Cursor template) {
    Map<String, String> labels = template.field("metadata").field("labels").strings();
    Cursor spec = template.field("spec");
    var containers = new ArrayList<Container>();
    for (Cursor container : spec.field("containers").elements()) {
      containers.add(container(container, false));
    }
    var sidecars = new ArrayList<Container>();
    for (Cursor container : spec.field("initContainers").elements()) {
      if (container.field("restartPolicy").text().equals(Optional.of("Always"))) {
        sidecars.add(container(container, true));
      }
    }
    var claims = new ArrayList<String>();
    for (Cursor volume : spec.field("volumes").elements()) {
      volume.field("persistentVolumeClaim").field("claimName").text().ifPresent(claims::add);
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
        List.copyOf(claims),
        surgeObstacles(spec, labels, containers, sidecars));
  }

  private static boolean windows(Cursor spec) {
    Optional<String> windows = Optional.of("windows");
    return spec.field("os").field("name").text().equals(windows)
        || spec.field("nodeSelector").field("kubernetes.io/os").text().equals(windows);
  }

  private static List<String> surgeObstacles(
      Cursor spec,
      Map<String, String> labels,
      List<Container> containers,
      List<Container> sidecars) {
    var obstacles = new ArrayList<String>();
    boolean hostNetwork = spec.field("hostNetwork").isTrue();
    for (List<Container> some : List.of(containers, sidecars)) {
      for (Container container : some) {
        for (ContainerPort port : container.ports()) {
          Optional<Integer> taken =
              hostNetwork ? Optional.of(port.containerPort()) : port.hostPort();
          taken.ifPresent(number -> obstacles.add("host port " + number));
        }
      }
    }
    Cursor antiAffinity = spec.field("affinity").field("podAntiAffinity");
    for (Cursor term :
        antiAffinity.field("requiredDuringSchedulingIgnoredDuringExecution").elements()) {
      if (term.field("topologyKey").text().equals(Optional.of(HOSTNAME)) && selects(term, labels)) {
        obstacles.add("required anti-affinity on " + HOSTNAME);
      }
    }
    for (Cursor constraint : spec.field("topologySpreadConstraints").elements()) {
      if (constraint
              .field("whenUnsatisfiable")
              .text()
              .orElse("DoNotSchedule")
              .equals("DoNotSchedule")
          && selects(constraint, labels)) {
        obstacles.add(
            "DoNotSchedule spread over " + constraint.field("topologyKey").text().orElse(""));
      }
    }
    return List.copyOf(obstacles);
  }

  // Whether the term counts the old pods of a rollout beside its new ones. An absent selector
  // matches
  // no pods, and the pod-template-hash differs between old and new.
  private static boolean selects(Cursor term, Map<String, String> labels) {
    Cursor selector = term.field("labelSelector");
    if (!selector.present()) {
      return false;
    }
    for (Cursor key : term.field("matchLabelKeys").elements()) {
      if (key.text().equals(Optional.of("pod-template-hash"))) {
        return false;
      }
    }
    var requirements = new ArrayList<LabelSelector.Requirement>();
    for (Cursor expression : selector.field("matchExpressions").elements()) {
      String operator = expression.field("operator").text().orElse("");
      requirements.add(
          new LabelSelector.Requirement(
              expression.field("key").text().orElse(""),
              LabelSelector.Operator.parse(operator)
                  .orElseThrow(
                      () -> expression.field("operator").unreadable("a selector operator")),
              expression.field("values").elements().stream()
                  .map(value -> value.text().orElse(""))
                  .toList()));
    }
    return new LabelSelector(selector.field("matchLabels").strings(), requirements).matches(labels);
  }

  private static Container container(Cursor container, boolean sidecar) {
    var ports = new ArrayList<ContainerPort>();
    for (Cursor port : container.field("ports").elements()) {
      ports.add(
          new ContainerPort(
              port.field("name").text(),
              count(port.field("containerPort")).orElse(0),
              count(port.field("hostPort")).filter(number -> number > 0)));
    }
    return new Container(
        container.path(),
        container.field("name").text().orElse(""),
        sidecar,
        List.copyOf(ports),
        container.field("readinessProbe").optional().map(WorkloadReader::probe),
        container.field("lifecycle").field("preStop").optional().map(WorkloadReader::preStop),
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

  private static Probe probe(Cursor probe) {
    Cursor action =
        probe.field("httpGet").present() ? probe.field("httpGet") : probe.field("tcpSocket");
    Cursor port = action.field("port");
    return new Probe(probe.path(), port.intOrString(), port.path());
  }

  private static PreStop preStop(Cursor preStop) {
    return new PreStop(
        preStop.path(),
        preStop.field("sleep").optional().map(sleep -> sleep.field("seconds").integer().orElse(0L)),
        preStop.field("exec").optional().map(exec -> words(exec.field("command"))),
        preStop.field("httpGet").present() || preStop.field("tcpSocket").present());
  }

  private static List<String> words(Cursor command) {
    return command.elements().stream().map(word -> word.text().orElse("")).toList();
  }

  private static Optional<Integer> count(Cursor number) {
    return number
        .integer()
        .map(value -> {
          if (value < 0 || value > Integer.MAX_VALUE) {
            throw number.unreadable("between 0 and " + Integer.MAX_VALUE);
          }
          return value.intValue();
        });
  }
}
