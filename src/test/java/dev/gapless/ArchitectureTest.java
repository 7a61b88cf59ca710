package dev.gapless;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import javax.net.ssl.KeyManager;
import org.junit.jupiter.api.Test;

/// The boundaries that keep one engine under all callers.
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.gapless");
  private static final String[] CORE = {
    "dev.gapless.workload..",
    "dev.gapless.patch..",
    "dev.gapless.neighbour..",
    "dev.gapless.policy..",
    "dev.gapless.rule..",
    "dev.gapless.rules..",
    "dev.gapless.engine.."
  };

  @Test
  void thereIsSomethingToLookAt() {
    assertTrue(CLASSES.size() > 50, "only " + CLASSES.size() + " classes found");
  }

  @Test
  void theCoreNeedsTheJdkAndJacksonsTreeOnly() {
    classes()
        .that()
        .resideInAnyPackage(CORE)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "org.jspecify.annotations..",
            "com.fasterxml.jackson.core..",
            "com.fasterxml.jackson.databind..",
            "dev.gapless.workload..",
            "dev.gapless.patch..",
            "dev.gapless.neighbour..",
            "dev.gapless.policy..",
            "dev.gapless.rule..",
            "dev.gapless.rules..",
            "dev.gapless.engine..")
        .check(CLASSES);
  }

  @Test
  void arrowsPointInward() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("workload")
        .definedBy("dev.gapless.workload..")
        .layer("patch")
        .definedBy("dev.gapless.patch..")
        .layer("policy")
        .definedBy("dev.gapless.policy..")
        .layer("neighbour")
        .definedBy("dev.gapless.neighbour..")
        .layer("rule")
        .definedBy("dev.gapless.rule..")
        .layer("rules")
        .definedBy("dev.gapless.rules..")
        .layer("engine")
        .definedBy("dev.gapless.engine..")
        .whereLayer("workload")
        .mayNotAccessAnyLayer()
        .whereLayer("patch")
        .mayOnlyAccessLayers("workload")
        .whereLayer("policy")
        .mayOnlyAccessLayers("workload")
        .whereLayer("neighbour")
        .mayOnlyAccessLayers("workload")
        .whereLayer("rule")
        .mayOnlyAccessLayers("workload", "patch", "policy", "neighbour")
        .whereLayer("rules")
        .mayOnlyAccessLayers("workload", "patch", "policy", "neighbour", "rule")
        .whereLayer("engine")
        .mayOnlyAccessLayers("workload", "patch", "policy", "neighbour", "rule")
        .check(CLASSES);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("dev.gapless.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void noNameSaysNothing() {
    // A KeyManager is the JDK's word for what it is.
    noClasses()
        .that()
        .areNotAssignableTo(KeyManager.class)
        .should()
        .haveSimpleNameEndingWith("Manager")
        .orShould()
        .haveSimpleNameEndingWith("Helper")
        .orShould()
        .haveSimpleNameEndingWith("Util")
        .orShould()
        .haveSimpleNameEndingWith("Utils")
        .orShould()
        .haveSimpleNameEndingWith("Impl")
        .orShould()
        .haveSimpleNameStartingWith("Abstract")
        .check(CLASSES);
  }
}
