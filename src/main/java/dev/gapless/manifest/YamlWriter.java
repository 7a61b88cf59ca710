package dev.gapless.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.StreamDataWriter;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.emitter.Emitter;
import org.snakeyaml.engine.v2.events.DocumentEndEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.ImplicitTuple;
import org.snakeyaml.engine.v2.events.MappingEndEvent;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceEndEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.events.StreamEndEvent;
import org.snakeyaml.engine.v2.events.StreamStartEvent;

/// Writes trees as YAML in the form in which manifests are usually written, with every string
/// quoted that some reader would take for something else.
public final class YamlWriter {
  private static final ImplicitTuple UNTAGGED = new ImplicitTuple(true, true);
  private static final ImplicitTuple QUOTED = new ImplicitTuple(false, true);

  private final Emitter emitter;

  private YamlWriter(Emitter emitter) {
    this.emitter = emitter;
  }

  /// A tree as one document in block style, without markers, its last line ended.
  public static String write(JsonNode tree) {
    return write(tree, Indentation.USUAL);
  }

  static String write(JsonNode tree, Indentation indentation) {
    var text = new StringBuilder();
    var writer = new YamlWriter(new Emitter(settings(indentation), new Sink(text)));
    writer.document(tree);
    return text.toString();
  }

  /// One member of an object, as it stands at the left margin; its last line ended.
  static String member(String name, JsonNode value, Indentation indentation) {
    return write(JsonNodeFactory.instance.objectNode().set(name, value), indentation);
  }

  private static DumpSettings settings(Indentation indentation) {
    return DumpSettings.builder()
        .setIndent(indentation.fields())
        .setIndicatorIndent(indentation.dashes())
        .setIndentWithIndicator(indentation.dashes() > 0)
        .setSplitLines(false)
        .setMaxSimpleKeyLength(1024)
        .build();
  }

  private void document(JsonNode tree) {
    emitter.emit(new StreamStartEvent());
    emitter.emit(new DocumentStartEvent(false, Optional.empty(), Map.of()));
    node(tree);
    emitter.emit(new DocumentEndEvent(false));
    emitter.emit(new StreamEndEvent());
  }

  private void node(JsonNode node) {
    if (node.isObject()) {
      emitter.emit(
          new MappingStartEvent(Optional.empty(), Optional.empty(), true, FlowStyle.BLOCK));
      for (Map.Entry<String, JsonNode> member : node.properties()) {
        text(member.getKey());
        node(member.getValue());
      }
      emitter.emit(new MappingEndEvent());
    } else if (node.isArray()) {
      emitter.emit(
          new SequenceStartEvent(Optional.empty(), Optional.empty(), true, FlowStyle.BLOCK));
      node.forEach(this::node);
      emitter.emit(new SequenceEndEvent());
    } else if (node.isTextual()) {
      text(node.textValue());
    } else {
      scalar(node.asText(), UNTAGGED, ScalarStyle.PLAIN);
    }
  }

  private void text(String text) {
    if (text.indexOf('\n') >= 0) {
      scalar(text, QUOTED, ScalarStyle.LITERAL);
    } else if (YamlWords.mistakable(text)) {
      scalar(text, QUOTED, ScalarStyle.DOUBLE_QUOTED);
    } else {
      scalar(text, UNTAGGED, ScalarStyle.PLAIN);
    }
  }

  private void scalar(String text, ImplicitTuple implicit, ScalarStyle style) {
    emitter.emit(new ScalarEvent(Optional.empty(), Optional.empty(), implicit, text, style));
  }

  /// Where the emitter's text goes.
  private record Sink(StringBuilder text) implements StreamDataWriter {
    @Override
    public void write(String part) {
      text.append(part);
    }

    @Override
    public void write(String part, int offset, int length) {
      text.append(part, offset, offset + length);
    }
  }
}
