package dev.gapless.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.engine.JudgedKinds;
import dev.gapless.policy.Policies;
import dev.gapless.rules.Catalog;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PolicyLedgerTest {
  private final PolicyLedger ledger = new PolicyLedger(Catalog.ids(), JudgedKinds.ALL);

  private static StoredPolicy policy(String name, String uid, long generation, String mode) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("apiVersion", "gapless.dev/v1alpha1").put("kind", "RolloutPolicy");
    object
        .putObject("metadata")
        .put("name", name)
        .put("uid", uid)
        .put("generation", generation)
        .put("resourceVersion", "1")
        .putArray("managedFields")
        .addObject();
    object.putObject("spec").put("mode", mode);
    return StoredPolicy.of(object).orElseThrow();
  }

  private Standing standing(String name) {
    return ledger.entry(name).orElseThrow().standing();
  }

  @Test
  void theLastGoodVersionStaysInForceUntilTheNextGoodOne() {
    ledger.update(List.of(policy("all", "a", 1, "Warn")));
    ledger.update(List.of(policy("all", "a", 2, "Loud")));
    ledger.update(List.of(policy("all", "a", 3, "Louder")));

    assertTrue(
        standing("all") instanceof Standing.HeldBack held
            && held.generation() == 1
            && held.problems()
                .equals(
                    List.of(
                        "spec.mode: must be one of Disabled, Audit, Warn, Fix, Enforce, is"
                            + " \"Louder\"")),
        () -> standing("all").toString());
    assertEquals(1, ledger.generation());

    ledger.update(List.of(policy("all", "a", 4, "Fix")));
    assertEquals(Standing.State.ACCEPTED, standing("all").state());
    assertEquals(4, ledger.generation());
  }

  @Test
  void whatWasNeverGoodIsSetAside() {
    ledger.update(List.of(policy("all", "a", 1, "Loud"), policy("other", "b", 7, "Warn")));

    assertEquals(Standing.State.SET_ASIDE, standing("all").state());
    assertEquals(
        Map.of(
            Standing.State.ACCEPTED,
            1L,
            Standing.State.HELD_BACK,
            0L,
            Standing.State.SET_ASIDE,
            1L),
        ledger.count());
    assertEquals(7, ledger.generation());
  }

  @Test
  void aPolicyMadeAnewHasNoPast() {
    ledger.update(List.of(policy("all", "a", 1, "Warn")));
    ledger.update(List.of(policy("all", "b", 1, "Loud")));

    assertEquals(Standing.State.SET_ASIDE, standing("all").state());
    assertEquals(0, ledger.generation());
  }

  @Test
  void whatIsDeletedHoldsNoMore() {
    ledger.update(List.of(policy("all", "a", 1, "Warn")));
    ledger.update(List.of());

    assertTrue(ledger.entries().isEmpty());
    assertEquals(0, ledger.generation());
  }

  @Test
  void onlyNewsAreTold() {
    assertEquals(1, ledger.update(List.of(policy("all", "a", 1, "Warn"))).size());
    Policies before = ledger.inForce();
    assertEquals(List.of(), ledger.update(List.of(policy("all", "a", 1, "Warn"))));
    assertSame(before, ledger.inForce());
  }

  @Test
  void whoWroteWhichFieldIsNotKept() {
    assertTrue(
        policy("all", "a", 1, "Warn").document().at("/metadata/managedFields").isMissingNode());
  }
}
