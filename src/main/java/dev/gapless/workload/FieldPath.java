package dev.gapless.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The way from an object's root to one of its fields, in the forms that people, patches and
/// records need.
public final class FieldPath {
  /// The object itself.
  public static final FieldPath ROOT = new FieldPath(null, new Field(""));

  /// Twice as deep as any path that a rule writes. Such paths are read from annotations, which
  /// anybody may fill with anything.
  private static final int MAX_STABLE_STEPS = 16;

  private final @Nullable FieldPath parent;
  private final Segment segment;

  // Paths are keys of maps that each review asks often; 0 until somebody does.
  private int hash;

  // A review asks for it again and again too: who wrote a value, and what admission set.
  private @Nullable String stable;

  private FieldPath(@Nullable FieldPath parent, Segment segment) {
    this.parent = parent;
    this.segment = segment;
  }

  /// One step of a path.
  public sealed interface Segment {
    /// What stands a step below a node; a missing node where there is nothing.
    default JsonNode in(JsonNode above) {
      return switch (this) {
        case Field(String name) -> above.path(name);
        case Element element -> above.path(element.index());
      };
    }
  }

  /// A step to a member of an object.
  public record Field(String name) implements Segment {}

  /// A step to an element of a list; `name` is the element's own `name` field, by which Kubernetes
  /// merges such lists.
  public record Element(int index, Optional<String> name) implements Segment {}

  /// The path over the given member names.
  public static FieldPath of(String... names) {
    FieldPath path = ROOT;
    for (String name : names) {
      path = path.child(name);
    }
    return path;
  }

  /// Finds the field that `stable()` once named; empty when the text is no such path, or an element
  /// is gone.
  public static Optional<FieldPath> parseStable(String stable, JsonNode root) {
    FieldPath path = ROOT;
    String[] steps = stable.split("\\.", MAX_STABLE_STEPS + 1);
    if (steps.length > MAX_STABLE_STEPS) {
      return Optional.empty();
    }
    for (String step : steps) {
      int bracket = step.indexOf('[');
      String name = bracket < 0 ? step : step.substring(0, bracket);
      if (name.isEmpty()) {
        return Optional.empty();
      }
      path = path.child(name);
      if (bracket >= 0) {
        Optional<FieldPath> element = namedElement(path, step.substring(bracket), root);
        if (element.isEmpty()) {
          return Optional.empty();
        }
        path = element.get();
      }
    }
    return Optional.of(path);
  }

  private static Optional<FieldPath> namedElement(FieldPath list, String brackets, JsonNode root) {
    if (!brackets.startsWith("[name=") || !brackets.endsWith("]")) {
      return Optional.empty();
    }
    String name = brackets.substring("[name=".length(), brackets.length() - 1);
    JsonNode elements = list.in(root);
    for (int i = 0; i < elements.size(); i++) {
      if (name.equals(elements.path(i).path("name").textValue())) {
        return Optional.of(list.element(i, name));
      }
    }
    return Optional.empty();
  }

  /// The path to this object's member.
  public FieldPath child(String name) {
    return new FieldPath(this, new Field(name));
  }

  /// The path to this list's element at a position, counted from 0.
  public FieldPath element(int index) {
    return new FieldPath(this, new Element(index, Optional.empty()));
  }

  /// The path to this list's element at a position, counted from 0, that calls itself `name`.
  public FieldPath element(int index, String name) {
    return new FieldPath(this, new Element(index, Optional.of(name)));
  }

  /// The path one step up; empty at the root.
  public Optional<FieldPath> parent() {
    return Optional.ofNullable(parent);
  }

  /// The last step; at the root one without a name.
  public Segment last() {
    return segment;
  }

  /// Whether this path leads to that field or through it.
  public boolean isAtOrBelow(FieldPath other) {
    for (FieldPath path = this; path != null; path = path.parent) {
      if (path.equals(other)) {
        return true;
      }
    }
    return false;
  }

  /// The steps from the root; empty at the root.
  public List<Segment> segments() {
    var segments = new ArrayList<Segment>();
    for (FieldPath path = this; path.parent != null; path = path.parent) {
      segments.add(path.segment);
    }
    return segments.reversed();
  }

  /// The value at this path; a missing node where there is none, also below a null.
  public JsonNode in(JsonNode root) {
    if (parent == null) {
      return root;
    }
    JsonNode value = segment.in(parent.in(root));
    return value.isNull() ? MissingNode.getInstance() : value;
  }

  /// The JSON pointer (RFC 6901).
  public String pointer() {
    if (parent == null) {
      return "";
    }
    String step =
        switch (segment) {
          case Field field -> field.name().replace("~", "~0").replace("/", "~1");
          case Element element -> Integer.toString(element.index());
        };
    return parent.pointer() + "/" + step;
  }

  /// A form that does not change when elements move:
  /// `spec.template.spec.containers[name=web].image`.
  public String stable() {
    String known = stable;
    if (known == null) {
      known = render(true);
      stable = known;
    }
    return known;
  }

  /// The form Kubernetes uses in its messages: `spec.template.spec.containers[0].image`.
  @Override
  public String toString() {
    return render(false);
  }

  private String render(boolean byName) {
    var text = new StringBuilder();
    render(byName, text);
    return text.toString();
  }

  private void render(boolean byName, StringBuilder text) {
    if (parent == null) {
      return;
    }
    parent.render(byName, text);
    switch (segment) {
      case Element element when byName && element.name().isPresent() ->
          text.append("[name=").append(element.name().get()).append(']');
      case Element element -> text.append('[').append(element.index()).append(']');
      case Field(String name) when name.indexOf('.') >= 0 || name.indexOf('/') >= 0 ->
          text.append('[').append(name).append(']');
      case Field(String name) -> text.append(text.isEmpty() ? "" : ".").append(name);
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof FieldPath path
        && segment.equals(path.segment)
        && Objects.equals(parent, path.parent);
  }

  @Override
  public int hashCode() {
    int known = hash;
    if (known == 0) {
      known = 31 * Objects.hashCode(parent) + segment.hashCode();
      hash = known;
    }
    return known;
  }
}
