package dev.gapless.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.manifest.ManifestFile;
import dev.gapless.manifest.ManifestObject;
import dev.gapless.manifest.ManifestReader;
import dev.gapless.manifest.YamlWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// One folder under `src/test/well-configured`: a manifest as a good team writes it, and what may
/// be said of it.
///
/// `manifest.yaml` holds the workload and its neighbours; `accepted.yaml` lists each finding in it
/// that is right, with the reason.
record WellConfigured(Path folder) {
  private static final Path ROOT = Path.of("src/test/well-configured");

  /// A finding, and why it is right to report it.
  record Accepted(String rule, String object, String path, String consequence, String reason) {
    /// The same finding without the reason.
    String finding() {
      return object + " " + path + " [" + rule + "] " + consequence;
    }
  }

  /// All of them, sorted by name.
  static List<WellConfigured> all() {
    try (Stream<Path> folders = Files.list(ROOT)) {
      return folders.filter(Files::isDirectory).sorted().map(WellConfigured::new).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + ROOT, e);
    }
  }

  String name() {
    return folder.getFileName().toString();
  }

  Path manifest() {
    return folder.resolve("manifest.yaml");
  }

  List<JsonNode> objects() {
    return read(manifest());
  }

  /// The findings that are accepted; none where nobody has written the file yet.
  List<Accepted> accepted() {
    var accepted = new ArrayList<Accepted>();
    Path file = acceptedFile();
    if (Files.exists(file)) {
      for (JsonNode it : read(file).getFirst().path("accepted")) {
        accepted.add(
            new Accepted(
                it.path("rule").asText(),
                it.path("object").asText(),
                it.path("path").asText(),
                it.path("consequence").asText(),
                it.path("reason").asText()));
      }
    }
    return accepted;
  }

  void writeAccepted(List<Accepted> findings) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    ArrayNode accepted = root.putArray("accepted");
    for (Accepted it : findings) {
      accepted
          .addObject()
          .put("rule", it.rule())
          .put("object", it.object())
          .put("path", it.path())
          .put("consequence", it.consequence())
          .put("reason", it.reason());
    }
    try {
      Files.writeString(acceptedFile(), YamlWriter.write(root));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + acceptedFile(), e);
    }
  }

  private Path acceptedFile() {
    return folder.resolve("accepted.yaml");
  }

  private static List<JsonNode> read(Path path) {
    ManifestFile file =
        new ManifestReader(Path.of(""), InputStream.nullInputStream()).read(path, path.toString());
    if (!file.problems().isEmpty()) {
      throw new IllegalStateException(file.problems().toString());
    }
    return file.objects().stream().map(ManifestObject::tree).toList();
  }
}
