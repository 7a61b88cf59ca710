package dev.gapless.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.math.BigDecimal;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantityTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "2, 2",
    "+2, 2",
    "-1, -1",
    "0.5, 0.5",
    ".5, 0.5",
    "1., 1",
    "500m, 0.5",
    "1500m, 1.5",
    "100u, 0.0001",
    "100n, 0.0000001",
    "2k, 2000",
    "1M, 1000000",
    "3G, 3000000000",
    "1T, 1000000000000",
    "1P, 1000000000000000",
    "1E, 1000000000000000000",
    "1Ki, 1024",
    "1.5Ki, 1536",
    "128Mi, 134217728",
    "1.5Gi, 1610612736",
    "1Ti, 1099511627776",
    "1Pi, 1125899906842624",
    "1Ei, 1152921504606846976",
    "3e2, 300",
    "3E2, 300",
    "12e-1, 1.2",
    "5e+1, 50"
  })
  void amountsAreReadExactly(String text, BigDecimal value) {
    assertEquals(Optional.of(new Quantity(value)), Quantity.parse(text));
  }

  @Test
  void whatIsLessThanANanoIsRoundedUp() {
    assertEquals(Quantity.parse("1n"), Quantity.parse("0.1n"));
    assertEquals(Quantity.parse("1n"), Quantity.parse("1e-20"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " 1",
        "1 ",
        "m",
        ".",
        "1K",
        "1mi",
        "1ki",
        "1e",
        "1e999999999",
        "0x1",
        "1,5",
        "one",
        "٣",
        "1111111111111111111111111111111"
      })
  void nothingElseIsOne(String text) {
    assertEquals(Optional.empty(), Quantity.parse(text));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "2, 2",
    "0.5, 500m",
    "1.5, 1500m",
    "0.0001, 0.0001",
    "3221225472, 3Gi",
    "1536Mi, 1536Mi",
    "2Ti, 2048Gi",
    "1000, 1000",
    "1Ki, 1Ki"
  })
  void itIsPrintedInAUsualForm(String text, String printed) {
    assertEquals(printed, Quantity.parse(text).orElseThrow().toString());
  }

  @Test
  void sameAmountsAreEqualHoweverWritten() {
    Quantity gibi = Quantity.parse("1Gi").orElseThrow();
    assertEquals(gibi, Quantity.parse("1024Mi").orElseThrow());
    assertEquals(gibi.hashCode(), Quantity.parse("1024Mi").orElseThrow().hashCode());
    assertNotEquals(gibi, Quantity.parse("1G").orElseThrow());
    assertEquals("3Gi", gibi.plus(gibi).plus(gibi).toString());
    assertEquals("500m", Quantity.ONE.minus(Quantity.parse("500m").orElseThrow()).toString());
    assertEquals("2Gi", gibi.times(2).toString());
    assertEquals(gibi, gibi.max(Quantity.ONE));
    assertEquals(gibi, Quantity.ONE.max(gibi));
  }
}
