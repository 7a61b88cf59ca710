package dev.gapless.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamesTest {
  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource({
    "dney, deny",
    "edny, deny",
    "DENY, deny",
    "den, deny",
    "wran, warn",
    "ayn, any",
    "nay, any",
    "an, any",
    "w, ",
    "nothing, "
  })
  void theNearestNameIsTheOneWithTheFewestEdits(String mistyped, String meant) {
    assertEquals(
        Optional.ofNullable(meant), Names.nearest(mistyped, List.of("any", "deny", "warn")));
  }

  @Test
  void swappedNeighboursAreOneEdit() {
    assertEquals(Optional.of("ab"), Names.nearest("ba", List.of("ab")));
    assertEquals(Optional.empty(), Names.nearest("ca", List.of("abc")));
  }
}
