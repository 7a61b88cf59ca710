package dev.gapless.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.golden.GoldenCase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/// Reviews as an API server sends them: some recorded from one, and those with the objects of the
/// golden cases in their place.
final class Reviews {
  private static final JsonMapper JSON = new JsonMapper();
  private static final List<String> RECORDED =
      List.of(
          "create-deployment-plain",
          "update-deployment-plain",
          "delete-deployment-plain",
          "create-statefulset-db",
          "create-daemonset-agent",
          "create-service-web");

  private Reviews() {}

  /// All of them, in the same order every time.
  static List<ObjectNode> all() {
    List<ObjectNode> recorded = RECORDED.stream().map(Reviews::recorded).toList();
    var all = new ArrayList<>(recorded);
    for (GoldenCase golden : GoldenCase.all()) {
      ObjectNode review = recorded.get(golden.old().isPresent() ? 1 : 0).deepCopy();
      ObjectNode request = review.withObject("/request");
      ObjectNode object = golden.input();
      request.withObject("/kind").put("kind", object.path("kind").asText());
      request.set("object", object);
      golden.old().ifPresent(old -> request.set("oldObject", old));
      all.add(review);
    }
    return all;
  }

  private static ObjectNode recorded(String name) {
    try (var file = Reviews.class.getResourceAsStream(name + ".json")) {
      JsonNode review = JSON.readTree(file);
      return (ObjectNode) review;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + name, e);
    }
  }
}
