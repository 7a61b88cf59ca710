package dev.gapless.manifest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// A file of manifests as nobody would write it but many could: every style of YAML that kubectl
/// reads, mixed at random.
final class RandomManifest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private final Random random;
  private final StringBuilder text = new StringBuilder();
  private final Map<JsonNode, String> anchors = new HashMap<>();
  private final Map<String, String> anchoredMappings = new HashMap<>();
  private final boolean anchorsAllowed;
  private final boolean tabs;
  private final boolean flows;
  private final int step;
  private final boolean odd;
  private int comments;
  private int names;
  private boolean repeats;
  private boolean commentsWithin;

  private RandomManifest(Random random) {
    this.random = random;
    this.anchorsAllowed = random.nextInt(3) == 0;
    this.tabs = random.nextInt(5) == 0;
    this.flows = random.nextInt(3) == 0;
    this.step = List.of(2, 2, 2, 4, 3, 1, 6).get(random.nextInt(7));
    this.odd = random.nextInt(5) == 0;
  }

  /// A file.
  ///
  /// @param repeats whether it holds an alias or a merge key
  /// @param commentsWithin whether a comment may stand inside of what a fix takes away
  /// @param comments how many comments it has: `#c0` and so on, in this order
  record File(String text, boolean json, boolean repeats, boolean commentsWithin, int comments) {}

  /// The file of one seed.
  static File of(long seed) throws JsonProcessingException {
    var random = new Random(seed);
    return random.nextInt(8) == 0 ? json(random) : new RandomManifest(random).yaml();
  }

  private static File json(Random random) throws JsonProcessingException {
    var maker = new RandomManifest(random);
    ObjectNode object = random.nextBoolean() ? maker.workload() : maker.list();
    String text = object.toString();
    if (random.nextInt(4) > 0) {
      String indent = List.of("  ", "    ", "\t", " ").get(random.nextInt(4));
      var indenter = new DefaultIndenter(indent, random.nextInt(3) == 0 ? "\r\n" : "\n");
      var printer = new DefaultPrettyPrinter().withObjectIndenter(indenter);
      if (random.nextBoolean()) {
        printer.indentArraysWith(indenter);
      }
      text = JSON.writer(printer).writeValueAsString(object);
    }
    return new File(text + (random.nextBoolean() ? "\n" : ""), true, false, false, 0);
  }

  private File yaml() {
    int documents = 1 + random.nextInt(3);
    if (random.nextBoolean()) {
      comment(0);
    }
    for (int i = 0; i < documents; i++) {
      if (i > 0 || random.nextInt(3) == 0) {
        text.append("---").append(random.nextInt(4) == 0 ? " " + newComment() : "").append('\n');
      }
      anchors.clear();
      anchoredMappings.clear();
      ObjectNode document =
          switch (random.nextInt(6)) {
            case 0 -> list();
            case 1 -> configMap();
            default -> workload();
          };
      mapping(document, 0, "");
      if (random.nextInt(3) == 0) {
        text.append(random.nextBoolean() ? "\n" : "");
        comment(0);
      }
    }
    String made = text.toString();
    if (random.nextInt(4) == 0) {
      made = made.stripTrailing();
    } else if (random.nextInt(8) == 0) {
      made += "\n\n";
    }
    made =
        switch (random.nextInt(6)) {
          case 0 -> made.replace("\n", "\r\n");
          case 1 -> mixed(made);
          default -> made;
        };
    return new File(
        (random.nextInt(6) == 0 ? BYTE_ORDER_MARK : "") + made,
        false,
        repeats,
        commentsWithin,
        comments);
  }

  private String mixed(String made) {
    var mixed = new StringBuilder();
    for (String line : made.split("(?<=\n)", -1)) {
      mixed.append(random.nextInt(4) == 0 ? line.replace("\n", "\r\n") : line);
    }
    return mixed.toString();
  }

  // What is said.

  private ObjectNode list() {
    ObjectNode list = JSON.createObjectNode().put("apiVersion", "v1").put("kind", "List");
    ArrayNode items = list.putArray("items");
    for (int i = random.nextInt(3); i >= 0; i--) {
      items.add(random.nextInt(4) == 0 ? configMap() : workload());
    }
    return list;
  }

  private ObjectNode configMap() {
    ObjectNode map = JSON.createObjectNode().put("apiVersion", "v1").put("kind", "ConfigMap");
    map.putObject("metadata").put("name", "c");
    map.putObject("data").put("a.yaml", prose()).put("x", "#no comment").put("b", prose());
    return map;
  }

  private String prose() {
    return List.of(
            "one line\n",
            "a\n\nb\n",
            "no end\nat all",
            "two ends\n\n",
            "three ends\n\n\n",
            "  indented\nfirst\n",
            "a\ttab: {x}\n# no comment\n- x\n",
            "last line is\n   deeper\n")
        .get(random.nextInt(8));
  }

  private ObjectNode workload() {
    ObjectNode object = JSON.createObjectNode();
    var parts = new ArrayList<Runnable>();
    parts.add(() -> object.put("apiVersion", "apps/v1"));
    String kind =
        List.of("Deployment", "Deployment", "StatefulSet", "DaemonSet").get(random.nextInt(4));
    parts.add(() -> object.put("kind", kind));
    parts.add(() -> {
      ObjectNode metadata = object.putObject("metadata").put("name", "w" + names++);
      metadata.putObject("labels").put("app", "web").put("team", "shop");
      if (random.nextInt(3) == 0) {
        metadata.putObject("annotations").put("note", prose()).put("on", "yes");
      }
    });
    parts.add(() -> spec(object.putObject("spec")));
    if (random.nextInt(4) == 0) {
      Collections.shuffle(parts, random);
    }
    parts.forEach(Runnable::run);
    return object;
  }

  private void spec(ObjectNode spec) {
    var parts = new ArrayList<Runnable>();
    if (random.nextBoolean()) {
      parts.add(() -> spec.put("replicas", random.nextInt(12)));
    }
    if (random.nextBoolean()) {
      parts.add(() ->
          spec.putObject("selector")
              .putObject("matchLabels")
              .put("app", "web")
              .put("team", "shop"));
    }
    if (random.nextBoolean()) {
      parts.add(() -> strategy(spec));
    }
    parts.add(() -> template(spec.putObject("template")));
    if (random.nextInt(3) == 0) {
      Collections.shuffle(parts, random);
    }
    parts.forEach(Runnable::run);
  }

  private void strategy(ObjectNode spec) {
    switch (random.nextInt(5)) {
      case 0 -> spec.putNull("strategy");
      case 1 -> spec.putObject("strategy");
      case 2 -> spec.putObject("strategy").put("type", "RollingUpdate").putNull("rollingUpdate");
      default -> {
        ObjectNode rolling = spec.putObject("strategy").putObject("rollingUpdate");
        for (String bound : List.of("maxSurge", "maxUnavailable")) {
          switch (random.nextInt(3)) {
            case 0 -> rolling.put(bound, random.nextInt(3));
            case 1 -> rolling.put(bound, random.nextInt(5) * 25 + "%");
            default -> {}
          }
        }
      }
    }
  }

  private void template(ObjectNode template) {
    if (random.nextBoolean()) {
      template.putObject("metadata").putObject("labels").put("app", "web").put("team", "shop");
    }
    ObjectNode pod = template.putObject("spec");
    var parts = new ArrayList<Runnable>();
    if (random.nextBoolean()) {
      parts.add(() -> pod.put("terminationGracePeriodSeconds", random.nextInt(90)));
    }
    parts.add(() -> {
      ArrayNode containers = pod.putArray("containers");
      for (int i = random.nextInt(3); i >= 0; i--) {
        container(containers.addObject(), "c" + i);
      }
    });
    if (random.nextInt(3) == 0) {
      parts.add(() -> pod.putArray("volumes").addObject().put("name", "v").putObject("emptyDir"));
    }
    if (random.nextInt(3) == 0) {
      Collections.shuffle(parts, random);
    }
    parts.forEach(Runnable::run);
  }

  private void container(ObjectNode container, String name) {
    container.put("name", name);
    var parts = new ArrayList<Runnable>();
    parts.add(() -> container.put("image", "registry.example/web:1.2@x"));
    if (random.nextInt(4) > 0) {
      parts.add(() -> container.putArray("ports").addObject().put("containerPort", 8080));
    }
    if (random.nextInt(4) > 0) {
      parts.add(() ->
          container
              .putObject("readinessProbe")
              .putObject("httpGet")
              .put("port", 8080)
              .put("path", "/"));
    }
    if (random.nextInt(3) == 0) {
      parts.add(() -> container.putArray("args").add("-c").add(prose()));
    }
    if (random.nextInt(3) == 0) {
      parts.add(() -> container.putArray("env").addObject().put("name", "A").put("value", prose()));
    }
    switch (random.nextInt(8)) {
      case 0 -> parts.add(() -> container.putObject("lifecycle"));
      case 1 -> parts.add(() -> container.putNull("lifecycle"));
      case 2 -> parts.add(() -> container.putObject("lifecycle").putNull("preStop"));
      case 3 ->
          parts.add(() ->
              container
                  .putObject("lifecycle")
                  .putObject("preStop")
                  .putObject("sleep")
                  .put("seconds", 1 + random.nextInt(20)));
      case 4 ->
          parts.add(() ->
              container
                  .putObject("lifecycle")
                  .putObject("preStop")
                  .putObject("exec")
                  .putArray("command")
                  .add("sleep")
                  .add("" + (1 + random.nextInt(20))));
      default -> {}
    }
    if (random.nextInt(3) == 0) {
      Collections.shuffle(parts, random);
    }
    parts.forEach(Runnable::run);
  }

  // How it is said.

  private void mapping(ObjectNode object, int column, String within) {
    boolean first = true;
    for (Map.Entry<String, JsonNode> member : object.properties()) {
      if (!first || text.isEmpty() || text.charAt(text.length() - 1) == '\n') {
        between(column, within);
        text.append(" ".repeat(column));
      }
      first = false;
      String key = member.getKey();
      text.append(random.nextInt(9) == 0 ? "\"" + key + "\"" : key).append(':');
      value(member.getValue(), column, within + "/" + key);
      String merged = anchoredMappings.get(within);
      if (merged != null && random.nextInt(4) == 0) {
        repeats = true;
        text.append(" ".repeat(column)).append("<<: *").append(merged);
        endLine(within);
      }
    }
    tail(column, within);
  }

  // What was once a field or an element there, and whatever else is left behind the last one.
  private void tail(int column, String within) {
    if (random.nextInt(7) > 0) {
      return;
    }
    for (int i = random.nextInt(4); i >= 0; i--) {
      note(within);
      int at = random.nextBoolean() ? column : random.nextInt(column + 6);
      commentsWithin |= at > column;
      comment(at);
      if (random.nextInt(5) == 0) {
        text.append('\n');
      }
    }
  }

  private void between(int column, String within) {
    if (random.nextInt(12) == 0) {
      text.append('\n');
    }
    if (random.nextInt(9) == 0) {
      note(within);
      // Where a comment stands means nothing, so it may stand anywhere.
      comment(random.nextInt(3) == 0 ? random.nextInt(column + 3) : column);
    }
  }

  private void note(String within) {
    commentsWithin |= within.contains("/lifecycle") || within.contains("/strategy");
  }

  /// What follows a colon or a dash, to the end of the line and below.
  private void value(JsonNode value, int column, String within) {
    String alias = anchors.get(value);
    if (alias != null && random.nextBoolean()) {
      repeats = true;
      text.append(" *").append(alias);
      endLine(within);
      return;
    }
    String anchor = "";
    boolean anchorable = value.isContainerNode() || value.isNull();
    if (anchorsAllowed && anchorable && random.nextInt(value.isEmpty() ? 2 : 5) == 0) {
      anchor = "a" + names++;
      text.append(" &").append(anchor);
    }
    if (value.isContainerNode()
        && (value.isEmpty() || (flows && random.nextInt(4) == 0 && !prosaic(value)))) {
      text.append(' ');
      flow(value, column + 1);
      endLine(within);
    } else if (value instanceof ObjectNode object) {
      endLine(within);
      mapping(object, column + step(), within);
    } else if (value instanceof ArrayNode array) {
      endLine(within);
      sequence(array, column + random.nextInt(2) * step(), within);
    } else {
      scalar(value, column, within);
    }
    if (!anchor.isEmpty()) {
      anchors.put(value, anchor);
      if (value.isObject()) {
        anchoredMappings.put(within, anchor);
      }
    }
  }

  private int step() {
    return odd ? 1 + random.nextInt(5) : step;
  }

  private static boolean prosaic(JsonNode value) {
    return value.toString().contains("\\n");
  }

  private void sequence(ArrayNode array, int column, String within) {
    for (JsonNode element : array) {
      between(column, within);
      text.append(" ".repeat(column)).append('-');
      if (element instanceof ObjectNode object && random.nextInt(4) > 0) {
        int gap = random.nextInt(8) == 0 ? 3 : 1;
        text.append(" ".repeat(gap));
        mapping(object, column + 1 + gap, within);
      } else {
        value(element, column, within);
      }
    }
    tail(column, within);
  }

  private void scalar(JsonNode value, int column, String within) {
    String space =
        tabs && random.nextInt(5) == 0 ? "\t" : " ".repeat(random.nextInt(10) == 0 ? 3 : 1);
    if (value.isNull()) {
      text.append(List.of("", space + "~", space + "null").get(random.nextInt(3)));
    } else if (!value.isTextual()) {
      text.append(space).append(value);
    } else if (value.textValue().contains("\n")) {
      prose(value.textValue(), column, within);
      return;
    } else {
      text.append(space).append(word(value.textValue()));
    }
    endLine(within);
  }

  private String word(String word) {
    boolean plain = word.matches("[A-Za-z][A-Za-z0-9./-]*") && !YamlWords.mistakable(word);
    return switch (random.nextInt(plain ? 5 : 2)) {
      case 0 -> "'" + word + "'";
      case 1 -> "\"" + word + "\"";
      default -> word;
    };
  }

  private void prose(String prose, int column, String within) {
    int margin = column + 1 + random.nextInt(4);
    boolean explicit = prose.startsWith(" ");
    String body = prose.stripTrailing();
    String ends = prose.substring(body.length());
    String chomping = ends.isEmpty() ? "-" : ends.length() > 1 || random.nextInt(5) == 0 ? "+" : "";
    boolean folded = random.nextInt(3) == 0 && !body.contains("\n");
    if (random.nextInt(4) == 0) {
      // A quoted one is as good.
      text.append(' ').append(JSON.getNodeFactory().textNode(prose));
      endLine(within);
      return;
    }
    // An explicit indentation counts from the parent, which a list may have moved.
    if (explicit) {
      text.append(' ').append(JSON.getNodeFactory().textNode(prose));
      endLine(within);
      return;
    }
    text.append(folded ? " >" : " |").append(chomping);
    endLine(within);
    for (String line : body.split("\n", -1)) {
      text.append(line.isEmpty() ? "" : " ".repeat(margin) + line).append('\n');
    }
    if (chomping.equals("+")) {
      text.append("\n".repeat(Math.max(0, ends.length() - 1)));
    } else if (random.nextInt(5) == 0) {
      text.append('\n');
    }
  }

  private void flow(JsonNode value, int column) {
    boolean lines = value.size() > 1 && random.nextInt(4) == 0;
    String separator = lines ? ",\n" + " ".repeat(column + 2) : random.nextBoolean() ? ", " : " , ";
    var parts = new ArrayList<String>();
    if (value.isObject()) {
      value.properties().forEach(it -> parts.add(it.getKey() + ": " + flowed(it.getValue())));
      text.append('{').append(String.join(separator, parts)).append('}');
    } else {
      value.forEach(it -> parts.add(flowed(it)));
      text.append('[').append(String.join(separator, parts)).append(']');
    }
  }

  private String flowed(JsonNode value) {
    var inner = new ArrayList<String>();
    if (value.isObject()) {
      value.properties().forEach(it -> inner.add(it.getKey() + ": " + flowed(it.getValue())));
      return "{" + String.join(", ", inner) + "}";
    }
    if (value.isArray()) {
      value.forEach(it -> inner.add(flowed(it)));
      return "[" + String.join(", ", inner) + "]";
    }
    return value.isTextual() ? word(value.textValue()) : value.toString();
  }

  private void endLine(String within) {
    if (random.nextInt(7) == 0) {
      note(within);
      text.append(tabs && random.nextBoolean() ? "\t" : "  ").append(newComment());
    }
    text.append('\n');
  }

  private void comment(int column) {
    text.append(" ".repeat(column)).append(newComment()).append('\n');
  }

  private String newComment() {
    return "#c"
        + comments++
        + " "
        + List.of("why", "{x: y}", "\"q", "it's", "a: b # c").get(random.nextInt(5));
  }
}
