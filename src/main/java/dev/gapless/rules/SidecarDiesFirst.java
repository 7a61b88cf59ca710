package dev.gapless.rules;

import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.Container;
import dev.gapless.workload.PodTemplate;
import dev.gapless.workload.PreStop;
import dev.gapless.workload.Program;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// A proxy in an ordinary container that is gone while the application beside it still needs it.
public final class SidecarDiesFirst implements Rule {
  private static final RuleDoc DOC =
      new RuleDoc(
          "sidecar-dies-first",
          "A proxy beside the application stops before the application has finished",
          "0.1.0",
          Mode.AUDIT,
          List.of("preStopSleepSeconds"),
          """
          The containers of a pod get SIGTERM at the same moment. A proxy that quits then takes the \
          application's connections with it: the message in hand cannot be acknowledged, the \
          transaction not be committed, and the request that still comes in does not arrive.

          Known are, by their image: Istio's and Linkerd's proxy, Envoy, the Cloud SQL and AlloyDB \
          proxies, Dapr's and Consul's sidecar. Native sidecars are stopped after the application \
          and are not judged, nor are pods in which no other container runs.

          In a pod that takes no traffic a proxy must have a preStop hook of any kind, or its own \
          setting that keeps it: Istio's terminationDrainDuration or EXIT_ON_ZERO_ACTIVE_CONNECTIONS, \
          Linkerd's proxy-wait-before-exit-seconds, --max-sigterm-delay, Dapr's \
          graceful-shutdown-seconds or block-shutdown-duration, Consul's \
          shutdown-grace-period-seconds. In any pod its wait and what its own setting adds must not be \
          less than what a container beside it is known to wait, by a plain sleep or by the sleeps of a \
          script. A setting whose value comes from elsewhere, or stands in a text of more than \
          64 KiB, is taken to be right.

          Each mistake is told once. In a pod that takes traffic, a proxy without a hook is \
          pre-stop-sleep-missing's, which has it wait as long as its neighbours; one that waits less \
          than the policy asks for is pre-stop-sleep-too-short's, unless its neighbour waits longer \
          than that; and one that waits as long as a \
          written grace period has room for is grace-period-too-short's.\
          """,
          """
          Make the proxy a native sidecar (`initContainers` with `restartPolicy: Always`, from \
          Kubernetes 1.29 on), which is stopped last. Where that cannot be, have it wait as long as the \
          application needs, in a preStop sleep or by its own setting.\
          """,
          List.of(
              "https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/",
              "https://linkerd.io/2/tasks/graceful-shutdown/",
              "https://docs.dapr.io/reference/arguments-annotations-overview/"));

  /// A setting by which a proxy outlives its SIGTERM.
  ///
  /// @param kind where it stands
  /// @param name of the flag, the variable or the annotation
  /// @param value what its text must hold; its group, where it has one, is a duration. Without one
  ///   the proxy stays until it is no longer needed
  private record Setting(Kind kind, String name, Pattern value) {
    private enum Kind {
      FLAG,
      ENV,
      ANNOTATION
    }

    static Setting flag(String name, String value) {
      return new Setting(Kind.FLAG, name, Pattern.compile(value));
    }

    static Setting env(String name, String value) {
      return new Setting(Kind.ENV, name, Pattern.compile(value));
    }

    static Setting annotation(String name, String value) {
      return new Setting(Kind.ANNOTATION, name, Pattern.compile(value));
    }
  }

  /// A proxy that is known.
  ///
  /// @param repositories the last parts of its image's name, any of them
  /// @param ownSeconds how long it stays after SIGTERM when nothing is set
  /// @param files flags and variables that name a file of settings, which is not seen here
  /// @param hint the setting to name to somebody who has none; empty where there is none
  /// @param source where both can be read
  private record Proxy(
      List<String> repositories,
      long ownSeconds,
      List<Setting> settings,
      List<String> files,
      String hint,
      String source) {}

  /// A container beside the proxies.
  ///
  /// @param seconds what it waits, or must wait
  private record Neighbour(Container container, long seconds) {}

