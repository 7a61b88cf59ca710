package dev.gapless.fuzz;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Makes broken requests out of real reviews; the same seed and number make the same request.
final class Mutator {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  // The limits that the server documents for what it reads.
  private static final int MAX_BODY = 7 * 1024 * 1024;
  private static final ObjectReader ORACLE =
      new JsonMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(500)
                          .maxNumberLength(100)
                          .maxStringLength(MAX_BODY)
                          .maxNameLength(MAX_BODY)
                          .build())
                  .build())
          .reader()
          .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private static final List<String> STRINGS =
      List.of(
          "",
          " ",
          "0",
          "-1",
          "25%",
          "-5%",
          "999999999999999999999%",
          "%",
          "1e9",
          "null",
          "true",
          "Recreate",
          "RollingUpdate",
          "OnDelete",
          "Always",
          "1.34",
          "v1",
          "apps/v1",
          "a\nb",
          "a\u0000b",
          "\u202e\u2028\ufeff",
          "\ud83d\ude80",
          "\ud800",
          "${java:version}",
          "%n%s%d",
          "../../..",
          "sleep 99999999999999999999",
          "web",
          "http",
          "2026-02-30",
          "9999999999-01-01",
          "x".repeat(300),
          "é".repeat(2_000));
  private static final List<String> REPEATED =
      List.of("x", "1", " ", "'", "\"", ">", "&", ";", "/", ":", "sleep 1;", "--port ", "1.");
  private static final List<String> BEFORE_REPEATED =
      List.of("", "sleep 10", "true; ", "terminationDrainDuration: ", "registry.example/web:");
  private static final List<String> KEYS =
      List.of(
          "",
          "metadata",
          "spec",
          "template",
          "containers",
          "lifecycle",
          "preStop",
          "sleep",
          "exec",
          "annotations",
          "managedFields",
          "gapless.dev/injected",
          "exempt.gapless.dev/x",
          "a/b",
          "~1~0",
          "f:spec",
          "k:{\"name\":\"web\"}",
          "k:{",
          "\u0000",
          "ключ",
          "__proto__");
  private static final List<String> METHODS =
      List.of("GET", "PUT", "DELETE", "OPTIONS", "HEAD", "TRACE", "PATCH", "post", "BREW");
  private static final List<String> PATHS =
      List.of(
          "/",
          "/mutate/",
          "/mutate?timeout=5s",
          "/validate?a=%zz",
          "/%",
          "/%zz",
          "/mutate/../q",
          "//mutate",
          "/MUTATE",
          "/q/health/ready",
          "/a\u0001b",
          "/" + "a".repeat(3_000),
          "*",
          "http://example.com/mutate",
          "mutate");
  private static final List<String> TYPES =
      List.of(
          "",
          "text/plain",
          "application/yaml",
          "application/json; charset=utf-16",
          "json",
          ";",
          "application/x-www-form-urlencoded",
          "multipart/form-data; boundary=x",
          "APPLICATION/JSON",
          "application/json, text/plain");

  private final List<ObjectNode> reviews;
  private final long seed;

  Mutator(List<ObjectNode> reviews, long seed) {
    this.reviews = reviews;
    this.seed = seed;
  }

  /// Makes one request.
  FuzzedRequest request(int number) {
    var random = new SplittableRandom(seed * 1_000_003L + number);
    ObjectNode review = reviews.get(random.nextInt(reviews.size())).deepCopy();
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      changeTree(review, random);
    }
    byte[] body = text(review, random).getBytes(StandardCharsets.UTF_8);
    if (random.nextInt(5) == 0) {
      body = changeBytes(body, random);
    }
    return random.nextInt(6) == 0 ? wire(number, body, random) : ordinary(number, body, random);
  }

  // --- the tree ---

  private static void changeTree(ObjectNode review, SplittableRandom random) {
    // Half of the changes go where the rules look.
    JsonNode root = random.nextBoolean() ? review : review.path("request").path("object");
    List<JsonNode> parents = new ArrayList<>();
    collect(root, parents);
    if (parents.isEmpty()) {
      return;
    }
    switch (parents.get(random.nextInt(parents.size()))) {
      case ObjectNode object -> changeObject(object, random, parents);
      case ArrayNode array -> changeArray(array, random);
      default -> throw new IllegalStateException("only containers are collected");
    }
  }

  private static void collect(JsonNode node, List<JsonNode> into) {
    if (node.isContainerNode() && !node.isEmpty()) {
      into.add(node);
    }
    node.forEach(child -> collect(child, into));
  }

  private static void changeObject(
      ObjectNode object, SplittableRandom random, List<JsonNode> others) {
    var names = new ArrayList<String>();
    object.fieldNames().forEachRemaining(names::add);
    String name = pick(names, random);
    switch (random.nextInt(8)) {
      case 0 -> object.remove(name);
      case 1 -> object.putNull(name);
      case 2 -> {
        JsonNode moved = object.remove(name);
        object.set(pick(KEYS, random), moved);
      }
      case 3 -> object.set(pick(KEYS, random), value(random));
      case 4 -> object.set(name, pick(others, random).deepCopy());
      default -> object.set(name, value(random));
    }
  }

  private static void changeArray(ArrayNode array, SplittableRandom random) {
    int index = random.nextInt(array.size());
    switch (random.nextInt(6)) {
      case 0 -> array.remove(index);
      case 1 -> array.insertNull(index);
      case 2 -> {
        JsonNode repeated = array.get(index);
        int times = random.nextInt(20) == 0 ? 300 : 2;
        for (int i = 0; i < times; i++) {
          array.add(repeated.deepCopy());
        }
      }
      case 3 -> array.removeAll();
      default -> array.set(index, value(random));
    }
  }

  private static JsonNode value(SplittableRandom random) {
    return switch (random.nextInt(14)) {
      case 0 -> NODES.nullNode();
      case 1 -> NODES.booleanNode(random.nextBoolean());
      case 2 -> NODES.numberNode(random.nextInt(-3, 4));
      case 3 -> NODES.numberNode(random.nextLong());
      case 4 -> NODES.numberNode(BigInteger.TEN.pow(random.nextInt(200)));
      case 5 -> NODES.numberNode(new BigDecimal("1e" + random.nextInt(-999_999, 999_999)));
      case 6 -> NODES.numberNode(random.nextDouble() * 1e9);
      case 7 -> NODES.objectNode();
      case 8 -> NODES.arrayNode();
      case 9 -> NODES.arrayNode().add(NODES.objectNode().set("name", NODES.arrayNode().addNull()));
      case 10 -> deep(random);
      case 11 -> NODES.textNode(longText(random));
      default -> NODES.textNode(pick(STRINGS, random));
    };
  }

  // What a pattern may choke on; rarely as much as takes minutes where each start is tried anew.
  private static String longText(SplittableRandom random) {
    String repeated = pick(REPEATED, random);
    int length = random.nextInt(30) == 0 ? 300_000 : random.nextInt(3_000);
    return pick(BEFORE_REPEATED, random) + repeated.repeat(length / repeated.length());
  }

  private static JsonNode deep(SplittableRandom random) {
    int depth = random.nextInt(10) == 0 ? random.nextInt(600) : random.nextInt(100);
    boolean lists = random.nextBoolean();
    JsonNode node = NODES.textNode("bottom");
    for (int i = 0; i < depth; i++) {
      node = lists ? NODES.arrayNode().add(node) : NODES.objectNode().set("spec", node);
    }
    return node;
  }

  // Written by hand: a tree holds no key twice, and Jackson's writer limits the depth.
  private static String text(JsonNode root, SplittableRandom random) {
    var out = new StringBuilder();
    int twice = random.nextInt(4) == 0 ? random.nextInt(60) : -1;
    write(root, out, new int[] {twice}, random);
    return out.toString();
  }

  private static void write(
      JsonNode node, StringBuilder out, int[] untilTwice, SplittableRandom random) {
    switch (node) {
      case ObjectNode object -> {
        String separator = "{";
        for (var field : object.properties()) {
          String key = NODES.textNode(field.getKey()).toString();
          if (untilTwice[0]-- == 0) {
            out.append(separator).append(key).append(':').append(shallow(random));
            separator = ",";
          }
          out.append(separator).append(key).append(':');
          write(field.getValue(), out, untilTwice, random);
          separator = ",";
        }
        out.append(object.isEmpty() ? "{}" : "}");
      }
      case ArrayNode array -> {
        String separator = "[";
        for (JsonNode element : array) {
          out.append(separator);
          write(element, out, untilTwice, random);
          separator = ",";
        }
        out.append(array.isEmpty() ? "[]" : "]");
      }
      default -> out.append(node);
    }
  }

  private static String shallow(SplittableRandom random) {
    return pick(List.of("null", "{}", "[]", "\"\"", "1", "[[[]]]", "{\"name\":{}}"), random);
  }

  // --- the bytes ---

  private static byte[] changeBytes(byte[] body, SplittableRandom random) {
    return switch (random.nextInt(11)) {
      case 0 -> java.util.Arrays.copyOf(body, random.nextInt(body.length));
      case 1 -> flipped(body, random);
      case 2 -> inserted(body, random, new byte[] {(byte) 0xff, (byte) 0xfe});
      case 3 -> inserted(body, random, new byte[] {(byte) 0xc0, (byte) 0x80});
      case 4 -> inserted(body, random, new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80});
      case 5 -> inserted(body, random, "/*".getBytes(StandardCharsets.UTF_8));
      case 6 -> joined("\ufeff".getBytes(StandardCharsets.UTF_8), body);
      case 7 -> joined(body, body);
      case 8 ->
          new String(body, StandardCharsets.UTF_8)
              .getBytes(random.nextBoolean() ? StandardCharsets.UTF_16 : StandardCharsets.UTF_16LE);
      case 9 -> {
        byte[] garbage = new byte[random.nextInt(2_000)];
        random.nextBytes(garbage);
        yield garbage;
      }
      default ->
          pick(
                  List.of(
                      "",
                      "[",
                      "{",
                      "[".repeat(100_000),
                      "{\"a\":".repeat(50_000),
                      "null",
                      "NaN",
                      "-",
                      "1" + "0".repeat(100_000),
                      "\"",
                      "{\"kind\":\"AdmissionReview\"}"),
                  random)
              .getBytes(StandardCharsets.UTF_8);
    };
  }

  private static byte[] flipped(byte[] body, SplittableRandom random) {
    byte[] flipped = body.clone();
    int times = 1 + random.nextInt(5);
    for (int i = 0; i < times; i++) {
      flipped[random.nextInt(flipped.length)] = (byte) random.nextInt(256);
    }
    return flipped;
  }

  private static byte[] inserted(byte[] body, SplittableRandom random, byte[] more) {
    int at = random.nextInt(body.length);
    var out = new ByteArrayOutputStream();
    out.write(body, 0, at);
    out.writeBytes(more);
    out.write(body, at, body.length - at);
    return out.toByteArray();
  }

  private static byte[] joined(byte[] one, byte[] other) {
    var out = new ByteArrayOutputStream();
    out.writeBytes(one);
    out.writeBytes(other);
    return out.toByteArray();
  }

  // --- the wire ---

  private static FuzzedRequest ordinary(int number, byte[] body, SplittableRandom random) {
    String path = random.nextBoolean() ? "/mutate" : "/validate";
    boolean chunked = random.nextInt(8) == 0;
    List<String> head = head("POST", path, "application/json");
    head.add(chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + body.length);
    return new FuzzedRequest(
        number,
        head,
        Buffer.buffer(chunked ? chunks(body, random) : body),
        false,
        uid(body),
        !chunked);
  }

  private static FuzzedRequest wire(int number, byte[] body, SplittableRandom random) {
    String path = random.nextBoolean() ? "/mutate" : "/validate";
    String length = "Content-Length: " + body.length;
    List<String> head = head("POST", path, "application/json");
    boolean halfClosed = false;
    Optional<String> uid = Optional.empty();
    byte[] sent = body;
    switch (random.nextInt(16)) {
      case 0 -> {
        head = head(pick(METHODS, random), path, "application/json");
        head.add(length);
      }
      case 1, 2 -> {
        head = head("POST", pick(PATHS, random), "application/json");
        head.add(length);
      }
      case 3 -> {
        head = head("POST", path, pick(TYPES, random));
        head.add(length);
      }
      case 4 -> {
        head.add("Content-Length: " + (body.length + 1 + random.nextInt(1_000)));
        halfClosed = true;
      }
      case 5 -> head.add("Content-Length: " + random.nextInt(body.length + 1));
      case 6 -> head.add("Content-Length: " + pick(List.of("-1", "x", "", "+5", "0x10"), random));
      case 7 -> {
        head.add(length);
        head.add("Content-Length: " + (body.length + 1));
      }
      // A body that is no chunk never ends, but for the end of the connection.
      case 8 -> {
        head.add(length);
        head.add("Transfer-Encoding: chunked");
        halfClosed = true;
      }
      case 9 -> {
        halfClosed = true;
        head.add("Transfer-Encoding: " + pick(List.of("gzip", "chunked, gzip", "x"), random));
        head.add(length);
      }
      case 10 -> {
        head.add("Transfer-Encoding: chunked");
        sent = "zz\r\nnonsense".getBytes(StandardCharsets.UTF_8);
        halfClosed = true;
      }
      case 11 -> {
        head.add(length);
        head.add("X-Long: " + "y".repeat(random.nextInt(20_000)));
      }
      case 12 -> {
        head.add(
            pick(List.of("no colon", ": no name", "a b: c", "n\u0000l: 1", " folded"), random));
        head.add(length);
      }
      case 13 -> {
        head.add("Content-Encoding: gzip");
        head.add(length);
      }
      case 14 -> {
        head.add("Gapless-Warm-Up: " + "0".repeat(32));
        head.add("Expect: 100-continue");
        head.add(length);
        uid = uid(body);
      }
      default -> {
        head.set(0, "POST " + path + pick(List.of(" HTTP/1.0", " HTTP/9.9", "", " X"), random));
        head.add(length);
      }
    }
    return new FuzzedRequest(number, head, Buffer.buffer(sent), halfClosed, uid, false);
  }

  private static List<String> head(String method, String path, String type) {
    return new ArrayList<>(
        List.of(method + " " + path + " HTTP/1.1", "Host: localhost", "Content-Type: " + type));
  }

  private static byte[] chunks(byte[] body, SplittableRandom random) {
    var out = new ByteArrayOutputStream();
    int at = 0;
    while (at < body.length) {
      int length = Math.min(body.length - at, 1 + random.nextInt(10_000));
      out.writeBytes(
          (Integer.toHexString(length).toUpperCase(Locale.ROOT) + "\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      out.write(body, at, length);
      out.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
      at += length;
    }
    out.writeBytes("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    return out.toByteArray();
  }

  /// The uid that a review has, read apart from the server; empty where it is none.
  private static Optional<String> uid(byte[] body) {
    if (body.length > MAX_BODY) {
      return Optional.empty();
    }
    JsonNode review;
    try {
      review = ORACLE.readTree(body);
    } catch (IOException | RuntimeException _) {
      return Optional.empty();
    }
    @Nullable String uid = review.path("request").path("uid").textValue();
    return "AdmissionReview".equals(review.path("kind").textValue())
            && "admission.k8s.io/v1".equals(review.path("apiVersion").textValue())
            && uid != null
            && !uid.isEmpty()
        ? Optional.of(uid)
        : Optional.empty();
  }

  private static <T> T pick(List<T> some, SplittableRandom random) {
    return some.get(random.nextInt(some.size()));
  }
}
