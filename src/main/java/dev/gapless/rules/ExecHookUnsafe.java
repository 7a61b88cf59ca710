package dev.gapless.rules;

import dev.gapless.patch.Edit;
import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.rule.Fix;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.Container;
import dev.gapless.workload.FieldPath;
import dev.gapless.workload.ImageName;
import dev.gapless.workload.PodTemplate;
import dev.gapless.workload.PreStop;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A preStop command that its image cannot run, that the kubelet does better, or that does harm.
public final class ExecHookUnsafe implements Rule {
  private static final RuleDoc DOC =
      new RuleDoc(
          "exec-hook-unsafe",
          "A preStop hook runs a command that cannot work, or need not be one",
          "0.1.0",
          Mode.AUDIT,
          List.of("drainSeconds"),
          """
          An exec hook runs a program of the container's own image. When that is not there, the \
          hook fails at once, the container gets SIGTERM without the wait that was meant to protect \
          it, and nothing shows but an event of the pod. This is how a `sleep` behaves in images \
          without a shell, and in Windows pods.

          Judged are commands that start with a shell or `sleep`, by their bare name or in the \
          usual folders. That an image has neither is known of a short list: Google's distroless \
          images (not their `debug` tags, not `python3`, which has a shell), and some that are \
          built on them or on nothing, such as CoreDNS, kube-state-metrics, metrics-server, \
          the OpenTelemetry Collector, the Cloud SQL and AlloyDB proxies, Dapr's and Consul's \
          sidecars, and the distroless tags of Istio and Envoy. Of any other image, and of one \
          that is pinned by its digest alone, nothing is known, and nothing said.

          Two mistakes work in no image, and are told of Linux pods: a command line in a single \
          word, as in `["sleep 10"]`, for no program is called that; and a shell that is given a \
          script without `-c`, as in `["sh", "sleep 10"]`, for it looks for a file of that name.

          From Kubernetes 1.30 on a plain sleep, as in `["sleep", "10"]` or `["sh", "-c", "sleep \
          10"]`, is better left to the kubelet, whatever the image: `sleep: {seconds: 10}` needs \
          no program, and goes on working when the image is changed. Its seconds are whole: a \
          fraction is dropped.

          A native sidecar stops after the containers it serves, but its hook runs at once with \
          all others. A hook there that makes a proxy quit takes the application's connections \
          away while it still answers requests.\
          """,
          """
          Replace a plain sleep by `sleep: {seconds: N}`. A policy with `change: Any` does so at \
          admission, with the grace period that Kubernetes demands for it. For anything else put \
          the program into the image, or use an httpGet hook. Remove a hook that stops a native \
          sidecar: the kubelet stops it in time.\
          """,
          List.of(
              "https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/",
              "https://github.com/kubernetes/enhancements/tree/master/keps/sig-node/3960-pod-lifecycle-sleep-action",
              "https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/"));

  /// What is known of an image.
  ///
  /// @param repository the last parts of its name, for mirrors keep them; a regular expression
  /// @param tags the tags that have neither a shell nor a sleep program
  /// @param source where that can be read
  private record Shellless(Pattern repository, Pattern tags, String source) {
    Shellless(String repository, String tags, String source) {
      this(Pattern.compile(repository), Pattern.compile(tags), source);
    }

    boolean is(ImageName image) {
      return image.endsWith(repository)
          && image.tag().filter(tag -> tags.matcher(tag).matches()).isPresent();
    }
  }

  private static final String NOT_DEBUG = "(?!.*debug).*";
  private static final String RELEASE = "v?\\d+\\.\\d+\\.\\d+";

