package dev.gapless.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.gapless.engine.JudgedKinds;
import dev.gapless.policy.Policies;
import dev.gapless.policy.PolicyReader;
import dev.gapless.policy.RolloutPolicy;
import dev.gapless.rules.Catalog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The policies of many cases in one, so that one server can be asked about all of them: each is
/// confined to a namespace of its own.
final class GoldenPolicies {
  private static final YAMLMapper YAML = new YAMLMapper();

  /// The namespace by a policy file's text.
  private final Map<String, String> namespaces = new LinkedHashMap<>();

  private final List<JsonNode> documents = new ArrayList<>();

  private GoldenPolicies() {}

  static GoldenPolicies of(List<GoldenCase> cases) {
    var policies = new GoldenPolicies();
    for (GoldenCase golden : cases) {
      policies.add(golden);
    }
    return policies;
  }

  private void add(GoldenCase golden) {
    Optional<String> text = text(golden);
    if (text.isEmpty() || namespaces.containsKey(text.get())) {
      return;
    }
    int number = namespaces.size() + 1;
    String namespace = "golden-policy-" + number;
    namespaces.put(text.get(), namespace);
    try (var values = YAML.readerFor(JsonNode.class).<ObjectNode>readValues(text.get())) {
      for (ObjectNode document : values.readAll()) {
        ObjectNode metadata = document.withObject("/metadata");
        metadata.put("name", metadata.path("name").asText() + "-" + number);
        document
            .withObject("/spec/match/namespaceSelector/matchLabels")
            .put("kubernetes.io/metadata.name", namespace);
        documents.add(document);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the policy of " + golden.name(), e);
    }
  }

  /// Where a case's own policy governs; empty where it has none.
  Optional<String> namespace(GoldenCase golden) {
    return text(golden).map(namespaces::get);
  }

  /// All namespaces in which one governs.
  Set<String> namespaces() {
    return Set.copyOf(namespaces.values());
  }

  /// All of them as a file's text; JSON is YAML.
  String text() {
    var text = new StringBuilder();
    documents.forEach(it -> text.append("---\n").append(it).append('\n'));
    return text.toString();
  }

  /// All of them, read.
  Policies policies() {
    var policies = new ArrayList<RolloutPolicy>();
    for (JsonNode document : documents) {
      switch (PolicyReader.read(document, Catalog.ids(), JudgedKinds.ALL)) {
        case PolicyReader.Valid(RolloutPolicy policy) -> policies.add(policy);
        case PolicyReader.Invalid(List<PolicyReader.Problem> problems) ->
            throw new IllegalStateException(document + ": " + problems);
      }
    }
    return Policies.of(policies);
  }

  private static Optional<String> text(GoldenCase golden) {
    Path file = golden.folder().resolve("policy.yaml");
    try {
      return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }
}
