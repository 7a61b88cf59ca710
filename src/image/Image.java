import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.RegistryImage;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.api.buildplan.Platform;
import com.google.cloud.tools.jib.frontend.CredentialRetrieverFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What `make image` and its test do with images: lay one out, add a layer, make a base.
final class Image {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String JAVA_HOME = "/opt/java";

  // `libz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x…)` and `/lib64/ld-linux-x86-64.so.2 (0x…)`.
  private static final Pattern LIBRARY = Pattern.compile("(?:=>\\s+|^\\s+)(/\\S+) \\(0x");

  private Image() {}

  public static void main(String[] arguments) throws Exception {
    switch (arguments[0]) {
      case "ports" -> ports(Integer.parseInt(arguments[1]));
      case "base" -> base(arguments[1], Path.of(arguments[2]), Path.of(arguments[3]));
      case "unpack" -> unpack(arguments[1], Path.of(arguments[2]));
      case "add" -> add(arguments[1], Path.of(arguments[2]), arguments[3], Path.of(arguments[4]));
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  /// Prints ports that nobody listens on.
  private static void ports(int count) throws IOException {
    var sockets = new ArrayList<ServerSocket>();
    for (int i = 0; i < count; i++) {
      sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
    }
    var ports = sockets.stream().map(it -> Integer.toString(it.getLocalPort())).toList();
    for (ServerSocket socket : sockets) {
      socket.close();
    }
    System.out.println(String.join(" ", ports));
  }

  /// Pushes an image of a JRE and the libraries of this machine that it needs.
  private static void base(String image, Path jre, Path folder) throws Exception {
    var java = FileEntriesLayer.builder().setName("jre");
    java.addEntryRecursive(
        jre,
        AbsoluteUnixPath.get(JAVA_HOME),
        (file, _) -> FilePermissions.fromPosixFilePermissions(permissions(file)));
    var system = FileEntriesLayer.builder().setName("system");
    for (String library : libraries(jre)) {
      system.addEntry(
          Path.of(library), AbsoluteUnixPath.get(library), FilePermissions.fromOctalString("755"));
    }
    Path passwd = Files.createTempFile("passwd", "");
    Files.writeString(
        passwd, "root:x:0:0::/:/sbin/nologin\nnonroot:x:65532:65532::/tmp:/sbin/nologin\n");
    system.addEntry(passwd, AbsoluteUnixPath.get("/etc/passwd"));
    system.addEntry(
        Files.createTempDirectory("tmp"),
        AbsoluteUnixPath.get("/tmp"),
        FilePermissions.fromOctalString("777"));
    JibContainerBuilder builder =
        Jib.fromScratch()
            .setPlatforms(Set.of(new Platform(architecture(), "linux")))
            .setEnvironment(Map.of("JAVA_HOME", JAVA_HOME, "PATH", JAVA_HOME + "/bin"))
            .setFileEntriesLayers(List.of(java.build(), system.build()));
    containerize(builder, Containerizer.to(registry(image)), folder);
    Files.delete(passwd);
  }

  private static Set<java.nio.file.attribute.PosixFilePermission> permissions(Path file) {
    try {
      return Files.getPosixFilePermissions(file);
    } catch (IOException e) {
      throw new IllegalStateException("cannot read " + file, e);
    }
  }

  // As Go names them, which the registries' world does too.
  private static String architecture() {
    return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
  }

  private static Set<String> libraries(Path jre) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("ldd", jre.resolve("bin/java").toString()));
    try (Stream<Path> files = Files.walk(jre.resolve("lib"))) {
      files.map(Path::toString).filter(it -> it.endsWith(".so")).forEach(command::add);
    }
    // A library that is not there, such as a desktop's, is one that a server does not need.
    Process ldd = new ProcessBuilder(command).redirectErrorStream(true).start();
    var found = new TreeSet<String>();
    try (var lines = ldd.inputReader()) {
      for (String line; (line = lines.readLine()) != null; ) {
        Matcher matcher = LIBRARY.matcher(line);
        if (matcher.find() && !matcher.group(1).startsWith(jre.toString())) {
          found.add(matcher.group(1));
        }
      }
    }
    ldd.waitFor();
    return found;
  }

  /// Lays out an image of a registry: its files in `root`, how it is started in `config`.
  private static void unpack(String image, Path folder) throws Exception {
    Path root = Files.createDirectories(folder.resolve("root"));
    Path layers = Files.createDirectories(folder.resolve("layers"));
    Path tar = layers.resolve("image.tar");
    containerize(from(image), Containerizer.to(TarImage.at(tar).named(image)), folder);
    run("tar", "-x", "-f", tar.toString(), "-C", layers.toString());
    JsonNode manifest = JSON.readTree(layers.resolve("manifest.json").toFile()).path(0);
    for (JsonNode layer : manifest.path("Layers")) {
      // What a later layer deletes stays, which no start notices.
      run(
          "tar",
          "-xz",
          "--no-same-owner",
          "--exclude=.wh.*",
          "-f",
          layers.resolve(layer.asText()).toString(),
          "-C",
          root.toString());
    }
    JsonNode config = JSON.readTree(layers.resolve(manifest.path("Config").asText()).toFile());
    var lines = new ArrayList<>(List.of("Architecture " + config.path("architecture").asText()));
    for (String key : List.of("User", "Entrypoint", "Env")) {
      JsonNode value = config.path("config").path(key);
      if (value.isArray()) {
        value.forEach(it -> lines.add(key + " " + it.asText()));
      } else {
        lines.add(key + " " + value.asText());
      }
    }
    Files.write(folder.resolve("config"), lines);
  }

  /// Adds one file to an image of a registry, as a layer.
  private static void add(String image, Path file, String path, Path folder) throws Exception {
    containerize(
        from(image)
            .addFileEntriesLayer(
                FileEntriesLayer.builder()
                    .setName(path)
                    .addEntry(file, AbsoluteUnixPath.get(path))
                    .build()),
        Containerizer.to(registry(image)),
        folder);
  }

  private static JibContainerBuilder from(String image) throws Exception {
    return Jib.from(registry(image)).setPlatforms(Set.of(new Platform(architecture(), "linux")));
  }

  // With what Quarkus pushed it: the two variables, or what Docker's own configuration says.
  private static RegistryImage registry(String image) throws Exception {
    RegistryImage registry = RegistryImage.named(image);
    String user = System.getenv("QUARKUS_CONTAINER_IMAGE_USERNAME");
    String password = System.getenv("QUARKUS_CONTAINER_IMAGE_PASSWORD");
    if (user != null && password != null) {
      return registry.addCredential(user, password);
    }
    var retrievers = CredentialRetrieverFactory.forImage(ImageReference.parse(image), _ -> {});
    String folder = System.getenv("DOCKER_CONFIG");
    if (folder != null) {
      registry.addCredentialRetriever(retrievers.dockerConfig(Path.of(folder, "config.json")));
    }
    return registry
        .addCredentialRetriever(retrievers.dockerConfig())
        .addCredentialRetriever(retrievers.wellKnownCredentialHelpers());
  }

  private static void containerize(JibContainerBuilder builder, Containerizer to, Path folder)
      throws Exception {
    Path cache = folder.resolve("cache");
    builder.containerize(
        to.setAllowInsecureRegistries(Boolean.getBoolean("insecure"))
            .setBaseImageLayersCache(cache)
            .setApplicationLayersCache(cache));
  }

  private static void run(String... command) throws IOException, InterruptedException {
    // tar tells of every header that it does not know.
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    if (process.waitFor() != 0) {
      throw new IllegalStateException("failed: " + String.join(" ", command));
    }
  }
}
