package dev.gapless.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/// What is kept of the objects of a resource: whole ones live no longer than it takes to put them
/// here.
interface Projection {

  /// Takes in an object, in the place of an earlier version of it.
  ///
  /// @return whether that changes what is kept
  boolean put(JsonNode object);

  /// Forgets an object.
  ///
  /// @return whether that changes what is kept
  boolean remove(JsonNode object);

  /// Forgets all objects but these.
  ///
  /// @param keys those of the objects that there are
  void retain(Set<String> keys);

  /// What an object is called among those of its resource: `shop/web`, or its name alone where it
  /// lives in no namespace.
  static String key(JsonNode object) {
    JsonNode metadata = object.path("metadata");
    return key(metadata.path("namespace").asText(), metadata.path("name").asText());
  }

  /// The key of an object.
  ///
  /// @param namespace empty where it lives in none
  static String key(String namespace, String name) {
    return namespace.isEmpty() ? name : namespace + "/" + name;
  }

  /// Both of them.
  static Projection both(Projection one, Projection other) {
    return new Projection() {
      @Override
      public boolean put(JsonNode object) {
        boolean changed = one.put(object);
        return other.put(object) || changed;
      }

      @Override
      public boolean remove(JsonNode object) {
        boolean changed = one.remove(object);
        return other.remove(object) || changed;
      }

      @Override
      public void retain(Set<String> keys) {
        one.retain(keys);
        other.retain(keys);
      }
    };
  }
}
