package dev.gapless.patch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StrategicMergeTest {
  private static final JsonMapper JSON = new JsonMapper();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        // nothing
        "{\"a\":{\"b\":1}}|{\"a\":{\"b\":1}}|none",
        // added, changed, taken away, at any depth
        "{\"a\":{\"b\":1,\"c\":2}}|{\"a\":{\"b\":1,\"c\":3}}|{\"a\":{\"c\":3}}",
        "{\"a\":{\"b\":1}}|{\"a\":{\"b\":1},\"d\":{\"e\":[1]}}|{\"d\":{\"e\":[1]}}",
        "{\"a\":{\"exec\":{},\"x\":1}}|{\"a\":{\"x\":1,\"sleep\":{}}}|{\"a\":{\"sleep\":{},\"exec\":null}}",
        "{\"a\":{\"b\":1}}|{\"a\":1}|{\"a\":1}",
        // by name, wherever the element stands
        "{\"l\":[{\"name\":\"x\"},{\"name\":\"y\",\"v\":1}]}|{\"l\":[{\"name\":\"y\",\"v\":2},{\"name\":\"x\"}]}"
            + "|{\"l\":[{\"name\":\"y\",\"v\":2}]}",
        "{\"l\":[{\"name\":\"x\"}]}|{\"l\":[{\"name\":\"x\"},{\"name\":\"y\",\"v\":2}]}"
            + "|{\"l\":[{\"name\":\"y\",\"v\":2}]}",
        // lists of something else as a whole
        "{\"l\":[\"a\",\"b\"]}|{\"l\":[\"a\",\"c\"]}|{\"l\":[\"a\",\"c\"]}"
      })
  void saysWhatHasChangedAndNothingElse(String before, String after, String expected)
      throws JsonProcessingException {
    assertEquals(
        expected,
        StrategicMerge.between(JSON.readTree(before), JSON.readTree(after))
            .map(Object::toString)
            .orElse("none"));
  }

  @Test
  void aListThatNobodyCanMergeIsGivenAsAWhole() throws JsonProcessingException {
    String before = "{\"l\":[{\"name\":\"x\",\"v\":1},{\"name\":\"y\"}]}";
    String after = "{\"l\":[{\"name\":\"x\",\"v\":1},{\"name\":\"y\",\"v\":2}]}";
    assertEquals(
        JSON.readTree(after),
        StrategicMerge.between(JSON.readTree(before), JSON.readTree(after), false).orElseThrow());
  }
}
