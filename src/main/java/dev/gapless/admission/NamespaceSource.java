package dev.gapless.admission;

import dev.gapless.engine.Namespace;

/// What is known of namespaces; asked once for each admission, so it must answer from memory.
public interface NamespaceSource {

  /// The namespace of that name; of one that is not known, what its name alone says.
  Namespace namespace(String name);
}
