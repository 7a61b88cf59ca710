package dev.gapless.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InjectedTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final FieldPath PRE_STOP = FieldPath.of("spec", "preStop");
  private static final FieldPath EXEC = PRE_STOP.child("exec");
  private static final FieldPath SECONDS = PRE_STOP.child("sleep").child("seconds");
  private static final String RECORD =
      "{'spec.preStop.sleep.seconds':15,'was:spec.preStop.exec':{'command':['sleep','15']}}";

  @Test
  void whatWasReplacedIsKeptBesideWhatReplacedIt() {
    var injected = Injected.none();
    injected.replace(EXEC, json("{'command':['sleep','15']}"));
    injected.put(SECONDS, IntNode.valueOf(15));
    assertEquals(Optional.of(json(RECORD).toString()), injected.annotation());
    Injected read = Injected.of(object("{'sleep':{'seconds':15}}"));
    assertTrue(read.hasReplaced(EXEC));
    assertFalse(read.hasReplaced(SECONDS));
    assertEquals(injected.annotation(), read.annotation());
  }

  @Test
  void itIsForgottenWhenItsAuthorWritesItAgain() {
    assertFalse(
        Injected.of(object("{'sleep':{'seconds':15},'exec':{'command':['sleep','9']}}"))
            .hasReplaced(EXEC));
  }

  @Test
  void itIsForgottenWithWhatReplacedIt() {
    assertFalse(Injected.of(object("{'sleep':{'seconds':16}}")).hasReplaced(EXEC));
    Injected injected = Injected.of(object("{'sleep':{'seconds':15}}"));
    injected.remove(PRE_STOP.child("sleep"));
    assertEquals(Optional.empty(), injected.annotation());
  }

  private static JsonNode object(String preStop) {
    var object = (ObjectNode) json("{'metadata':{'annotations':{}},'spec':{}}");
    object.withObject("/metadata/annotations").put(Injected.ANNOTATION, json(RECORD).toString());
    object.withObject("/spec").set("preStop", json(preStop));
    return object;
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text.replace('\'', '"'));
    } catch (IOException e) {
      throw new AssertionError(text, e);
    }
  }
}
