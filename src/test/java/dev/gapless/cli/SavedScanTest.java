package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.engine.Consequence;
import dev.gapless.engine.Judgement;
import dev.gapless.manifest.ManifestObject;
import dev.gapless.manifest.Position;
import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.workload.FieldPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SavedScanTest {
  private static final ScanScope ALL = new ScanScope(Optional.empty(), Optional.of("app=web"));
  private static final Path FILE = Path.of("saved.json");

  @TempDir private Path directory;

  @Test
  void whatIsSavedIsRead() {
    CheckReport report = report(finding("shop", "web", "a", Consequence.DENIED));
    SavedScan.of(ALL, report).write(directory, FILE);
    SavedScan read = SavedScan.read(directory, FILE);
    assertEquals(ALL, read.scope());
    assertEquals(new SavedScan.Comparison(List.of(false), List.of()), read.compare(report));
  }

  @Test
  void newAndGoneAreToldApartAndRepeatedOnesCounted() {
    CheckReport.Entry one = finding("shop", "web", "a", Consequence.DENIED);
    CheckReport.Entry other = finding("shop", "api", "a", Consequence.DENIED);
    // What it leads to is no part of what it is.
    CheckReport.Entry warned = finding("shop", "web", "a", Consequence.WARNED);
    SavedScan earlier = SavedScan.of(ALL, report(one, one, other));
    SavedScan.Comparison comparison =
        earlier.compare(report(warned, finding("shop", "web", "b", Consequence.DENIED)));
    assertEquals(List.of(false, true), comparison.isNew());
    assertEquals(
        List.of("shop/Deployment/web: spec.replicas [a]", "shop/Deployment/api: spec.replicas [a]"),
        comparison.gone().stream().map(SavedScan.Known::toString).toList());
    assertEquals(1, comparison.newOnes());
    assertEquals(1, comparison.same());
  }

  @Test
  void whatIsNoSavedScanIsSaid() throws IOException {
    assertMessage("saved.json: no such file; write it with --save first");
    Files.writeString(directory.resolve(FILE), "{\"version\": 1}");
    assertMessage("saved.json: must be what --save wrote: kind GaplessScan, version 1");
    Files.writeString(directory.resolve(FILE), "{");
    assertTrue(message().startsWith("saved.json: must be what --save wrote: "), message());
  }

  @Test
  void theSummaryIsByNamespaceAndRule() {
    List<CheckReport.Entry> findings =
        List.of(
            finding("shop", "web", "a", Consequence.DENIED),
            finding("shop", "api", "a", Consequence.DENIED),
            finding("shop", "api", "a", Consequence.RECORDED),
            finding("books", "api", "longer-rule", Consequence.WARNED));
    assertEquals(
        List.of(
            "NAMESPACE  RULE         DENIED  WARNED  PATCHED  RECORDED",
            "books      longer-rule       0       1        0         0",
            "shop       a                 2       0        0         1"),
        ScanSummary.of(findings).lines());
    assertEquals(List.of(), ScanSummary.of(List.of()).lines());
  }

  @Test
  void aPlaceWithoutTextHasNoLine() {
    CheckReport report = report(finding("shop", "web", "a", Consequence.DENIED));
    assertEquals(
        "shop/Deployment/web: spec.replicas: must be more [a]",
        new TextReport(false).line(report.findings().getFirst()));
    assertTrue(!JsonReport.of(report).at("/findings/0").has("line"));
    ObjectNode location =
        (ObjectNode) SarifReport.of(report, TestRules.ALL).at("/runs/0/results/0/locations/0");
    assertTrue(!location.has("physicalLocation") && location.has("logicalLocations"));
  }

  private void assertMessage(String message) {
    assertEquals(message, message());
  }

  private String message() {
    var refusal = assertThrows(UsageException.class, () -> SavedScan.read(directory, FILE));
    return String.valueOf(refusal.getMessage());
  }

  private static CheckReport report(CheckReport.Entry... findings) {
    return new CheckReport(1, List.of(findings), List.of(), List.of(), List.of());
  }

  private static CheckReport.Entry finding(
      String namespace, String name, String rule, Consequence consequence) {
    ObjectNode object =
        JsonNodeFactory.instance
            .objectNode()
            .put("apiVersion", "apps/v1")
            .put("kind", "Deployment");
    object.putObject("metadata").put("namespace", namespace).put("name", name);
    var judgement =
        new Judgement(
            rule,
            Finding.of(FieldPath.of("spec", "replicas"), "must be more"),
            consequence,
            Optional.empty(),
            Optional.empty());
    return new CheckReport.Entry(
        namespace + "/Deployment/" + name,
        Position.NONE,
        ManifestObject.withoutText(object),
        judgement,
        Mode.ENFORCE);
  }
}