  private static final List<Shellless> SHELLLESS =
      List.of(
          // Not python3: its BUILD file adds dash.
          new Shellless(
              "distroless/(?:static|base|base-nossl|cc|java-base|java\\d+|nodejs\\d+)(?:-debian\\d+)?",
              NOT_DEBUG,
              "https://github.com/GoogleContainerTools/distroless/blob/main/README.md"),
          new Shellless(
              "chainguard/(?:static|nginx)",
              "(?!.*-dev).*",
              "https://edu.chainguard.dev/chainguard/containers/migration/migration-tips/"),
          new Shellless(
              "istio/(?:proxyv2|pilot)|istio-release/(?:proxyv2|pilot)",
              ".*-distroless",
              "https://istio.io/latest/docs/ops/configuration/security/harden-docker-images/"),
          new Shellless(
              "envoyproxy/envoy",
              "distroless-.*",
              "https://github.com/envoyproxy/envoy/blob/main/ci/Dockerfile-envoy"),
          new Shellless(
              "envoyproxy/envoy-distroless",
              NOT_DEBUG,
              "https://github.com/envoyproxy/envoy/blob/main/ci/Dockerfile-envoy"),
          new Shellless(
              "coredns/coredns",
              "v?1\\.(?:[89]|\\d\\d)\\.\\d+",
              "https://github.com/coredns/coredns/blob/master/Dockerfile"),
          new Shellless(
              "kube-state-metrics/kube-state-metrics",
              RELEASE,
              "https://github.com/kubernetes/kube-state-metrics/blob/main/Dockerfile"),
          new Shellless(
              "metrics-server/metrics-server",
              RELEASE,
              "https://github.com/kubernetes-sigs/metrics-server/blob/master/Dockerfile"),
          new Shellless(
              "otel/opentelemetry-collector",
              RELEASE,
              "https://github.com/open-telemetry/opentelemetry-collector-releases/blob/main/distributions/otelcol/Dockerfile"),
          new Shellless(
              "otel/opentelemetry-collector-contrib",
              RELEASE,
              "https://github.com/open-telemetry/opentelemetry-collector-releases/blob/main/distributions/otelcol-contrib/Dockerfile"),
          // Other tags, such as -alpine, have a shell.
          new Shellless(
              "cloud-sql-connectors/cloud-sql-proxy",
              RELEASE,
              "https://github.com/GoogleCloudPlatform/cloud-sql-proxy/blob/main/README.md"),
          new Shellless(
              "alloydb-connectors/alloydb-auth-proxy",
              RELEASE,
              "https://github.com/GoogleCloudPlatform/alloydb-auth-proxy/blob/main/README.md"),
          new Shellless(
              "daprio/daprd",
              RELEASE,
              "https://github.com/dapr/dapr/blob/master/docker/Dockerfile"),
          // Other tags are made of Red Hat's base image.
          new Shellless(
              "hashicorp/consul-dataplane",
              RELEASE,
              "https://github.com/hashicorp/consul-dataplane/blob/main/Dockerfile"));

  /// A command that makes a process quit as soon as it is run.
  private record Quit(Pattern command, String source) {
    Quit(String command, String source) {
      this(Pattern.compile(command), source);
    }
  }

  private static final List<Quit> QUITS =
      List.of(
          new Quit(
              "quitquitquit",
              "https://www.envoyproxy.io/docs/envoy/latest/operations/admin#post--quitquitquit"),
          new Quit("/v1\\.0/shutdown", "https://docs.dapr.io/reference/api/shutdown_api/"),
          new Quit("\\bnginx\\s+-s\\s+(?:quit|stop)\\b", "https://nginx.org/en/docs/control.html"),
          new Quit(
              "\\bkill\\s+(?:(?:-s\\s+|-)(?:SIG)?(?:TERM|INT|QUIT|KILL|15|2|3|9)\\s+)?1(?![\\d.])",
              "https://man7.org/linux/man-pages/man1/kill.1.html"));

  private static final Pattern PROGRAM =
      Pattern.compile("(?:(?:/usr(?:/local)?)?/bin/)?(sh|bash|ash|dash|sleep)");
  private static final Pattern SHELL =
      Pattern.compile("(?:(?:/usr(?:/local)?)?/bin/)?(?:sh|bash|ash|dash)");

  /// A program and its arguments in one; folders but the usual ones may have spaces in their names.
  private static final Pattern ONE_WORD =
      Pattern.compile("(?:(?:/usr(?:/local)?)?/s?bin/)?[\\w.-]+\\s(?s:.*)");

  /// A command line where a shell takes a file, or a program that is none of its scripts.
  private static final Pattern SCRIPT = Pattern.compile("sleep|[\\w.][\\w.-]*\\s[^/]*(?<!\\.sh)");

  private static final int MOST_SHOWN = 40;
  private static final Pattern SLEEPS_BEFORE = Pattern.compile("\\b(?:sleep|wait)\\b");

  @Override
  public RuleDoc doc() {
    return DOC;
  }

  @Override
  public boolean fixes() {
    return true;
  }

  @Override
  public Outcome judge(Subject subject) {
    List<Container> hooks =
        subject.workload().template().servingContainers().stream()
            .filter(ExecHookUnsafe::hasCommand)
            .toList();
    if (hooks.isEmpty()) {
      return new Outcome.Skipped("no preStop hook runs a command");
    }
    var findings = new ArrayList<Finding>();
    hooks.forEach(it -> finding(subject, it).ifPresent(findings::add));
    return Outcome.Failed.ifAny(findings);
  }

  // Beside another handler the API server rejects it.
  private static boolean hasCommand(Container container) {
    return container
        .preStop()
        .filter(it -> it.execCommand().isPresent() && it.sleepSeconds().isEmpty() && !it.other())
        .isPresent();
  }

