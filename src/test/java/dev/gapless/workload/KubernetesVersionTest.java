package dev.gapless.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KubernetesVersionTest {

  @ParameterizedTest(name = "\"{0}\" is \"{1}\"")
  @CsvSource({
    "1.30, 1.30",
    "v1.34.4, 1.34",
    "1.34+, 1.34",
    "v1.33.2-gke.100, 1.33",
    "v1.31.1+k3s1, 1.31",
    "'', ''",
    "1, ''",
    "latest, ''",
    "1.x, ''",
  })
  void readsWhatApiServersAndPeopleWrite(String text, String version) {
    assertEquals(version, KubernetesVersion.parse(text).map(Object::toString).orElse(""));
  }

  @ParameterizedTest(name = "{0} has the sleep action: {1}")
  @CsvSource({"1.29, false", "1.30, true", "1.4, false", "2.0, true"})
  void theSleepActionCameWith130(String version, boolean has) {
    assertEquals(
        Optional.of(has),
        KubernetesVersion.parse(version).map(it -> it.atLeast(KubernetesVersion.SLEEP_ACTION)));
  }
}
