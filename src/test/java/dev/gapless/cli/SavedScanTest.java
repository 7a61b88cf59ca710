package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.gapless.engine.Consequence;
import dev.gapless.engine.Judgement;
import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.workload.FieldPath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
    Files.writeString(directory.resolve(FILE), "{\"kind\": \"GaplessScan\", \"version\": 1}");
    assertMessage("saved.json: must be what --save wrote: findings must be a list");
    Files.writeString(
        directory.resolve(FILE),
        "{\"kind\": \"GaplessScan\", \"version\": 1, \"findings\": [{\"namespace\": \"a\"}]}");
    assertMessage("saved.json: must be what --save wrote: a finding's kind must be a string");
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
  void aPlaceWithoutTextHasNoLine() throws IOException {
    CheckReport report = report(finding("shop", "web", "a", Consequence.DENIED));
    assertEquals(
        "shop/Deployment/web: spec.replicas: must be more [a]",
        new TextReport(false, false).line(report.findings().getFirst()));
    assertFalse(json(new JsonReport(), report).at("/findings/0").has("line"));
    JsonNode location =
        json(new SarifReport(TestRules.ALL), report).at("/runs/0/results/0/locations/0");
    assertTrue(!location.has("physicalLocation") && location.has("logicalLocations"));
    assertEquals(
        "::error file=shop/Deployment/web,title=a (Deployment shop/web)::spec.replicas: must be"
            + " more [a]\n",
        printed(new GithubReport(), report));
    assertEquals(
        "shop/Deployment/web", json(new GitlabReport(), report).at("/0/location/path").asText());
    assertTrue(
        printed(new JUnitReport(FailOn.DENY), report)
            .contains("<testsuite name=\"shop/Deployment/web\" tests=\"1\" failures=\"1\""));
    assertTrue(
        printed(new MarkdownReport(), report)
            .contains("| <code>shop/Deployment/web</code> | Deployment shop/web |"));
  }

  @Test
  void everyFormTellsWhatIsNew() throws IOException {
    CheckReport.Entry old = finding("shop", "api", "a", Consequence.DENIED);
    CheckReport.Entry fresh = finding("shop", "web", "a", Consequence.WARNED);
    CheckReport report = report(old, fresh);
    SavedScan earlier =
        SavedScan.of(ALL, report(old, finding("shop", "gone", "a", Consequence.DENIED)));
    CheckReport compared =
        report.with(
            new CheckReport.Scan(
                ScanSummary.of(report.findings()), Optional.of(earlier.compare(report))));
    assertEquals(
        """
        shop/Deployment/web: spec.replicas: must be more [a] (warning)
        gone: shop/Deployment/gone: spec.replicas [a]

        NAMESPACE  RULE  DENIED  WARNED  PATCHED  RECORDED
        shop       a          1       1        0         0

        compared with the saved scan: 1 new, 1 gone, 1 the same
        0 objects judged: 1 denied, 1 warning
        """,
        printed(new TextReport(false, true), compared));
    JsonNode json = json(new JsonReport(), compared);
    assertEquals("same", json.at("/findings/0/state").asText());
    assertEquals("new", json.at("/findings/1/state").asText());
    assertEquals("gone", json.at("/comparison/goneFindings/0/name").asText());
    assertEquals(
        Set.of(),
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(Files.readString(Path.of("docs", "check-output.schema.json")))
            .validate(json));
    JsonNode results = json(new SarifReport(TestRules.ALL), compared).at("/runs/0/results");
    assertEquals("unchanged", results.at("/0/baselineState").asText());
    assertEquals("new", results.at("/1/baselineState").asText());
    assertEquals(1, json(new GitlabReport(), compared).size());
    assertEquals(1, printed(new GithubReport(), compared).lines().count());
    String markdown = printed(new MarkdownReport(), compared);
    assertEquals(
        """
        ### Gapless

        compared with the saved scan&#58; 1 new, 1 gone, 1 the same

        0 objects judged&#58; 1 denied, 1 warning

        <details open><summary>Warnings: 1 new</summary>
        """,
        markdown.substring(0, markdown.indexOf("\n| where")));
    assertTrue(
        markdown.endsWith(
            """

            #### Gone

            - shop/Deployment/gone&#58; spec.replicas &#91;a&#93;
            """),
        markdown);
    assertFalse(FailOn.DENY.asksFor(compared));
    assertTrue(FailOn.WARN.asksFor(compared));
  }

  private static JsonNode json(ReportForm form, CheckReport report) throws IOException {
    return new JsonMapper().readTree(printed(form, report));
  }

  private static String printed(ReportForm form, CheckReport report) {
    var bytes = new ByteArrayOutputStream();
    form.print(report, new PrintStream(bytes, true, StandardCharsets.UTF_8));
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private void assertMessage(String message) {
    assertEquals(message, message());
  }

  private String message() {
    var refusal = assertThrows(UsageException.class, () -> SavedScan.read(directory, FILE));
    return String.valueOf(refusal.getMessage());
  }

  private static CheckReport report(CheckReport.Entry... findings) {
    return new CheckReport(
        List.of(),
        List.of(findings),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static CheckReport.Entry finding(
      String namespace, String name, String rule, Consequence consequence) {
    var judgement =
        new Judgement(
            rule,
            Finding.of(FieldPath.of("spec", "replicas"), "must be more"),
            consequence,
            Optional.empty(),
            Optional.empty());
    var key = new ObjectKey("apps/v1", "Deployment", namespace, name);
    return CheckReport.Entry.of(Place.of(key), key, judgement, Mode.ENFORCE);
  }
}
