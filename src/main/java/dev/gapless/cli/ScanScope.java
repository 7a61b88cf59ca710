package dev.gapless.cli;

import java.util.Optional;

/// What of a cluster is looked at.
///
/// @param namespace empty for all
/// @param selector of what is judged by its labels, in kubectl's form
record ScanScope(Optional<String> namespace, Optional<String> selector) {

  /// In words: `namespace shop, app=web`.
  @Override
  public String toString() {
    return namespace.map(it -> "namespace " + it).orElse("all namespaces")
        + selector.map(it -> ", " + it).orElse("");
  }
}
