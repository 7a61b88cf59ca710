package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gapless.rules.Catalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What would change in files.
class DiffCommandTest {
  private static final String WEB =
      """
      # The shop's front door.
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: web
      spec:
        replicas: 3
        template:
          spec:
            containers:
            - name: log
              image: log
            - name: web   # what the Service sends to
              image: web
              ports: [{containerPort: 80}]
      """;

  private static final String LEFT =
      "web.yaml:13: apps/v1 Deployment \"web\": left for the author: spec.template.spec.containers[1].readinessProbe: container \"web\""
          + " must have a readiness probe: it declares port 80 and no container has one"
          + " [readiness-probe-missing]\n"
          + "web.yaml:9: apps/v1 Deployment \"web\": left for the author: spec.template.spec.topologySpreadConstraints: must spread the pods"
          + " over nodes and zones, is absent [spread-missing]\n";

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path directory;

  @BeforeEach
  void write() throws IOException {
    Files.writeString(directory.resolve("web.yaml"), WEB);
    Files.writeString(directory.resolve("audit.yaml"), CheckCommandTest.policy("audit", "Audit"));
    Files.writeString(directory.resolve("none.yaml"), CheckCommandTest.policy("none", "Disabled"));
  }

  @Test
  void whatIsOnlyAuditedIsShownAsIfItWereFixed() {
    assertEquals(
        new Invocation(
            1,
            """
            --- a/web.yaml
            +++ b/web.yaml
            @@ -10,6 +10,18 @@
                   containers:
                   - name: log
                     image: log
            +        lifecycle:
            +          preStop:
            +            sleep:
            +              seconds: 10
                   - name: web   # what the Service sends to
                     image: web
                     ports: [{containerPort: 80}]
            +        lifecycle:
            +          preStop:
            +            sleep:
            +              seconds: 10
            +  strategy:
            +    rollingUpdate:
            +      maxUnavailable: 0
            +  minReadySeconds: 5
            """,
            LEFT),
        run("diff", "-f", "web.yaml", "--policy", "audit.yaml"));
  }

  @Test
  void thePatchNamesContainersAndNothingThatIsNotChanged() {
    assertEquals(
        new Invocation(
            1,
            """
            # In kustomization.yaml:
            #   patches:
            #   - path: (this file)
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: web
            spec:
              template:
                spec:
                  containers:
                  - name: log
                    lifecycle:
                      preStop:
                        sleep:
                          seconds: 10
                  - name: web
                    lifecycle:
                      preStop:
                        sleep:
                          seconds: 10
              strategy:
                rollingUpdate:
                  maxUnavailable: 0
              minReadySeconds: 5
            """,
            LEFT),
        run("diff", "-f", "web.yaml", "--policy", "audit.yaml", "-o", "kustomize"));
  }

  @Test
  void whatIsDisabledChangesNothing() {
    assertEquals(new Invocation(0, "", ""), run("diff", "-f", "web.yaml", "--policy", "none.yaml"));
    assertEquals(
        new Invocation(0, "", ""),
        run("diff", "-f", "web.yaml", "--policy", "none.yaml", "-o", "kustomize"));
  }

  @Test
  void whatHasNoNameGetsNoPatch() {
    Invocation diff =
        Invocation.of(
            directory,
            Catalog.RULES,
            WEB.replace("name: web\nspec", "generateName: web-\nspec"),
            Map.of(),
            false,
            "diff",
            "-f",
            "-",
            "-o",
            "kustomize");
    assertEquals("", diff.out());
    assertEquals(
        "apps/v1 Deployment \"web-\": has no name by which a patch could find it",
        diff.err().lines().findFirst().orElse(""));
  }

  @Test
  void eachChangedObjectGetsAPatchWithItsOwnNamespace() {
    Invocation diff =
        Invocation.of(
            directory,
            Catalog.RULES,
            WEB + "---\n" + WEB.replace("name: web\nspec", "name: web\n  namespace: shop\nspec"),
            Map.of(),
            false,
            "diff",
            "-f",
            "-",
            "-o",
            "kustomize");
    assertEquals(1, diff.exitCode());
    String[] patches = diff.out().split("---\n", -1);
    assertEquals(2, patches.length);
    assertEquals(
        patches[0].replaceAll("(?m)^#.*\n", ""), patches[1].replace("  namespace: shop\n", ""));
  }

  @Test
  void aFileThatCannotBeReadIsAnError() {
    assertEquals(
        new Invocation(2, "", "gone.yaml: cannot be read: no such file or folder\n"),
        run("diff", "-f", "gone.yaml"));
  }

  private Invocation run(String... arguments) {
    return Invocation.of(directory, Catalog.RULES, "", Map.of(), false, arguments);
  }
}
