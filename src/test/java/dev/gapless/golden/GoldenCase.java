package dev.gapless.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.cli.FileSurroundings;
import dev.gapless.engine.JudgedKinds;
import dev.gapless.engine.Namespace;
import dev.gapless.engine.Review;
import dev.gapless.manifest.ManifestFile;
import dev.gapless.manifest.ManifestObject;
import dev.gapless.manifest.ManifestReader;
import dev.gapless.manifest.YamlWriter;
import dev.gapless.neighbour.NeighbourReader;
import dev.gapless.neighbour.Surroundings;
import dev.gapless.policy.Mode;
import dev.gapless.policy.Policies;
import dev.gapless.policy.PolicyReader;
import dev.gapless.policy.RolloutPolicy;
import dev.gapless.rules.Catalog;
import dev.gapless.workload.Authorship;
import dev.gapless.workload.KubernetesVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// One folder under `src/test/cases`: an input, what is known around it, and what must come of it.
///
/// `input.yaml` holds the object, `old.yaml` makes it an update, `policy.yaml` replaces the
/// built-in policy, `around.yaml` holds the neighbours. `request.yaml` may hold `source` (`File`,
/// the default, or `ApiServer`), `kubernetesVersion`, `now` and `namespace: {labels, annotations}`;
/// with `admission: true` more may come after the object, as at an admission.
public record GoldenCase(Path folder) {
  /// Where all cases lie.
  public static final Path ROOT = Path.of("src/test/cases");

  /// The day on which cases happen that do not say when.
  private static final String DEFAULT_NOW = "2026-11-21T12:00:00Z";

