package dev.gapless.cluster;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// How to reach an API server. Only what was asked for is used: a kubeconfig that merely lies about
/// must not connect a trial to somebody's production.
public sealed interface ClusterAccess {
  /// Where Kubernetes puts a pod's own token and CA.
  Path SERVICE_ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

  /// There is no cluster.
  record None() implements ClusterAccess {}

  /// We run in the cluster.
  ///
  /// @param server the API server's URL
  /// @param account the folder with the token and the CA
  record Inside(String server, Path account) implements ClusterAccess {}

  /// Somebody named a kubeconfig or a context.
  ///
  /// @param context empty takes the file's current one
  record Kubeconfig(Path file, Optional<String> context) implements ClusterAccess {}

  /// Works out the access from options and environment.
  static ClusterAccess of(
      Optional<Path> kubeconfig, Optional<String> context, Map<String, String> environment) {
    return of(kubeconfig, context, environment, SERVICE_ACCOUNT);
  }

  /// Works out the access, with the service account in another folder.
  static ClusterAccess of(
      Optional<Path> kubeconfig,
      Optional<String> context,
      Map<String, String> environment,
      Path account) {
    if (kubeconfig.isPresent()) {
      return new Kubeconfig(kubeconfig.get(), context);
    }
    if (context.isPresent()) {
      return new Kubeconfig(usualKubeconfig(environment), context);
    }
    String host = environment.getOrDefault("KUBERNETES_SERVICE_HOST", "");
    if (host.isEmpty() || Files.notExists(account.resolve("token"))) {
      return new None();
    }
    String port = environment.getOrDefault("KUBERNETES_SERVICE_PORT", "443");
    return new Inside(
        "https://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port, account);
  }

  /// Works out the access of a command that is about a cluster, as kubectl does: the kubeconfig
  /// that was named, that of the environment, the usual one, the cluster it runs in.
  static ClusterAccess likeKubectl(
      Optional<Path> kubeconfig, Optional<String> context, Map<String, String> environment) {
    Path usual = usualKubeconfig(environment);
    boolean named = !environment.getOrDefault("KUBECONFIG", "").isEmpty();
    return of(
        kubeconfig.or(() -> named || Files.exists(usual) ? Optional.of(usual) : Optional.empty()),
        context,
        environment);
  }

  private static Path usualKubeconfig(Map<String, String> environment) {
    String named = environment.getOrDefault("KUBECONFIG", "");
    if (!named.isEmpty()) {
      // kubectl merges several files; the first is enough to find a context by name.
      return Path.of(named.split(File.pathSeparator, 2)[0]);
    }
    return Path.of(System.getProperty("user.home", "."), ".kube", "config");
  }

  /// The client's configuration; empty where there is no cluster.
  ///
  /// @throws IllegalArgumentException when the kubeconfig cannot be used, naming it and the remedy
  default Optional<Config> config() {
    return switch (this) {
      case None _ -> Optional.empty();
      case Inside(String server, Path account) ->
          Optional.of(
              new ConfigBuilder(Config.empty())
                  .withMasterUrl(server)
                  .withCaCertFile(account.resolve("ca.crt").toString())
                  // Kubernetes renews the token about every hour: read it for every call.
                  .withOauthTokenProvider(() -> token(account.resolve("token")))
                  .build());
      case Kubeconfig(Path file, Optional<String> context) -> Optional.of(read(file, context));
    };
  }

  private static String token(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException unreadable) {
      throw new UncheckedIOException("cannot read the token " + file, unreadable);
    }
  }

  private static Config read(Path file, Optional<String> context) {
    if (!Files.isReadable(file)) {
      throw new IllegalArgumentException(
          file
              + ": the kubeconfig "
              + (Files.exists(file) ? "cannot be read" : "does not exist")
              + "; name another one with --kubeconfig");
    }
    try {
      Config config = Config.fromKubeconfig(context.orElse(null), file.toFile());
      if (context.isPresent()
          && (config.getCurrentContext() == null
              || !context.get().equals(config.getCurrentContext().getName()))) {
        throw new IllegalArgumentException(
            file + ": has no context \"" + context.get() + "\"; name one of the file's contexts");
      }
      return config;
    } catch (IllegalArgumentException known) {
      throw known;
    } catch (RuntimeException broken) {
      throw new IllegalArgumentException(
          file + ": is no kubeconfig (" + broken.getMessage() + ")", broken);
    }
  }

  /// For people: which API server this is.
  default String description() {
    return switch (this) {
      case None _ -> "none";
      case Inside(String server, _) -> "the one it runs in, " + server;
      case Kubeconfig(Path file, Optional<String> context) ->
          file + context.map(name -> ", context " + name).orElse("");
    };
  }
}
