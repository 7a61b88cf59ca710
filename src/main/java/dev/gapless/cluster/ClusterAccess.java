package dev.gapless.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.gapless.policy.Names;
import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
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

  /// Works out the access as kubectl does, for a person who asks about a cluster.
  static ClusterAccess asKubectl(
      Optional<Path> kubeconfig, Optional<String> context, Map<String, String> environment) {
    Path file = kubeconfig.orElseGet(() -> usualKubeconfig(environment));
    return kubeconfig.isEmpty()
            && Files.notExists(file)
            && of(kubeconfig, context, environment) instanceof Inside inside
        ? inside
        : new Kubeconfig(file, context);
  }

  private static Path usualKubeconfig(Map<String, String> environment) {
    String named = environment.getOrDefault("KUBECONFIG", "");
    if (!named.isEmpty()) {
      // kubectl merges several files; the first that is there is enough to find a context by name.
      List<Path> files =
          Arrays.stream(named.split(File.pathSeparator, -1))
              .filter(it -> !it.isEmpty())
              .map(Path::of)
              .toList();
      Optional<Path> first = files.stream().filter(Files::exists).findFirst();
      if (!files.isEmpty()) {
        return first.orElse(files.getFirst());
      }
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
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw new IllegalArgumentException(
          file
              + ": the kubeconfig "
              + (Files.isDirectory(file)
                  ? "is a folder"
                  : Files.exists(file) ? "cannot be read" : "does not exist")
              + "; name another one with --kubeconfig");
    }
    Config config;
    try {
      config = Config.fromKubeconfig(context.orElse(null), file.toFile());
    } catch (RuntimeException broken) {
      throw new IllegalArgumentException(
          file + ": is no kubeconfig (" + reason(broken) + ")", broken);
    }
    demandContext(file, context, config);
    return config;
  }

  // Without one the client would go to some server of its own choice.
  private static void demandContext(Path file, Optional<String> wanted, Config config) {
    List<String> known =
        Optional.ofNullable(config.getContexts()).orElse(List.of()).stream()
            .map(NamedContext::getName)
            .sorted()
            .toList();
    if (known.isEmpty()) {
      throw new IllegalArgumentException(file + ": is no kubeconfig (it names no context)");
    }
    NamedContext current = config.getCurrentContext();
    if (wanted.isPresent() && (current == null || !wanted.get().equals(current.getName()))) {
      throw new IllegalArgumentException(
          file
              + ": has no context \""
              + wanted.get()
              + "\""
              + Names.suggestion(wanted.get(), known)
              + "; its contexts are "
              + String.join(", ", known));
    }
    if (current == null) {
      throw new IllegalArgumentException(
          file
              + ": none of its contexts is the current one; name one with --context: "
              + String.join(", ", known));
    }
    if (config.getMasterUrl().equals(Config.DEFAULT_MASTER_URL + "/")) {
      throw new IllegalArgumentException(
          file
              + ": its context \""
              + current.getName()
              + "\" names the cluster \""
              + current.getContext().getCluster()
              + "\", of which it has no server");
    }
  }

  private static String reason(Throwable broken) {
    Throwable cause = broken;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return switch (cause) {
      case JsonProcessingException syntax ->
          syntax.getOriginalMessage().replaceAll("\\s*\\(start marker at .*", "")
              + Optional.ofNullable(syntax.getLocation())
                  .map(it -> ", line " + it.getLineNr())
                  .orElse("");
      // What the client makes of an empty file.
      case NullPointerException _ -> "it is empty";
      default -> String.valueOf(cause.getMessage()).strip().replaceAll("\\s+", " ");
    };
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