  private static final String DURATION =
      "(N|(?:N(?:h|ms|m|s)){1,4})".replace("N", "\\d{1,9}(?:\\.\\d{1,9})?");
  private static final String TRUE = "(?i:true|1|t)";
  private static final String DRAIN =
      "(?s).*\\bterminationDrainDuration[\"']?\\s*:\\s*[\"']?" + DURATION + "\\b.*";
  private static final String EXIT_ON_ZERO = "EXIT_ON_ZERO_ACTIVE_CONNECTIONS";
  private static final String EXITS =
      "(?s).*\\b" + EXIT_ON_ZERO + "[\"']?\\s*:\\s*[\"']?(?i:true)\\b.*";

  private static final List<Proxy> PROXIES =
      List.of(
          new Proxy(
              List.of("proxyv2"),
              5,
              List.of(
                  Setting.annotation("proxy.istio.io/config", EXITS),
                  Setting.annotation("proxy.istio.io/config", DRAIN),
                  Setting.env("PROXY_CONFIG", EXITS),
                  Setting.env("PROXY_CONFIG", DRAIN),
                  Setting.env(EXIT_ON_ZERO, TRUE),
                  Setting.env("ISTIO_META_" + EXIT_ON_ZERO, TRUE),
                  Setting.env("TERMINATION_DRAIN_DURATION_SECONDS", DURATION)),
              List.of(),
              "terminationDrainDuration",
              "https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#ProxyConfig"),
          new Proxy(
              List.of("linkerd/proxy", "linkerd-io/proxy"),
              0,
              List.of(
                  Setting.annotation(
                      "config.alpha.linkerd.io/proxy-wait-before-exit-seconds", DURATION)),
              List.of(),
              "proxy-wait-before-exit-seconds",
              "https://linkerd.io/2/tasks/graceful-shutdown/"),
          // On SIGTERM it closes its listeners at once; what drains them is asked for before that.
          new Proxy(
              List.of(
                  "envoyproxy/envoy", "envoyproxy/envoy-distroless", "envoyproxy/envoy-contrib"),
              0,
              List.of(),
              List.of(),
              "",
              "https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/operations/draining"),
          new Proxy(
              List.of("cloud-sql-connectors/cloud-sql-proxy"),
              0,
              List.of(
                  Setting.flag("max-sigterm-delay", DURATION),
                  Setting.flag("min-sigterm-delay", DURATION),
                  Setting.env("CSQL_PROXY_MAX_SIGTERM_DELAY", DURATION),
                  Setting.env("CSQL_PROXY_MIN_SIGTERM_DELAY", DURATION)),
              List.of("config-file", "CSQL_PROXY_CONFIG_FILE"),
              "--max-sigterm-delay",
              "https://github.com/GoogleCloudPlatform/cloud-sql-proxy/blob/main/cmd/root.go"),
          new Proxy(
              List.of("alloydb-connectors/alloydb-auth-proxy"),
              0,
              List.of(
                  Setting.flag("max-sigterm-delay", DURATION),
                  Setting.env("ALLOYDB_PROXY_MAX_SIGTERM_DELAY", DURATION)),
              List.of("config-file", "ALLOYDB_PROXY_CONFIG_FILE"),
              "--max-sigterm-delay",
              "https://github.com/GoogleCloudPlatform/alloydb-auth-proxy/blob/main/README.md"),
          new Proxy(
              List.of("daprio/daprd", "dapr/daprd"),
              5,
              List.of(
                  Setting.flag("dapr-block-shutdown-duration", DURATION),
                  Setting.annotation("dapr.io/block-shutdown-duration", DURATION),
                  Setting.flag("dapr-graceful-shutdown-seconds", DURATION),
                  Setting.annotation("dapr.io/graceful-shutdown-seconds", DURATION)),
              List.of(),
              "--dapr-block-shutdown-duration",
              "https://docs.dapr.io/reference/arguments-annotations-overview/"),
          new Proxy(
              List.of("hashicorp/consul-dataplane"),
              0,
              List.of(
                  Setting.flag("shutdown-grace-period-seconds", DURATION),
                  Setting.env("DP_SHUTDOWN_GRACE_PERIOD_SECONDS", DURATION)),
              List.of("config-file"),
              "-shutdown-grace-period-seconds",
              "https://github.com/hashicorp/consul-dataplane/blob/main/cmd/consul-dataplane/main.go"));

