package dev.gapless.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageNameTest {

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "nginx, nginx, latest",
    "nginx:1.27, nginx, 1.27",
    "registry.example:5000/team/app, registry.example:5000/team/app, latest",
    "registry.example:5000/team/app:2, registry.example:5000/team/app, 2",
    "team/app@sha256:00ff, team/app, ''",
    "registry.example:5000/team/app:2@sha256:00ff, registry.example:5000/team/app, 2",
    "'', '', latest",
  })
  void aColonBehindTheLastSlashBeginsTheTag(String reference, String repository, String tag) {
    assertEquals(
        new ImageName(repository, tag.isEmpty() ? Optional.empty() : Optional.of(tag)),
        ImageName.parse(reference));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "istio/proxyv2, true",
    "docker.io/istio/proxyv2:1.24, true",
    "mirror.example:5000/a/b/istio/proxyv2, true",
    "myistio/proxyv2, false",
    "istio/proxyv2-debug, false",
    "istio/proxyv2/more, false",
  })
  void aMirrorKeepsTheLastParts(String reference, boolean matches) {
    assertEquals(
        matches, ImageName.parse(reference).endsWith(Pattern.compile("istio/proxyv2")), reference);
  }
}
