package dev.gapless.kube;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// etcd and kube-apiserver on loopback, with an administrator's access to them.
public final class KubeApiServer implements AutoCloseable {
  private static final Path ROLLOUTS = Path.of("src", "test", "resources", "rollout-crd.yaml");
  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final Duration REQUEST_LIMIT = Duration.ofSeconds(30);
  private static final Duration PROGRAM_LIMIT = Duration.ofMinutes(1);
  private static final int ATTEMPTS = 3;

  /// `299 - "text"`, the text with quotes and backslashes escaped.
  private static final Pattern WARNING = Pattern.compile("299 \\S+ \"((?:[^\"\\\\]|\\\\.)*)\"");

  private static final JsonMapper JSON = new JsonMapper();

  /// What the audit log holds: changes of what is judged, with the webhooks' annotations, and of
  /// policies.
  private static final String AUDIT_POLICY =
      """
      apiVersion: audit.k8s.io/v1
      kind: Policy
      omitStages: [RequestReceived]
      rules:
        - level: Metadata
          verbs: [create, update, patch]
          resources:
            - {group: apps, resources: [deployments]}
            - {group: gapless.dev}
        - level: None
      """;

  private final KubePrograms programs;
  private final Path folder;
  private final List<ChildProcess> children;
  private final List<String> command;
  private final URI url;
  private final String token;
  private final HttpClient client;

  private KubeApiServer(
      KubePrograms programs,
      Path folder,
      List<ChildProcess> children,
      List<String> command,
      URI url,
      String token,
      HttpClient client) {
    this.programs = programs;
    this.folder = folder;
    this.children = children;
    this.command = command;
    this.url = url;
    this.token = token;
    this.client = client;
  }

  /// Starts both and waits until they are ready.
  public static KubeApiServer start() {
    KubePrograms programs =
        KubePrograms.find().orElseThrow(() -> new IllegalStateException(KubePrograms.MISSING));
    for (int attempt = 1; ; attempt++) {
      try {
        return start(programs);
      } catch (IllegalStateException failed) {
        // A free port is anybody's until it is taken: then others may do.
        if (attempt == ATTEMPTS || !String.valueOf(failed.getMessage()).contains("in use")) {
          throw failed;
        }
      }
    }
  }