  private static final Map<String, Proxy> BY_REPOSITORY =
      PROXIES.stream()
          .flatMap(proxy -> proxy.repositories().stream().map(it -> Map.entry(it, proxy)))
          .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

  private static final long FOR_EVER = Long.MAX_VALUE;

  // No setting by hand comes near it, and what a review costs must not grow with a text that
  // nobody can read.
  private static final int MOST_CHARACTERS = 64 * 1024;

  private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(h|ms|m|s)?");

  @Override
  public RuleDoc doc() {
    return DOC;
  }

  @Override
  public Outcome judge(Subject subject) {
    PodTemplate template = subject.workload().template();
    List<Container> applications =
        template.containers().stream().filter(it -> !isProxy(it)).toList();
    if (applications.isEmpty() || applications.size() == template.containers().size()) {
      return new Outcome.Skipped("no known proxy runs beside an application");
    }
    int room = PreStopSleepMissing.seconds(subject);
    Optional<Neighbour> longest =
        applications.stream()
            .map(it -> new Neighbour(it, asked(subject, it, room)))
            .filter(it -> it.seconds() > 0)
            .max(Comparator.comparingLong(Neighbour::seconds));
    var findings = new ArrayList<Finding>();
    for (Container container : template.containers()) {
      proxy(container)
          .flatMap(it -> finding(subject, it, container, longest, room))
          .ifPresent(findings::add);
    }
    return Outcome.Failed.ifAny(findings);
  }

  private static Optional<Finding> finding(
      Subject subject, Proxy proxy, Container container, Optional<Neighbour> longest, int room) {
    long waits = waits(subject, container);
    boolean unknownHook = container.hasPreStopHandler() && waits == 0;
    if (unknownHook
        || saidElsewhere(subject, container, longest)
        || isSetElsewhere(subject, proxy, container)) {
      return Optional.empty();
    }
    OptionalLong set = setSeconds(subject, proxy, container);
    if (waits == 0 && set.orElse(0) == 0) {
      String setting = proxy.hint().isEmpty() ? "" : " and no " + proxy.hint();
      return Optional.of(finding(container, "the application, has no preStop hook" + setting));
    }
    // All that a short grace period has room for: grace-period-too-short says so.
    if (waits > 0 && waits >= room) {
      return Optional.empty();
    }
    long until = GracePeriodTooShort.sum(waits, set.orElse(proxy.ownSeconds()));
    return longest
        .filter(it -> it.seconds() > until)
        .map(it ->
            finding(
                container,
                "\"%s\", which %s %d s, but stops after %d s"
                    .formatted(
                        it.container().name(),
                        it.container().hasPreStopHandler() ? "waits" : "must wait",
                        it.seconds(),
                        until)));
  }

  private static Finding finding(Container container, String what) {
    return Finding.of(
        container.preStopPath(), "proxy \"" + container.name() + "\" must outlive " + what);
  }

  // One mistake, one finding.
  private static boolean saidElsewhere(
      Subject subject, Container container, Optional<Neighbour> longest) {
    long wanted = PreStopSleepMissing.wantedSeconds(subject);
    // A wait as long as that would still be less than the neighbour's: another mistake.
    boolean raisingHelps = longest.map(it -> it.seconds() <= wanted).orElse(true);
    return subject.takesTraffic()
        && (!container.hasPreStopHandler()
            || PreStopSleepMissing.injectedWait(subject, container).isPresent()
            || (raisingHelps
                && (PreStopSleepTooShort.isTooShort(subject, container)
                    || LoadBalancerDelay.isTooShort(subject, container))));
  }

  /// Whether a proxy that is known runs in a container.
  static boolean isProxy(Container container) {
    return proxy(container).isPresent();
  }

