package dev.gapless.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AdmissionResponseTest {

  @Test
  void anObjectThatMayPassIsAnsweredWithItsUidAlone() {
    assertEquals(
        "{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\","
            + "\"response\":{\"uid\":\"1\",\"allowed\":true}}",
        AdmissionResponse.untouched("1").review().toString());
  }

  @Test
  void aShortWarningIsSentAsItIs() {
    assertEquals(
        List.of("spec.replicas: must be 2 [toy]"), warnings("spec.replicas: must be 2 [toy]"));
  }

  @Test
  void aLongWarningKeepsItsPathAndItsRule() {
    List<String> warnings = warnings("spec.replicas: " + "x".repeat(400) + " [single-replica]");

    assertEquals(1, warnings.size());
    assertEquals(200, warnings.getFirst().length());
    assertTrue(warnings.getFirst().startsWith("spec.replicas: xxx"));
    assertTrue(warnings.getFirst().endsWith("… [single-replica]"));
  }

  @Test
  void aWarningHasNoControlCharacters() {
    assertEquals(List.of("a b c d [toy]"), warnings("a\nb\tc\u0085d [toy]"));
  }

  @Test
  void allWarningsTogetherStayUncutByTheApiServerAndSayWhatIsMissing() {
    List<String> warnings =
        warnings(IntStream.range(0, 50).mapToObj(i -> i + "y".repeat(300)).toArray(String[]::new));

    assertTrue(warnings.stream().mapToInt(String::length).sum() <= 4096);
    assertTrue(warnings.size() > 15);
    assertEquals(
        "and " + (50 - warnings.size() + 1) + " more findings [gapless]", warnings.getLast());
  }

  @Test
  void anAuditAnnotationIsCutWithARemark() {
    String value = "ä".repeat(3000);
    var response =
        new AdmissionResponse(
            "1", Optional.empty(), List.of(), List.of(), Map.of("findings", value));

    String shown =
        response.review().path("response").path("auditAnnotations").path("findings").textValue();
    assertTrue(shown.getBytes(StandardCharsets.UTF_8).length <= 2048);
    assertTrue(shown.startsWith("ääää"));
    assertTrue(shown.endsWith("ä … (cut, 6000 bytes)"));
  }

  @Test
  void aCutNeverSplitsACharacter() {
    String twoUnits = "😀".repeat(200);

    for (int max = 20; max < 60; max++) {
      for (String text : List.of(Texts.shortened(twoUnits, max), Texts.cut(twoUnits, max + 20))) {
        assertEquals(
            text,
            new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8),
            "cut at " + max);
      }
    }
  }

  private static List<String> warnings(String... warnings) {
    var shown = new ArrayList<String>();
    for (JsonNode warning :
        new AdmissionResponse("1", Optional.empty(), List.of(), List.of(warnings), Map.of())
            .review()
            .path("response")
            .path("warnings")) {
      shown.add(warning.textValue());
    }
    return shown;
  }
}
