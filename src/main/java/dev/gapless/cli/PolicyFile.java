package dev.gapless.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gapless.policy.Policies;
import dev.gapless.policy.PolicyReader;
import dev.gapless.policy.RolloutPolicy;
import dev.gapless.rules.Catalog;
import dev.gapless.workload.WorkloadReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Reads policies from a YAML file.
final class PolicyFile {
  private static final JsonMapper JSON = new JsonMapper();

  private PolicyFile() {}

  /// Reads all policies of a file.
  ///
  /// @throws UsageException when the file cannot be read or holds something else
  static Policies read(Path file) {
    var policies = new ArrayList<RolloutPolicy>();
    var ids = Catalog.RULES.stream().map(rule -> rule.doc().id()).collect(Collectors.toSet());
    try {
      String text = Files.readString(file);
      for (Object document :
          new Load(LoadSettings.builder().setLabel(file.toString()).build())
              .loadAllFromString(text)) {
        JsonNode tree = JSON.valueToTree(document);
        switch (PolicyReader.read(tree, ids, WorkloadReader.KINDS)) {
          case PolicyReader.Valid(RolloutPolicy policy) -> policies.add(policy);
          case PolicyReader.Invalid(List<PolicyReader.Problem> problems) ->
              throw new UsageException(
                  problems.stream()
                      .map(problem -> file + ": " + problem)
                      .collect(Collectors.joining("\n")));
        }
      }
    } catch (IOException unreadable) {
      throw new UsageException(file + ": cannot be read: " + unreadable);
    } catch (YamlEngineException broken) {
      throw new UsageException(file + ": is no YAML: " + broken.getMessage());
    }
    if (policies.isEmpty()) {
      throw new UsageException(file + ": holds no RolloutPolicy");
    }
    return Policies.of(policies);
  }
}
