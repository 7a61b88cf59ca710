package dev.gapless.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class LogTextTest {
  @Test
  void nothingEndsTheQuotationBeforeItsEnd() {
    assertEquals(
        "spec.mode: must be Warn, is 'Wrn'; a second line",
        LogText.of(List.of("spec.mode: must be Warn, is \"Wrn\"", "a second\r\nline")));
  }
}
