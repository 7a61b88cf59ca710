package dev.gapless.workload;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;

/// Reads JSON that stands in annotations. Files hardly ever have any, and a mapper is dear to make.
final class AnnotationJson {
  private static final JsonMapper JSON = new JsonMapper();

  private AnnotationJson() {}

  static JsonNode read(String text) throws JsonProcessingException {
    return JSON.readTree(text);
  }
}
