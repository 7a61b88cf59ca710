package dev.gapless.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ReviewDecoderTest {
  private static final String V1 =
      "\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\"";

  static Stream<Arguments> noReviews() {
    return Stream.of(
        Arguments.of("", "the body must be a JSON object of kind AdmissionReview, is missing"),
        Arguments.of("garbage", "the body is no JSON: Unrecognized token 'garbage'"),
        Arguments.of("{", "the body is no JSON: Unexpected end-of-input"),
        Arguments.of("[]", "the body must be a JSON object of kind AdmissionReview, is a list"),
        Arguments.of("null", "the body must be a JSON object of kind AdmissionReview, is null"),
        Arguments.of("{} {}", "the body is no JSON: Trailing token"),
        Arguments.of("{}", "kind: must be \"AdmissionReview\", is missing"),
        Arguments.of("{\"kind\":7}", "kind: must be \"AdmissionReview\", is a number"),
        Arguments.of(
            "{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}",
            "kind: must be \"AdmissionReview\", is \"Pod\""),
        Arguments.of(
            "{\"apiVersion\":\"admission.k8s.io/v1beta1\",\"kind\":\"AdmissionReview\"}",
            "apiVersion: must be \"admission.k8s.io/v1\", is \"admission.k8s.io/v1beta1\"; set"
                + " admissionReviewVersions: [v1]"),
        Arguments.of("{" + V1 + "}", "request: must be an object, is missing"),
        Arguments.of("{" + V1 + ",\"request\":[]}", "request: must be an object, is a list"),
        Arguments.of("{" + V1 + ",\"request\":{}}", "request.uid: must be a string"),
        Arguments.of("{" + V1 + ",\"request\":{\"uid\":\"\"}}", "request.uid: must be a string"),
        Arguments.of("{" + V1 + ",\"request\":{\"uid\":7}}", "request.uid: must be a string"),
        Arguments.of("[".repeat(100_000), "the body goes beyond what an object can hold"),
        Arguments.of("{\"a\":".repeat(100_000), "the body goes beyond what an object can hold"),
        Arguments.of(
            "{\"a\":" + "9".repeat(100_000) + "}", "the body goes beyond what an object can hold"),
        Arguments.of("\u0000\u0001", "the body is no JSON"));
  }

  @ParameterizedTest
  @MethodSource("noReviews")
  void whatIsNoReviewIsABadRequestThatSaysWhatIsWrong(String body, String message) {
    Rejection rejection = rejection(body.getBytes(StandardCharsets.UTF_8));

    assertEquals(400, rejection.code());
    assertTrue(rejection.message().startsWith(message), "says instead: " + rejection.message());
    assertEquals("Status", rejection.status().path("kind").textValue());
    assertEquals("BadRequest", rejection.status().path("reason").textValue());
  }

  @Test
  void bytesThatAreNoTextAreABadRequest() {
    byte[] noise = new byte[1000];
    new java.util.Random(7).nextBytes(noise);

    assertEquals(400, rejection(noise).code());
  }

  @Test
  void ofDuplicateKeysTheLastWins() {
    AdmissionRequest request =
        request("{" + V1 + ",\"request\":{\"uid\":\"1\",\"uid\":\"2\",\"name\":\"web\"}}");

    assertEquals("2", request.uid());
    assertEquals("web", request.name());
  }

  @Test
  void whatIsNotSaidIsEmpty() {
    AdmissionRequest request =
        request("{" + V1 + ",\"request\":{\"uid\":\"1\",\"object\":null,\"kind\":\"Pod\"}}");

    assertEquals("", request.operation());
    assertEquals("", request.kind());
    assertTrue(request.object().isEmpty());
    assertTrue(request.oldObject().isEmpty());
  }

  private static Rejection rejection(byte[] body) {
    return assertInstanceOf(ReviewDecoder.NotUnderstood.class, ReviewDecoder.decode(body))
        .rejection();
  }

  private static AdmissionRequest request(String body) {
    return assertInstanceOf(
            ReviewDecoder.Understood.class,
            ReviewDecoder.decode(body.getBytes(StandardCharsets.UTF_8)))
        .request();
  }
}
