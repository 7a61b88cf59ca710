package dev.gapless.cli;

import dev.gapless.cluster.ClusterAccess;
import dev.gapless.tls.DevelopmentCertificate;
import dev.gapless.tls.PemFiles;
import dev.gapless.tls.UnusableCertificateException;
import dev.gapless.workload.KubernetesVersion;
import io.quarkus.runtime.ApplicationLifecycleManager;
import io.quarkus.runtime.Quarkus;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `gapless serve`: checks all that it was given, then boots the server with it.
@Command(
    name = "serve",
    description = {
      "Serves the admission webhook over HTTPS: POST /mutate and POST /validate.",
      "Uses a cluster only inside one or with --kubeconfig or --context."
    },
    mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
  private static final int OK = 0;
  private static final int UNUSABLE = 2;
  private static final List<String> LOG_LEVELS = List.of("ERROR", "WARN", "INFO", "DEBUG");

  // A field, because a logger that nobody holds forgets its level.
  private final Logger securityEvents = Logger.getLogger("jdk.event.security");

  private final Map<String, String> settings = new LinkedHashMap<>();

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = "The address to listen on; default: 0.0.0.0 in a cluster, else localhost.")
  private @Nullable String host;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "8443",
      description = "The HTTPS port; default: ${DEFAULT-VALUE}.")
  private int port;

  @Option(
      names = "--management-port",
      paramLabel = "PORT",
      defaultValue = "9000",
      description = "The port of /q/health and /q/metrics, plain HTTP; default: ${DEFAULT-VALUE}.")
  private int managementPort;

  @Option(
      names = "--policy",
      paramLabel = "FILE",
      description =
          "The policies to judge by, taken anew when the file changes; default: the cluster's"
              + " RolloutPolicies, without a cluster the built-in one, which enforces.")
  private @Nullable Path policy;

  @Option(
      names = "--kubernetes-version",
      paramLabel = "VERSION",
      description =
          "The release of the API server that stores the objects, such as 1.34; default: the"
              + " cluster's, without one the newest known.")
  private @Nullable String kubernetesVersion;

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description = "The kubeconfig by which to reach a cluster.")
  private @Nullable Path kubeconfig;

  @Option(
      names = "--context",
      paramLabel = "NAME",
      description =
          "The kubeconfig's context; without --kubeconfig in $KUBECONFIG or ~/.kube/config.")
  private @Nullable String context;

  @Option(
      names = "--certificate",
      paramLabel = "FILE",
      description = "The server's certificate and those between it and its CA (PEM); needs --key.")
  private @Nullable Path certificate;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "The certificate's private key (PEM); needs --certificate.")
  private @Nullable Path key;

  @Mixin
  @SuppressWarnings("NullAway.Init")
  private SelfManagedOptions selfManaged;

  @Option(
      names = "--certs-dir",
      paramLabel = "FOLDER",
      defaultValue = "certs",
      description =
          "Where the development CA and certificate are kept, made on first start;"
              + " default: ${DEFAULT-VALUE}.")
  @SuppressWarnings("NullAway.Init")
  private Path certsDir;

  @Option(
      names = "--shutdown-delay",
      paramLabel = "DURATION",
      defaultValue = "3s",
      description =
          "How long requests are served after SIGTERM, such as 500ms, 3s or 1m; those that are then"
              + " being answered are finished; default: ${DEFAULT-VALUE}.")
  @SuppressWarnings("NullAway.Init")
  private String shutdownDelay;

  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      defaultValue = "INFO",
      description = "ERROR, WARN, INFO or DEBUG; default: ${DEFAULT-VALUE}.")
  @SuppressWarnings("NullAway.Init")
  private String logLevel;

  @Override
  public Integer call() {
    // The JDK logs each certificate it reads; what is logged before Quarkus configures logging
    // would come out on stderr when a mistake ends the command.
    securityEvents.setLevel(Level.OFF);
    try {
      configure();
    } catch (UsageException | UnusableCertificateException | IllegalArgumentException unusable) {
      err().println(unusable.getMessage());
      return UNUSABLE;
    }
    settings.forEach(System::setProperty);
    return serve();
  }

  // Everything is checked before Quarkus boots, so that a mistake costs no second and no stack
  // trace.
  private void configure() {
    ClusterAccess access =
        ClusterAccess.of(
            Optional.ofNullable(kubeconfig), Optional.ofNullable(context), System.getenv());
    boolean inside = access instanceof ClusterAccess.Inside;
    String address = host != null ? host : inside ? "0.0.0.0" : "localhost";

    version();
    set("quarkus.http.host", address);
    set("quarkus.http.ssl-port", port(port, "--port"));
    set("quarkus.management.host", address);
    set("quarkus.management.port", port(managementPort, "--management-port"));
    if (port == managementPort && port != 0) {
      throw new UsageException(
          "--port and --management-port: must differ, both are " + port + "; change one");
    }
    if (policy != null) {
      PolicyFile.read(policy);
      set("gapless.serve.policy-file", policy.toString());
    }
    access.config();
    if (kubeconfig != null) {
      set("gapless.kubernetes.kubeconfig", kubeconfig.toString());
    }
    if (context != null) {
      set("gapless.kubernetes.context", context);
    }
    set("gapless.shutdown.delay", duration(shutdownDelay, "--shutdown-delay").toString());
    String level = logLevel.toUpperCase(Locale.ROOT);
    if (!LOG_LEVELS.contains(level)) {
      throw new UsageException(
          "--log-level: must be one of " + LOG_LEVELS + ", is \"" + logLevel + "\"");
    }
    set("quarkus.log.category.\"dev.gapless\".level", level);
    set("gapless.serve.hint", "true");
    // The admission routes answer a path that cannot be decoded, with a body that says so.
    set("vertx.disableURIValidation", "true");
    // Netty makes a key store at each start, only to try it out, and the JDK spends ten thousand
    // rounds, twice, on making its password hard to guess. This process never writes one.
    set("keystore.pkcs12.keyPbeIterationCount", "1");
    boolean elsewhere = keyFiles() || selfManaged(access);
    free(address, port, "--port");
    free(address, managementPort, "--management-port");
    // Last, because it leaves files behind.
    if (!elsewhere) {
      developmentCertificate();
    }
  }

  private void version() {
    String text = kubernetesVersion;
    if (text == null) {
      return;
    }
    Optional<KubernetesVersion> version = KubernetesVersion.parse(text);
    if (version.isEmpty()) {
      throw new UsageException("--kubernetes-version: must look like 1.34, is \"" + text + "\"");
    }
    version.flatMap(JudgingOptions::remark).ifPresent(err()::println);
    set("gapless.kubernetes.version", text);
  }

  private boolean keyFiles() {
    if (certificate == null && key == null) {
      return false;
    }
    if (key == null) {
      throw new UsageException("--certificate: must come with its private key; add --key FILE");
    }
    if (certificate == null) {
      throw new UsageException("--key: must come with its certificate; add --certificate FILE");
    }
    PemFiles.of(certificate, key);
    set("gapless.tls.certificate", certificate.toString());
    set("gapless.tls.key", key.toString());
    selfManaged.demandThatNobodyAsked();
    return true;
  }

  private boolean selfManaged(ClusterAccess access) {
    if (access instanceof ClusterAccess.Inside || selfManaged.asked()) {
      if (access instanceof ClusterAccess.None) {
        throw new UsageException(
            "--self-managed-certificate: needs a cluster; name one with --kubeconfig or --context");
      }
      selfManaged.settings().forEach(this::set);
      return true;
    }
    selfManaged.demandNoNames();
    return false;
  }

  private void developmentCertificate() {
    DevelopmentCertificate.in(certsDir, Clock.systemUTC()).changes().forEach(err()::println);
    set("gapless.tls.certs-dir", certsDir.toString());
  }

  private static String port(int port, String option) {
    if (port < 0 || port > 65_535) {
      throw new UsageException(option + ": must be between 0 and 65535, is " + port);
    }
    return Integer.toString(port);
  }

  private static Duration duration(String text, String option) {
    String iso =
        text.strip().toUpperCase(Locale.ROOT).endsWith("MS")
            ? "PT" + seconds(text.strip())
            : "PT" + text.strip();
    try {
      Duration duration = Duration.parse(iso);
      if (!duration.isNegative()) {
        return duration;
      }
    } catch (DateTimeParseException _) {
      // Said below.
    }
    throw new UsageException(option + ": must look like 500ms, 3s or 1m, is \"" + text + "\"");
  }

  private static String seconds(String millis) {
    try {
      return Duration.ofMillis(Long.parseLong(millis.substring(0, millis.length() - 2)))
          .toString()
          .substring(2);
    } catch (NumberFormatException _) {
      return millis;
    }
  }

  private static void free(String address, int port, String option) {
    if (port == 0) {
      return;
    }
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByName(address), port));
    } catch (UnknownHostException unknown) {
      throw new UsageException(
          "--host: \"" + address + "\" is no address of this machine; leave it out or name one");
    } catch (BindException taken) {
      throw new UsageException(occupied(address, port, option, taken));
    } catch (IOException failed) {
      throw new UsageException(
          "cannot listen on " + address + ":" + port + " (" + failed.getMessage() + ")");
    }
  }

  private static String occupied(String address, int port, String option, BindException cause) {
    return "cannot listen on "
        + address
        + ":"
        + port
        + " ("
        + cause.getMessage()
        + "); end the process that has the port, or choose another with "
        + option
        + " (and --host for the address)";
  }

  /// Runs until the process is told to end.
  ///
  /// A signal would make the JVM end with 128 + its number. Ended as it should, the server ends
  /// with 0: so a shutdown hook of ours, which the JVM waits for, ends it first.
  private int serve() {
    var stopped = new CountDownLatch(1);
    var code = new AtomicInteger(OK);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("exit-code")
                .unstarted(() -> {
                  awaitQuietly(stopped);
                  System.out.flush();
                  err().flush();
                  Runtime.getRuntime().halt(code.get());
                }));
    Quarkus.run(
        null,
        (exitCode, failure) -> {
          if (failure != null) {
            err().println(said(failure));
            err().flush();
          }
          code.set(failure == null ? exitCode : UNUSABLE);
          stopped.countDown();
          if (!ApplicationLifecycleManager.isVmShuttingDown()) {
            System.exit(code.get());
          }
        });
    return code.get();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static String said(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException
          || cause instanceof UnusableCertificateException
          || cause instanceof IllegalArgumentException) {
        return "the server could not start: " + cause.getMessage();
      }
    }
    return "the server could not start: " + failure;
  }

  private PrintWriter err() {
    return spec.commandLine().getErr();
  }

  private void set(String name, String value) {
    settings.put(name, value);
  }
}