  private static Optional<Finding> finding(Subject subject, Container container) {
    FieldPath path = PreStopSleepMissing.wait(container, false);
    String who = "container \"" + container.name() + "\" ";
    if (container.sidecar() && quitsAtOnce(container).isPresent()) {
      return Optional.of(
          Finding.of(
              path,
              "native sidecar \""
                  + container.name()
                  + "\" must run until the kubelet stops it after the others, its hook ends it at"
                  + " once: "
                  + quitsAtOnce(container).get()));
    }
    Optional<String> mistake = mistake(subject, container);
    if (mistake.isPresent()) {
      return Optional.of(Finding.of(path, who + mistake.get()));
    }
    Optional<String> missing = missingProgram(subject, container);
    if (missing.isPresent()) {
      String where =
          subject.workload().template().windows()
              ? "a Windows pod"
              : container.program().imageName().repository();
      return Optional.of(
          new Finding(
              path,
              who
                  + "must not need \""
                  + missing.get()
                  + "\" to wait or stop, "
                  + where
                  + " has none",
              fix(subject, container)));
    }
    if (PreStopSleepMissing.sleepAction(subject)
        && plainSleep(container) > 0
        && PreStopSleepMissing.injectedWait(subject, container).isEmpty()) {
      return Optional.of(
          new Finding(
              path,
              who
                  + "must wait by the sleep action, which needs no program in the image, runs \""
                  + String.join(" ", command(container))
                  + "\"",
              fix(subject, container)));
    }
    return Optional.empty();
  }

  /// What is wrong with a command that runs in no image.
  private static Optional<String> mistake(Subject subject, Container container) {
    List<String> command = readable(container);
    if (command.isEmpty() || subject.workload().template().windows()) {
      return Optional.empty();
    }
    String first = command.getFirst();
    if (ONE_WORD.matcher(first).matches()) {
      return Optional.of(
          "must name its program in a word of its own, and none is called \"" + cut(first) + "\"");
    }
    return command.size() > 1
            && SHELL.matcher(first).matches()
            && SCRIPT.matcher(command.get(1)).matches()
        ? Optional.of(
            "must give its script to the shell by -c, which else looks for a file \""
                + cut(command.get(1))
                + "\"")
        : Optional.empty();
  }

  private static String cut(String text) {
    String line = text.lines().findFirst().orElse("");
    return line.length() > MOST_SHOWN ? line.substring(0, MOST_SHOWN) + "..." : line;
  }

  private static Optional<String> quitsAtOnce(Container container) {
    String command = String.join(" ", readable(container));
    for (Quit quit : QUITS) {
      Matcher matcher = quit.command().matcher(command);
      if (matcher.find() && !SLEEPS_BEFORE.matcher(command).region(0, matcher.start()).find()) {
        return Optional.of(matcher.group());
      }
    }
    return Optional.empty();
  }

  /// The program that the container's hook runs and that is known not to be there.
  static Optional<String> missingProgram(Subject subject, Container container) {
    List<String> command = command(container);
    if (command.isEmpty()) {
      return Optional.empty();
    }
    Matcher program = PROGRAM.matcher(command.getFirst());
    return program.matches()
            && (subject.workload().template().windows()
                || imageLacks(container, command.getFirst()))
        ? Optional.of(program.group(1))
        : Optional.empty();
  }

  /// Whether an image is known to have neither a shell nor `sleep`, unless what it finds by its
  /// name alone comes from a volume.
  static boolean imageLacks(Container container, String program) {
    boolean searched = !program.contains("/");
    return !(searched && container.program().env().containsKey("PATH"))
        && SHELLLESS.stream().anyMatch(it -> it.is(container.program().imageName()));
  }

  // A command that another webhook has set would come again at the next admission.
  private static Optional<Fix> fix(Subject subject, Container container) {
    long seconds = plainSleep(container);
    if (seconds == 0
        || !PreStopSleepMissing.sleepAction(subject)
        || !subject.wrote(PreStopSleepMissing.wait(container, false))) {
      return Optional.empty();
    }
    var edits = new ArrayList<Edit>();
    edits.add(new Edit.Remove(container.preStopPath().child("exec")));
    edits.add(
        new Edit.Set(
            PreStopSleepMissing.wait(container, true), GracePeriodTooShort.number(seconds)));
    PodTemplate template = subject.workload().template();
    String would = "set sleep.seconds to " + seconds + " instead";
    if (seconds > template.terminationGracePeriodSeconds()) {
      // The same for each container: the last edit stands.
      long longest =
          template.servingContainers().stream()
              .mapToLong(ExecHookUnsafe::plainSleep)
              .max()
              .orElse(seconds);
      long grace = GracePeriodTooShort.sum(longest, subject.policy().drainSeconds());
      edits.add(
          new Edit.Set(template.terminationGracePeriodPath(), GracePeriodTooShort.number(grace)));
      would += " and the grace period to " + grace;
    }
    return Optional.of(new Fix(edits, would));
  }

  private static long plainSleep(Container container) {
    return container.preStop().flatMap(PreStop::waitSeconds).orElse(0L);
  }

  private static List<String> readable(Container container) {
    return container.preStop().flatMap(PreStop::readableCommand).orElse(List.of());
  }

  private static List<String> command(Container container) {
    return container.preStop().flatMap(PreStop::execCommand).orElse(List.of());
  }
}
