package dev.gapless.rule;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What is known of the objects around a workload.
public interface Surroundings {

  /// The names of the Services in a namespace whose selector matches a pod's labels; empty where
  /// Services are not known.
  Optional<List<String>> servicesSelecting(String namespace, Map<String, String> podLabels);

  /// Nothing is known.
  static Surroundings unknown() {
    return (_, _) -> Optional.empty();
  }
}
