package dev.gapless.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonEditorTest {
  private static final JsonMapper JSON = new JsonMapper();

  @ParameterizedTest(name = "{0} becomes {2}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"a": 1.0, "b":1e3} | {"a":1.0,"b":1000.0,"c":{"d":[1,{}]}} | {"a": 1.0, "b":1e3, "c":{"d":[1,{}]}}
          {"a": 12345678901234567890} | {"a":12345678901234567890,"b":{"c":1,"d":2}} | {"a": 12345678901234567890, "b": {"c": 1, "d": 2}}
          {"a":"\\\\u0041\\\\/","b":1}  | {"a":"A/"}                    | {"a":"\\\\u0041\\\\/"}
          {"a":1, "b":2, "c":3}  | {"b":2}                         | {"b":2}
          {"a":1, "b":2, "c":3}  | {"a":1,"c":3}                   | {"a":1, "c":3}
          {"a":1, "b":2, "c":3}  | {"a":1,"d":4}                   | {"a":1, "d":4}
          {"a":1, "b":2}         | {"c":3}                         | `{\n  "c": 3\n}`
          {"a":{"b":1}}          | {"a":{}}                        | {"a":{}}
          {"a":[1.0, {"b":"x"}]} | {"a":[1.0,{"b":"yy","c":-0.5}]} | {"a":[1.0, {"b":"yy","c":-0.5}]}
          {"a":[1.0]}            | {"a":[1,2]}                     | {"a":[1,2]}
          {"a":1,"a":2,"b":3}    | {"b":3}                         | {"b":3}
          {"a":1,"a":2,"b":3}    | {"a":4,"b":3}                   | {"a":1,"a":4,"b":3}
          {"a":null,"b":true}    | {"a":false,"b":null}            | {"a":false,"b":null}
          ` {"a" : 1 } `         | {"a":1,"b":2}                   | ` {"a" : 1, "b": 2 } `
          {"a":":","b":"}"}      | {"a":":","b":"}","c":","}       | {"a":":","b":"}","c":","}
          `{\n  "a": 1\n}`       | {"a":1,"b":{"c":[2,3],"d":{}}}  | `{\n  "a": 1,\n  "b": {\n    "c": [\n      2,\n      3\n    ],\n    "d": {}\n  }\n}`
          `{\r\n\t"a": {}\r\n}` | {"a":{"b":1}}                   | `{\r\n\t"a": {\r\n\t\t"b": 1\r\n\t}\r\n}`
          `{\n  "a": 1,\n  "b": 2\n}` | {"a":1}                    | `{\n  "a": 1\n}`
          `{\n  "a": 1,\n  "b": 2\n}` | {"b":2}                    | `{\n  "b": 2\n}`
          `{\n  "a":\n  {}\n}` | {"a":{},"b":1}                    | `{\n  "a":\n  {},\n  "b": 1\n}`
          """)
  void onlyWhatChangesIsWritten(String before, String after, String text)
      throws JsonProcessingException {
    String source = before.translateEscapes();
    // The escapes of JSON itself are doubled above.
    assertEquals(
        text.translateEscapes(), JsonEditor.edit(source, tree(source), JSON.readTree(after)));
  }

  @Test
  void whateverTheLayoutTheTextSaysWhatItShould() throws JsonProcessingException {
    List<String> values =
        List.of(
            "{}",
            "{\"a\": 1.0}",
            "{\"b\":{ },\"a\":[ ]}",
            "{ \"a\" : { \"c\" : \"x\\n\\\"\" } ,\n \"b\" : [ { } , -1e-3 ] }",
            "{\n\t\"a\":\n\t[\n1\n,\n{\n\"c\"\n:\n{\n}\n}\n]\n}\n",
            "\n[ 1 , { \"a\" : [ ] , \"b\" : { \"c\" : true } } ]",
            "{\"c\":null,\"a\":{\"b\":{\"c\":{}}},\"b\":\"\uD834\uDD1E\"}");
    int edits = 0;
    for (String before : values) {
      for (String after : values) {
        String edited = JsonEditor.edit(before, tree(before), JSON.readTree(after));
        assertEquals(JSON.readTree(after), JSON.readTree(edited), before + " -> " + after);
        edits++;
      }
    }
    assertTrue(edits > 40);
  }

  @Test
  void placesAreRightInLongTexts() throws JsonProcessingException {
    String start = "{\"a\": [\"" + "x\\n".repeat(50_000) + "\", 1.0], \"b\": 1e3";
    assertEquals(
        start + ", \"c\": 2}",
        JsonEditor.edit(start + "}", tree(start + "}"), JSON.readTree(start + ", \"c\": 2}")));
  }

  private static JsonNode tree(String text) throws JsonProcessingException {
    return JSON.readTree(text);
  }
}
