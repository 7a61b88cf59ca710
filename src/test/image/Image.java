import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.RegistryImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.api.buildplan.Platform;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
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

/// What `.ci/image-test` needs of images: free ports, a base image, and an image's files.
final class Image {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MANIFESTS =
      "application/vnd.docker.distribution.manifest.v2+json,"
          + "application/vnd.oci.image.manifest.v1+json";
  private static final String JAVA_HOME = "/opt/java";

  // `libz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x…)` and `/lib64/ld-linux-x86-64.so.2 (0x…)`.
  private static final Pattern LIBRARY = Pattern.compile("(?:=>\\s+|^\\s+)(/\\S+) \\(0x");

  private Image() {}

  public static void main(String[] arguments) throws Exception {
    switch (arguments[0]) {
      case "ports" -> ports(Integer.parseInt(arguments[1]));
      case "base" -> base(arguments[1], Path.of(arguments[2]), Path.of(arguments[3]));
      case "unpack" -> unpack(arguments[1], Path.of(arguments[2]));
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
  private static void base(String image, Path jre, Path cache) throws Exception {
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
    builder.containerize(
        Containerizer.to(RegistryImage.named(image))
            .setAllowInsecureRegistries(true)
            .setBaseImageLayersCache(cache)
            .setApplicationLayersCache(cache));
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

  /// Lays out an image's files in a folder and prints how it is started.
  private static void unpack(String image, Path folder) throws IOException, InterruptedException {
    int slash = image.indexOf('/');
    int colon = image.lastIndexOf(':');
    String repository =
        "http://" + image.substring(0, slash) + "/v2/" + image.substring(slash + 1, colon);
    JsonNode manifest =
        JSON.readTree(get(repository + "/manifests/" + image.substring(colon + 1)));
    Files.createDirectories(folder);
    for (JsonNode layer : manifest.path("layers")) {
      Process tar =
          new ProcessBuilder("tar", "-xz", "--no-same-owner", "-f", "-", "-C", folder.toString())
              // It tells of every header that it does not know.
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (var blob = get(repository + "/blobs/" + layer.path("digest").asText());
          var input = tar.getOutputStream()) {
        blob.transferTo(input);
      }
      if (tar.waitFor() != 0) {
        throw new IllegalStateException("cannot unpack " + layer);
      }
    }
    JsonNode config =
        JSON.readTree(
                get(repository + "/blobs/" + manifest.path("config").path("digest").asText()))
            .path("config");
    for (String key : List.of("User", "Entrypoint", "Env")) {
      JsonNode value = config.path(key);
      if (value.isArray()) {
        value.forEach(it -> System.out.println(key + " " + it.asText()));
      } else {
        System.out.println(key + " " + value.asText());
      }
    }
  }

  private static InputStream get(String url) throws IOException, InterruptedException {
    var response =
        HTTP.send(
            HttpRequest.newBuilder(URI.create(url)).header("Accept", MANIFESTS).build(),
            BodyHandlers.ofInputStream());
    if (response.statusCode() != 200) {
      throw new IOException(url + " was answered " + response.statusCode());
    }
    return response.body();
  }
}