  private static KubeApiServer start(KubePrograms programs) {
    var children = new CopyOnWriteArrayList<ChildProcess>();
    Path folder = temporaryFolder();
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().unstarted(() -> end(children, folder)));
    try {
      String token = UUID.randomUUID().toString();
      Files.writeString(folder.resolve("tokens.csv"), token + ",admin,admin,\"system:masters\"\n");
      KeyPair serviceAccounts = keyPair();
      pem(folder.resolve("service-accounts.key"), "PRIVATE KEY", serviceAccounts.getPrivate());
      pem(folder.resolve("service-accounts.pub"), "PUBLIC KEY", serviceAccounts.getPublic());
      List<Integer> ports = freePorts(3);
      String etcd = "http://127.0.0.1:" + ports.get(0);
      URI url = URI.create("https://127.0.0.1:" + ports.get(2));
      children.add(
          ChildProcess.start(
              "etcd", folder, etcd(programs, etcd, "http://127.0.0.1:" + ports.get(1))));
      Files.writeString(folder.resolve("audit-policy.yaml"), AUDIT_POLICY);
      List<String> command = apiServer(programs, etcd, url.getPort());
      children.add(ChildProcess.start("kube-apiserver", folder, command));
      Path certificate = folder.resolve("certificates/apiserver.crt");
      Await.until(
          "kube-apiserver's certificate",
          START_LIMIT,
          () -> {
            children.forEach(ChildProcess::demandThatItRuns);
            return Files.exists(certificate);
          });
      var server =
          new KubeApiServer(programs, folder, children, command, url, token, client(certificate));
      Await.until("kube-apiserver to be ready", START_LIMIT, server::isReady);
      server.writeKubeconfig(certificate);
      return server;
    } catch (IOException e) {
      end(children, folder);
      throw new UncheckedIOException("cannot prepare an API server in " + folder, e);
    } catch (RuntimeException e) {
      end(children, folder);
      throw e;
    }
  }

  private static List<String> etcd(KubePrograms programs, String clients, String peers) {
    return List.of(
        programs.etcd(),
        "--data-dir=etcd",
        "--unsafe-no-fsync",
        "--log-level=warn",
        "--listen-client-urls=" + clients,
        "--advertise-client-urls=" + clients,
        "--listen-peer-urls=" + peers,
        "--initial-advertise-peer-urls=" + peers,
        "--initial-cluster=default=" + peers);
  }

  private static List<String> apiServer(KubePrograms programs, String etcd, int port) {
    return List.of(
        programs.apiServer(),
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        "--endpoint-reconciler-type=none",
        "--secure-port=" + port,
        "--etcd-servers=" + etcd,
        "--cert-dir=certificates",
        "--token-auth-file=tokens.csv",
        "--audit-policy-file=audit-policy.yaml",
        "--audit-log-path=audit.log",
        "--audit-log-mode=blocking",
        "--authorization-mode=RBAC",
        "--service-account-issuer=https://kubernetes.default.svc",
        "--service-account-key-file=service-accounts.pub",
        "--service-account-signing-key-file=service-accounts.key",
        "--service-cluster-ip-range=10.96.0.0/16",
        "--allow-privileged=true");
  }

  private boolean isReady() {
    children.forEach(ChildProcess::demandThatItRuns);
    try {
      return send("GET", "/readyz", "", "").status() == 200
          && send("GET", "/api/v1/namespaces/default", "", "").accepted();
    } catch (UncheckedIOException _) {
      return false;
    }
  }

  /// Its release, such as 1.34.
  public String version() {
    JsonNode version = send("GET", "/version", "", "").body();
    return version.path("major").asText() + "." + version.path("minor").asText();
  }

  /// The kubeconfig of an administrator.
  public Path kubeconfig() {
    return folder.resolve("kubeconfig");
  }

  /// The API server's process, without etcd's.
  public ProcessHandle process() {
    return children.get(1).program().orElseThrow();
  }

  /// A folder for what belongs to this server; it goes with it.
  public Path folder() {
    return folder;
  }

  /// What it and etcd have logged.
  public String log() {
    return children.stream().map(ChildProcess::log).reduce("", String::concat);
  }

  /// What the API server has written to its audit log: one JSON document a line.
  public List<JsonNode> audit() {
    try (Stream<String> lines = Files.lines(folder.resolve("audit.log"))) {
      return lines.map(KubeApiServer::json).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the audit log", e);
    }
  }

  /// Ends the API server, without a word to its clients; etcd keeps what it has stored.
  public void stop() {
    ChildProcess running = children.remove(1);
    running.kill();
    running.close();
  }

  /// Starts it again where it was and waits until it is ready.
  public void startAgain() {
    children.add(1, ChildProcess.start("kube-apiserver", folder, command));
    Await.until("kube-apiserver to be ready again", START_LIMIT, this::isReady);
  }

  /// Makes a namespace.
  public void createNamespace(String name) {
    String body =
        "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"%s\"}}"
            .formatted(name);
    ApiResponse response = send("POST", "/api/v1/namespaces", "application/json", body);
    if (!response.accepted()) {
      throw new IllegalStateException("cannot make namespace " + name + ": " + response.message());
    }
  }

  /// Makes a kubeconfig for a ServiceAccount.
  public Path kubeconfigOf(String namespace, String account) {
    ApiResponse response =
        send(
            "POST",
            "/api/v1/namespaces/" + namespace + "/serviceaccounts/" + account + "/token",
            "application/json",
            "{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":\"TokenRequest\",\"spec\":{}}");
    if (!response.accepted()) {
      throw new IllegalStateException("no token for " + account + ": " + response.message());
    }
    Path file = folder().resolve("kubeconfig-" + namespace + "-" + account);
    try {
      Files.writeString(
          file,
          Files.readString(kubeconfig())
              .replaceFirst(
                  "token: [^}]+", "token: " + response.body().at("/status/token").asText()));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
    return file;
  }

  /// Defines Argo's Rollout, unless it is there, and waits until it is served.
  public void defineRollouts() {
    String definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    if (send("GET", definitions + "/rollouts.argoproj.io", "", "").status() == 404) {
      ApiResponse response = send("POST", definitions, "application/yaml", text(ROLLOUTS));
      if (!response.accepted()) {
        throw new IllegalStateException("cannot define Rollouts: " + response.message());
      }
    }
    Await.until(
        "Rollouts to be served",
        START_LIMIT,
        () -> send("GET", "/apis/argoproj.io/v1alpha1/rollouts", "", "").accepted());
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  /// Sends a request as administrator.
  ///
  /// @param path with its query
  /// @param body left out where empty
  public ApiResponse send(String method, String path, String contentType, String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url.resolve(path))
            .timeout(REQUEST_LIMIT)
            .header("Authorization", "Bearer " + token)
            .header("Accept", "application/json")
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (!contentType.isEmpty()) {
      request.header("Content-Type", contentType);
    }
    try {
      HttpResponse<String> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return new ApiResponse(
          response.statusCode(),
          json(response.body()),
          response.headers().allValues("Warning").stream()
              .flatMap(it -> WARNING.matcher(it).results())
              .map(it -> it.group(1).replaceAll("\\\\(.)", "$1"))
              // The JDK's client takes each byte of a header for a character.
              .map(it ->
                  new String(it.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8))
              .toList());
    } catch (IOException e) {
      throw new UncheckedIOException(method + " " + path + " got no answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(method + " " + path + " was interrupted", e);
    }
  }

  // /readyz answers in plain text.
  private static JsonNode json(String body) {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException _) {
      return JSON.getNodeFactory().textNode(body);
    }
  }

  /// Runs kubectl as administrator.
  public KubectlResult kubectl(String... arguments) {
    return kubectlWith("", arguments);
  }

  /// Runs kubectl as administrator with something to read: `apply -f -`.
  public KubectlResult kubectlWith(String input, String... arguments) {
    // Below 1.31 it takes for JSON whatever begins with a brace.
    String document = input.startsWith("{") ? "---\n" + input : input;
    return run("kubectl", programs.kubectl(), document, arguments);
  }

  /// Runs helm as administrator.
  public KubectlResult helm(String... arguments) {
    return helmWith("", arguments);
  }

  /// Runs helm as administrator with something to read: `template … --values -`.
  public KubectlResult helmWith(String input, String... arguments) {
    return run("helm", programs.helm(), input, arguments);
  }

  private KubectlResult run(String name, String program, String input, String... arguments) {
    var command = new ArrayList<>(List.of(program, "--kubeconfig", kubeconfig() + ""));
    command.addAll(List.of(arguments));
    try {
      Path stdout = Files.createTempFile(folder, name, ".out");
      Path stderr = Files.createTempFile(folder, name, ".err");
      Path stdin = Files.createTempFile(folder, name, ".in");
      Files.writeString(stdin, input);
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectInput(stdin.toFile())
              .redirectOutput(stdout.toFile())
              .redirectError(stderr.toFile());
      // Its caches and leftovers belong to this server and not to the developer.
      builder
          .environment()
          .putAll(
              Map.of(
                  "HOME",
                  folder.toString(),
                  "TMPDIR",
                  folder.toString(),
                  // Makes the input of `kubectl edit` a sed script.
                  "KUBE_EDITOR",
                  "sed -i.before -f /dev/stdin"));
      builder
          .environment()
          .keySet()
          .removeIf(it -> it.startsWith("HELM_") || it.startsWith("XDG_"));
      Process process = builder.start();
      if (!process.waitFor(PROGRAM_LIMIT)) {
        process.destroyForcibly();
        throw new IllegalStateException(name + " still ran after " + PROGRAM_LIMIT);
      }
      return new KubectlResult(
          process.exitValue(), Files.readString(stdout), Files.readString(stderr));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + name, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(name + " was interrupted", e);
    }
  }

  /// Whether this is our own build of the programs: assets that others make hold neither helm nor a
  /// controller manager.
  public boolean hasAllPrograms() {
    return programs.hold("helm") && programs.hold("kube-controller-manager");
  }

  /// Starts some of Kubernetes' controllers; they run until the result is closed.
  ///
  /// @param names as `kube-controller-manager --controllers` knows them
  public ChildProcess startControllers(String... names) {
    ChildProcess controllers =
        ChildProcess.start(
            "kube-controller-manager",
            folder,
            List.of(
                programs.controllerManager(),
                "--kubeconfig=" + kubeconfig(),
                "--controllers=" + String.join(",", names),
                "--leader-elect=false",
                "--secure-port=0"));
    children.add(controllers);
    return controllers;
  }

  @Override
  public void close() {
    client.shutdownNow();
    end(children, folder);
  }

  private static void end(List<ChildProcess> children, Path folder) {
    children.reversed().forEach(ChildProcess::close);
    discard(folder);
  }

  private void writeKubeconfig(Path certificate) throws IOException {
    Files.writeString(
        kubeconfig(),
        """
        apiVersion: v1
        kind: Config
        current-context: test
        contexts:
          - {name: test, context: {cluster: test, user: admin}}
        clusters:
          - {name: test, cluster: {server: "%s", certificate-authority-data: %s}}
        users:
          - {name: admin, user: {token: %s}}
        """
            .formatted(
                url, Base64.getEncoder().encodeToString(Files.readAllBytes(certificate)), token));
  }

  private static HttpClient client(Path certificate) {
    return HttpClient.newBuilder().sslContext(trusting(certificate)).build();
  }

  /// TLS that trusts the certificates in a PEM file and no others.
  public static SSLContext trusting(Path certificates) {
    try (var pem = Files.newInputStream(certificates)) {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      for (Certificate it : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
        trusted.setCertificateEntry("ca-" + trusted.size(), it);
      }
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("cannot trust " + certificates, e);
    }
  }

  private static KeyPair keyPair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK makes EC keys", e);
    }
  }

  private static void pem(Path file, String type, Key key) throws IOException {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
    Files.writeString(
        file, "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(type, text, type));
  }

  private static List<Integer> freePorts(int count) throws IOException {
    var sockets = new ArrayList<ServerSocket>();
    try {
      for (int i = 0; i < count; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      return sockets.stream().map(ServerSocket::getLocalPort).toList();
    } finally {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
  }

  private static Path temporaryFolder() {
    try {
      return Files.createTempDirectory("gapless-kube");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a temporary folder", e);
    }
  }

  private static void discard(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException _) {
      // What is left is the temporary folder's own to clean.
    }
  }
}
