package dev.gapless.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.manifest.ManifestFile;
import dev.gapless.manifest.ManifestObject;
import dev.gapless.manifest.ManifestParser;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// Kubernetes objects by kind and name, and how two sets of them differ.
record Manifests(SortedMap<String, JsonNode> objects) {

  static Manifests of(String yaml) {
    ManifestFile file = ManifestParser.parse("rendered", yaml);
    assertEquals(List.of(), file.problems());
    var objects = new TreeMap<String, JsonNode>();
    for (ManifestObject object : file.objects()) {
      JsonNode before = objects.put(object.kind() + " " + object.name(), object.tree());
      assertEquals(null, before, "rendered twice");
    }
    assertTrue(objects.size() > 3, () -> "hardly anything was rendered: " + objects.keySet());
    return new Manifests(objects);
  }

  JsonNode object(String kind, String name) {
    return Objects.requireNonNull(objects.get(kind + " " + name), () -> "none of " + objects);
  }

  Manifests without(String kind, String name) {
    var rest = new TreeMap<>(objects);
    rest.remove(kind + " " + name);
    return new Manifests(rest);
  }

  /// One line for each field that the other set has differently: `+` there only, `-` here only, and
  /// `~` for another value. Whole objects are one line.
  List<String> changesTo(Manifests other) {
    var changes = new ArrayList<String>();
    var names = new TreeSet<>(objects.keySet());
    names.addAll(other.objects.keySet());
    for (String name : names) {
      JsonNode before = objects.get(name);
      JsonNode after = other.objects.get(name);
      if (before == null) {
        changes.add("+ " + name);
      } else if (after == null) {
        changes.add("- " + name);
      } else {
        compare(name, leaves(before), leaves(after), changes);
      }
    }
    return changes;
  }

  private static void compare(
      String name, Map<String, String> before, Map<String, String> after, List<String> changes) {
    var paths = new TreeSet<>(before.keySet());
    paths.addAll(after.keySet());
    for (String path : paths) {
      String old = before.get(path);
      String now = after.get(path);
      if (old == null) {
        changes.add("+ %s %s %s".formatted(name, path, now));
      } else if (now == null) {
        changes.add("- %s %s %s".formatted(name, path, old));
      } else if (!old.equals(now)) {
        changes.add("~ %s %s %s -> %s".formatted(name, path, old, now));
      }
    }
  }

  /// Every value that holds no other, by its path.
  static SortedMap<String, String> leaves(JsonNode tree) {
    var leaves = new TreeMap<String, String>();
    collect("", tree, leaves);
    return leaves;
  }

  private static void collect(String path, JsonNode node, Map<String, String> leaves) {
    if (node.isObject() && !node.isEmpty()) {
      node.properties().forEach(it -> collect(path + "/" + it.getKey(), it.getValue(), leaves));
    } else if (node.isArray() && !node.isEmpty()) {
      for (int i = 0; i < node.size(); i++) {
        collect(path + "/" + i, node.get(i), leaves);
      }
    } else {
      leaves.put(path, node.toString());
    }
  }
}
