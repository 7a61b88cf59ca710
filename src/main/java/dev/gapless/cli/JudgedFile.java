package dev.gapless.cli;

import dev.gapless.engine.Evaluation;
import dev.gapless.engine.Namespace;
import dev.gapless.manifest.ManifestFile;
import dev.gapless.manifest.ManifestObject;
import java.util.List;

/// A file and what came of its objects.
///
/// @param objects in the order of the text; objects that are not Kubernetes' are among them
record JudgedFile(ManifestFile file, List<JudgedObject> objects) {

  /// An object and what came of it.
  ///
  /// @param namespace what is known of its namespace
  record JudgedObject(ManifestObject object, Namespace namespace, Evaluation evaluation) {}
}
