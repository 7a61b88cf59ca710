package dev.gapless.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CatalogTest {
  private static final Path SOURCES = Path.of("src/main/java/dev/gapless/rules");

  @Test
  void everyRuleClassStandsInTheCatalogOnce() throws IOException {
    Set<String> files;
    try (var sources = Files.list(SOURCES)) {
      files =
          sources
              .filter(CatalogTest::isRule)
              .map(file -> file.getFileName().toString().replace(".java", ""))
              .collect(Collectors.toSet());
    }
    Set<String> listed =
        Catalog.RULES.stream().map(it -> it.getClass().getSimpleName()).collect(Collectors.toSet());
    assertEquals(files, listed, "add the rule to Catalog.RULES, or remove its class");
    assertEquals(Catalog.RULES.size(), listed.size());
  }

  // Beside the rules stand what several of them look at.
  private static boolean isRule(Path source) {
    try {
      return Files.readString(source).contains(" implements Rule {");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + source, e);
    }
  }

  @Test
  void anIdIsTheClassNameInKebabCase() {
    for (Rule rule : Catalog.RULES) {
      String kebab =
          rule.getClass()
              .getSimpleName()
              .replaceAll("(?<=.)([A-Z])", "-$1")
              .toLowerCase(Locale.ROOT);
      assertEquals(kebab, rule.doc().id());
    }
  }

  @Test
  void everyRuleIsDocumented() {
    for (Rule rule : Catalog.RULES) {
      RuleDoc doc = rule.doc();
      assertFalse(doc.title().endsWith("."), doc.id());
      assertTrue(doc.why().length() > 100, doc.id());
      assertTrue(doc.remedy().length() > 50, doc.id());
      assertFalse(doc.references().isEmpty(), doc.id());
    }
  }

  /// Policies and exemptions name them: a rule that goes or is renamed breaks somebody's.
  @Test
  void theRulesThatPoliciesMayNameAreAllThere() {
    Set<String> promised =
        Set.of(
            "liveness-same-as-readiness",
            "liveness-kills-slow-start",
            "probe-timeout-exceeds-period",
            "min-ready-seconds-zero",
            "progress-deadline-too-short",
            "exec-hook-unsafe",
            "pre-stop-sleep-too-short",
            "load-balancer-delay",
            "service-selects-nothing",
            "service-port-unmatched",
            "service-mixes-workloads",
            "not-ready-published",
            "external-traffic-local",
            "pre-stop-outlives-grace",
            "sidecar-dies-first",
            "surge-cannot-schedule",
            "single-replica",
            "rollback-history-missing",
            "statefulset-loses-quorum",
            "daemonset-has-gap",
            "rollout-paused",
            "spread-missing",
            "readiness-probe-missing",
            "worker-readiness-probe-missing",
            "readiness-probe-partial",
            "readiness-port-undeclared",
            "pre-stop-sleep-missing",
            "grace-period-too-short",
            "rollout-loses-capacity",
            "recreate-strategy");
    assertEquals(promised, Catalog.ids(), "list a new rule here; keep the id of an old one");
  }
}
