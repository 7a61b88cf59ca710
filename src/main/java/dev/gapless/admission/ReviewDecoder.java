package dev.gapless.admission;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Optional;

/// Reads an `AdmissionReview` into a tree; of duplicate keys the last wins, as for the API server.
final class ReviewDecoder {
  /// The longest body that is read, in bytes.
  ///
  /// The API server takes request bodies up to 3 MiB (`MaxRequestBodyBytes`) and a review holds the
  /// object twice (`object` and `oldObject`): 6 MiB, and 1 MiB for the rest, such as `userInfo` and
  /// what JSON needs more than the protobuf or YAML that the client may have sent.
  static final int MAX_BODY_BYTES = 7 * 1024 * 1024;

  static final String API_VERSION = "admission.k8s.io/v1";
  static final String KIND = "AdmissionReview";

  // Depth: deeper than any Kubernetes object (the CRD of JSON schemas, the deepest there is, stays
  // below 200), and shallow enough for recursion over the tree. Numbers: an int64 or double has 25
  // characters. Strings and names: nothing is longer than the body.
  private static final StreamReadConstraints CONSTRAINTS =
      StreamReadConstraints.builder()
          .maxNestingDepth(500)
          .maxNumberLength(100)
          .maxStringLength(MAX_BODY_BYTES)
          .maxNameLength(MAX_BODY_BYTES)
          .maxDocumentLength(MAX_BODY_BYTES)
          .build();

  // Field names come from strangers: interning them would keep them for ever.
  private static final ObjectReader READER =
      new JsonMapper(
              JsonFactory.builder()
                  .streamReadConstraints(CONSTRAINTS)
                  .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                  .build())
          .reader()
          .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private ReviewDecoder() {}

  /// What a body turns out to be.
  sealed interface Decoded {}

  /// A review with a uid.
  record Understood(AdmissionRequest request) implements Decoded {}

  /// No review.
  record NotUnderstood(Rejection rejection) implements Decoded {}

  /// Decodes a body of at most [#MAX_BODY_BYTES].
  static Decoded decode(byte[] body) {
    JsonNode review;
    try {
      review = READER.readTree(body);
    } catch (StreamConstraintsException beyond) {
      return bad("the body goes beyond what an object can hold: " + beyond.getOriginalMessage());
    } catch (JsonProcessingException broken) {
      var at = broken.getLocation();
      return bad(
          "the body is no JSON: "
              + broken.getOriginalMessage()
              + (at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr()));
    } catch (IOException | RuntimeException broken) {
      return bad("the body is no JSON: " + broken.getMessage());
    }
    return decode(review);
  }

  private static Decoded decode(JsonNode review) {
    if (!review.isObject()) {
      return bad("the body must be a JSON object of kind " + KIND + ", is " + typeOf(review));
    }
    JsonNode apiVersion = review.path("apiVersion");
    JsonNode kind = review.path("kind");
    if (!KIND.equals(kind.textValue())) {
      return bad("kind: must be \"" + KIND + "\", is " + shown(kind));
    }
    if (!API_VERSION.equals(apiVersion.textValue())) {
      return bad(
          "apiVersion: must be \""
              + API_VERSION
              + "\", is "
              + shown(apiVersion)
              + "; set admissionReviewVersions: [v1] in the webhook configuration");
    }
    JsonNode request = review.path("request");
    if (!request.isObject()) {
      return bad("request: must be an object, is " + typeOf(request));
    }
    JsonNode uid = request.path("uid");
    if (!uid.isTextual() || uid.textValue().isEmpty()) {
      return bad("request.uid: must be a string that is not empty, is " + shown(uid));
    }
    JsonNode requestKind = request.path("kind");
    return new Understood(
        new AdmissionRequest(
            uid.textValue(),
            text(request.path("operation")),
            text(requestKind.path("group")),
            text(requestKind.path("kind")),
            text(request.path("subResource")),
            text(request.path("namespace")),
            text(request.path("name")),
            present(request.path("object")),
            present(request.path("oldObject")),
            request.path("dryRun").booleanValue()));
  }

  private static Decoded bad(String message) {
    return new NotUnderstood(Rejection.badRequest(message));
  }

  private static Optional<JsonNode> present(JsonNode node) {
    return node.isMissingNode() || node.isNull() ? Optional.empty() : Optional.of(node);
  }

  private static String text(JsonNode node) {
    String text = node.textValue();
    return text == null ? "" : text;
  }

  private static String typeOf(JsonNode node) {
    return switch (node.getNodeType()) {
      case MISSING -> "missing";
      case NULL -> "null";
      case ARRAY -> "a list";
      case OBJECT -> "an object";
      case STRING -> "a string";
      case BOOLEAN -> "a boolean";
      case NUMBER -> "a number";
      case BINARY, POJO -> "something else";
    };
  }

  // What a stranger sent goes back to him alone, and no more of it than explains the error.
  private static String shown(JsonNode node) {
    if (!node.isTextual()) {
      return typeOf(node);
    }
    return "\"" + Texts.shortened(node.textValue(), 60) + "\"";
  }
}
