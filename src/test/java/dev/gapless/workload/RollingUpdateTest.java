package dev.gapless.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gapless.workload.Workload.RollingUpdate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RollingUpdateTest {

  @ParameterizedTest(name = "{0} replicas, {1}/{2}: {3} more, {4} less")
  @CsvSource({
    "1,  25%, 25%, 1, 0",
    "3,  25%, 25%, 1, 0",
    "4,  25%, 25%, 1, 1",
    "5,  25%, 25%, 2, 1",
    "20, 25%, 25%, 5, 5",
    "10, 0,   0%,  0, 1",
    "3,  0%,  25%, 0, 1",
    "3,  1,   0,   1, 0",
    "3,  100%, 100%, 3, 3",
    "2147483647, 100%, 100%, 2147483647, 2147483647",
    "0,  25%, 25%, 0, 1",
  })
  void theControllersArithmetic(
      int replicas, String maxSurge, String maxUnavailable, int surge, int unavailable) {
    var strategy = new RollingUpdate(share(maxSurge), share(maxUnavailable));
    assertEquals(surge, strategy.surge(replicas));
    assertEquals(unavailable, strategy.unavailable(replicas));
  }

  private static IntOrString share(String text) {
    return text.endsWith("%")
        ? new IntOrString.Text(text)
        : new IntOrString.Int(Integer.parseInt(text));
  }
}