  /// All cases, sorted by rule and name.
  public static List<GoldenCase> all() {
    try (Stream<Path> files = Files.walk(ROOT, 2)) {
      return files
          .filter(file -> Files.exists(file.resolve("input.yaml")))
          .map(GoldenCase::new)
          .sorted((a, b) -> a.folder().compareTo(b.folder()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list the golden cases in " + ROOT, e);
    }
  }

  /// The id of the rule that the case is about.
  public String rule() {
    return folder.getName(folder.getNameCount() - 2).toString();
  }

  /// `rule/case`.
  public String name() {
    return rule() + "/" + folder.getFileName();
  }

  /// The object to judge.
  public ObjectNode input() {
    return (ObjectNode) documents("input.yaml").getFirst();
  }

  /// The stored object, where the case is an update.
  public Optional<JsonNode> old() {
    return documents("old.yaml").stream().findFirst();
  }

  /// The neighbours.
  public List<JsonNode> around() {
    return documents("around.yaml");
  }

  /// A file of the case.
  public Path file(String name) {
    return folder.resolve(name);
  }

  /// Whether a server with the built-in policy can be asked the same question today.
  public boolean isForTheBuiltInPolicy() {
    return !Files.exists(file("policy.yaml"))
        && !Files.exists(file("around.yaml"))
        && request().path("now").isMissingNode()
        && request().path("namespace").isMissingNode()
        && kubernetes().atLeast(KubernetesVersion.SLEEP_ACTION);
  }

  /// Whether the case is judged by the built-in policy for the newest release, with nothing known
  /// around it.
  public boolean isPlain() {
    return isAboutFiles()
        && documents("input.yaml").stream()
            .noneMatch(it -> NeighbourReader.JUDGED.containsKey(it.path("kind").asText()))
        && !Files.exists(file("policy.yaml"))
        && !Files.exists(file("around.yaml"))
        && !Files.exists(file("request.yaml"));
  }

  /// Whether a command line that sees only files can be asked the same question.
  public boolean isAboutFiles() {
    return old().isEmpty()
        && source() == Authorship.Source.FILE
        && !request().path("admission").asBoolean()
        && request().path("namespace").path("annotations").isMissingNode()
        && request().path("admission").isMissingNode()
        && request().path("now").isMissingNode();
  }

  /// Where the object comes from.
  public Authorship.Source source() {
    return request().path("source").asText("File").equals("ApiServer")
        ? Authorship.Source.API_SERVER
        : Authorship.Source.FILE;
  }

  /// The namespace's labels and annotations.
  public Namespace namespace() {
    JsonNode namespace = request().path("namespace");
    return new Namespace(strings(namespace.path("labels")), strings(namespace.path("annotations")));
  }

  /// The release of the API server.
  public KubernetesVersion kubernetes() {
    return KubernetesVersion.parse(
            request().path("kubernetesVersion").asText(KubernetesVersion.NEWEST_KNOWN.toString()))
        .orElseThrow();
  }

  /// The case as the engine is asked.
  public Review review() {
    return review(input(), source());
  }

  /// The same question about another object.
  public Review review(JsonNode object, Authorship.Source source) {
    LocalDate today =
        LocalDate.ofInstant(
            Instant.parse(request().path("now").asText(DEFAULT_NOW)), ZoneOffset.UTC);
    return new Review(object, old(), source, namespace(), surroundings(), kubernetes(), today);
  }

  /// The same question about each of the neighbours that are judged themselves, as if it were
  /// written last: the input and the other neighbours stand around it then.
  public Map<ObjectNode, Review> reviewsOfNeighbours() {
    var reviews = new LinkedHashMap<ObjectNode, Review>();
    List<ManifestObject> all = new ArrayList<>(objects("input.yaml"));
    all.addAll(objects("around.yaml"));
    for (ManifestObject object : all) {
      if (NeighbourReader.JUDGED.containsKey(object.kind()) && !object.tree().equals(input())) {
        Review review = review();
        reviews.put(
            (ObjectNode) object.tree(),
            new Review(
                object.tree(),
                Optional.empty(),
                review.source(),
                review.namespace(),
                surroundings(all),
                review.kubernetes(),
                review.today()));
      }
    }
    return reviews;
  }

  /// The policies in force.
  public Policies policies() {
    List<JsonNode> documents = documents("policy.yaml");
    if (documents.isEmpty()) {
      return Policies.builtIn(Mode.ENFORCE);
    }
    var policies = new ArrayList<RolloutPolicy>();
    for (JsonNode document : documents) {
      switch (PolicyReader.read(document, Catalog.ids(), JudgedKinds.ALL)) {
        case PolicyReader.Valid(RolloutPolicy policy) -> policies.add(policy);
        case PolicyReader.Invalid(List<PolicyReader.Problem> problems) ->
            throw new IllegalStateException(name() + ": " + problems);
      }
    }
    return Policies.of(policies);
  }

  /// What must come of it; empty where nobody has written it yet.
  public Optional<JsonNode> expected() {
    return documents("expected.yaml").stream().findFirst();
  }

  /// Writes down what came of it.
  public void writeExpected(JsonNode expected) {
    try {
      Files.writeString(folder.resolve("expected.yaml"), YamlWriter.write(expected));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + folder.resolve("expected.yaml"), e);
    }
  }

  // As for everybody who knows of neighbours, the object is one of them: as it is stored.
  private Surroundings surroundings() {
    List<ManifestObject> all = new ArrayList<>(objects("around.yaml"));
    if (!all.isEmpty() && isAboutFiles()) {
      all.addAll(objects("input.yaml"));
    }
    all.addAll(all.isEmpty() ? List.of() : objects("old.yaml"));
    return surroundings(all);
  }

  private Surroundings surroundings(List<ManifestObject> objects) {
    Surroundings around = new FileSurroundings(objects, Map.of()).around();
    return request().path("admission").asBoolean() ? around.unsettled() : around;
  }

  private static Map<String, String> strings(JsonNode node) {
    var strings = new LinkedHashMap<String, String>();
    node.properties().forEach(it -> strings.put(it.getKey(), it.getValue().asText()));
    return strings;
  }

  private JsonNode request() {
    return documents("request.yaml").stream()
        .findFirst()
        .orElseGet(JsonNodeFactory.instance::objectNode);
  }

  private List<JsonNode> documents(String file) {
    return objects(file).stream().map(ManifestObject::tree).toList();
  }

  private List<ManifestObject> objects(String file) {
    Path path = folder.resolve(file);
    if (!Files.exists(path)) {
      return List.of();
    }
    ManifestFile read =
        new ManifestReader(Path.of(""), InputStream.nullInputStream()).read(path, path.toString());
    if (!read.problems().isEmpty()) {
      throw new IllegalStateException(read.problems().toString());
    }
    return read.objects();
  }
}
