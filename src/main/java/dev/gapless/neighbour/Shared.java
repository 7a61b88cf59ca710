package dev.gapless.neighbour;

import dev.gapless.workload.FieldPath;
import dev.gapless.workload.IntOrString;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Gives equal values one instance: labels, names and ports are the same in thousands of objects.
///
/// It forgets a value as soon as another one needs its place, so that it never grows. Several
/// threads may write one place at a time: what is shared cannot change, and one of it more does no
/// harm.
final class Shared {
  private static final int PLACES = 1 << 14;

  private static final @Nullable Object[] SEEN = new Object[PLACES];

  private Shared() {}

  /// An equal text.
  static String of(String text) {
    return ofImmutable(text);
  }

  /// An equal path.
  static FieldPath of(FieldPath path) {
    return ofImmutable(path);
  }

  /// An equal number.
  static OptionalInt of(OptionalInt number) {
    return ofImmutable(number);
  }

  /// An equal number.
  static OptionalLong of(OptionalLong number) {
    return ofImmutable(number);
  }

  /// An equal bound, or none.
  static Optional<IntOrString> of(Optional<IntOrString> bound) {
    return ofImmutable(bound);
  }

  // One that is remembered, of the same class.
  @SuppressWarnings("unchecked")
  private static <T> T ofImmutable(T value) {
    int hash = value.hashCode();
    int place = (hash ^ hash >>> 16) & PLACES - 1;
    Object seen = SEEN[place];
    if (seen != null && seen.getClass() == value.getClass() && seen.equals(value)) {
      return (T) seen;
    }
    SEEN[place] = value;
    return value;
  }

  /// An equal map, with keys and values that are shared too.
  static Map<String, String> of(Map<String, String> map) {
    var entries = new HashMap<String, String>();
    map.forEach((key, value) -> entries.put(of(key), of(value)));
    return ofImmutable(Map.copyOf(entries));
  }

  /// An equal list.
  static <T> List<T> of(List<T> list) {
    return ofImmutable(List.copyOf(list));
  }
}
