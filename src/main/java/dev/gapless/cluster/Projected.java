package dev.gapless.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/// A value for each object of a resource.
///
/// @param <T> what is kept of an object
final class Projected<T> implements Projection {
  private final Function<JsonNode, Optional<T>> projection;
  private final Map<String, T> kept = new ConcurrentHashMap<>();

  /// @param projection empty for an object of which nothing is to be kept
  Projected(Function<JsonNode, Optional<T>> projection) {
    this.projection = projection;
  }

  /// What is kept of the object; empty also where the object is not known.
  ///
  /// @param key of a namespaced object with its namespace: `shop/web`
  Optional<T> get(String key) {
    return Optional.ofNullable(kept.get(key));
  }

  /// All that is kept.
  Collection<T> all() {
    return kept.values();
  }

  @Override
  public boolean put(JsonNode object) {
    String key = Projection.key(object);
    Optional<T> next = projection.apply(object);
    T before = next.isPresent() ? kept.put(key, next.get()) : kept.remove(key);
    return !Optional.ofNullable(before).equals(next);
  }

  @Override
  public boolean remove(JsonNode object) {
    return kept.remove(Projection.key(object)) != null;
  }

  @Override
  public void retain(Set<String> keys) {
    kept.keySet().retainAll(keys);
  }
}