  private static Optional<Proxy> proxy(Container container) {
    for (String ending : container.program().imageName().endings()) {
      Proxy proxy = BY_REPOSITORY.get(ending);
      if (proxy != null) {
        return Optional.of(proxy);
      }
    }
    return Optional.empty();
  }

  /// What a container waits at least, or without a hook must wait by pre-stop-sleep-missing:
  /// `room`.
  private static long asked(Subject subject, Container container, int room) {
    if (!container.hasPreStopHandler() && subject.takesTraffic()) {
      return room;
    }
    long waits = waits(subject, container);
    return waits > 0 ? waits : PreStopOutlivesGrace.sleeps(subject, container).orElse(0L);
  }

  /// What a hook waits; 0 where there is none, nothing is known of it, or it cannot run.
  private static long waits(Subject subject, Container container) {
    return ExecHookUnsafe.missingProgram(subject, container).isPresent()
        ? 0
        : container.preStop().flatMap(PreStop::waitSeconds).orElse(0L);
  }

  /// Whether a setting may come from where it cannot be seen.
  private static boolean isSetElsewhere(Subject subject, Proxy proxy, Container container) {
    Program program = container.program();
    if (isTooLong(subject, proxy, container)) {
      return true;
    }
    boolean inFile =
        proxy.files().stream()
            .anyMatch(it -> program.env().containsKey(it) || flag(container, it).isPresent());
    return inFile
        || proxy.settings().stream()
            .anyMatch(it -> it.kind() == Setting.Kind.ENV && isUnseen(program, it.name()))
        || proxy.settings().stream()
            .flatMap(it -> text(subject, it, container).stream())
            .anyMatch(it -> it.contains("$("));
  }

  private static boolean isTooLong(Subject subject, Proxy proxy, Container container) {
    return container.program().words().stream().mapToLong(String::length).sum() > MOST_CHARACTERS
        || proxy.settings().stream()
            .filter(it -> it.kind() != Setting.Kind.FLAG)
            .flatMap(it -> text(subject, it, container).stream())
            .anyMatch(it -> it.length() > MOST_CHARACTERS);
  }

  private static boolean isUnseen(Program program, String variable) {
    return program.envFrom() || program.env().getOrDefault(variable, Optional.of("")).isEmpty();
  }

  /// How long the proxy's own settings keep it after SIGTERM; empty where there is none.
  private static OptionalLong setSeconds(Subject subject, Proxy proxy, Container container) {
    return proxy.settings().stream()
        .flatMap(
            setting -> text(subject, setting, container).map(setting.value()::matcher).stream())
        .filter(Matcher::matches)
        .mapToLong(it -> it.groupCount() == 0 ? FOR_EVER : seconds(it.group(1)))
        .max();
  }

  private static Optional<String> text(Subject subject, Setting setting, Container container) {
    return switch (setting.kind()) {
      case FLAG -> flag(container, setting.name());
      case ENV -> container.program().env().getOrDefault(setting.name(), Optional.empty());
      case ANNOTATION ->
          Optional.ofNullable(subject.workload().template().annotations().get(setting.name()));
    };
  }

  /// The value of `--name=value`, `--name value` or `-name …`, also within a script; empty text
  /// where it has none.
  private static Optional<String> flag(Container container, String name) {
    String line = " " + String.join(" ", container.program().words()) + " ";
    Matcher flag =
        Pattern.compile("[\\s\"']--?" + name + "(?:(?:=|\\s+)([^\\s\"'-][^\\s\"']*))?[\\s\"']")
            .matcher(line);
    return flag.find()
        ? Optional.of(Objects.requireNonNullElse(flag.group(1), ""))
        : Optional.empty();
  }

  // Go's form of a duration; a bare number is seconds.
  private static long seconds(String duration) {
    double seconds = 0;
    Matcher part = PART.matcher(duration);
    while (part.find()) {
      String unit = part.group(2) == null ? "s" : part.group(2);
      double number = Double.parseDouble(part.group(1));
      seconds +=
          switch (unit) {
            case "h" -> number * 3_600;
            case "m" -> number * 60;
            case "ms" -> number / 1_000;
            default -> number;
          };
    }
    return (long) seconds;
  }
}
