package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gapless.policy.Policies;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnnouncementTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "matchLabels: {team: shop}",
        "matchExpressions: [{key: team, operator: In, values: [shop]}]",
        "matchExpressions: [{key: team, operator: NotIn, values: [shop]}]",
        "matchExpressions: [{key: team, operator: Exists}]",
        "matchExpressions: [{key: team, operator: DoesNotExist}]"
      })
  void aNamespaceLabelThatTheServerCannotSeeIsNamed(String selector) throws Exception {
    assertEquals(Map.of("shop", Set.of("team")), Announcement.unknownLabels(policies(selector)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"matchLabels: {kubernetes.io/metadata.name: shop}", "matchLabels: {}"})
  void whatTheServerCanSeeIsNotNamed(String selector) throws Exception {
    assertEquals(Map.of(), Announcement.unknownLabels(policies(selector)));
  }

  private Policies policies(String namespaceSelector) throws Exception {
    return PolicyFile.read(
        Files.writeString(
            folder.resolve("policy.yaml"),
            """
            apiVersion: gapless.dev/v1alpha1
            kind: RolloutPolicy
            metadata: {name: shop}
            spec:
              mode: Warn
              match:
                objectSelector: {matchLabels: {tier: web}}
                namespaceSelector:
                  %s
            """
                .formatted(namespaceSelector)));
  }
}
