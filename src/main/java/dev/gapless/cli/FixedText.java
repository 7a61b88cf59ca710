package dev.gapless.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.cli.JudgedFile.JudgedObject;
import dev.gapless.engine.Evaluation;
import dev.gapless.manifest.DocumentRewrite;
import dev.gapless.manifest.ManifestObject;
import java.util.LinkedHashMap;
import java.util.Map;

/// A file's text as it reads after the fixes, with all else left as its author wrote it.
final class FixedText {
  private FixedText() {}

  /// The file's text with every change applied; its own text where there is none.
  static String of(JudgedFile file) {
    return DocumentRewrite.apply(file.file(), changes(file));
  }

  /// What becomes of the objects that change.
  static Map<ManifestObject, JsonNode> changes(JudgedFile file) {
    Map<ManifestObject, JsonNode> changes = new LinkedHashMap<>();
    for (JudgedObject object : file.objects()) {
      if (object.evaluation() instanceof Evaluation.Judged judged && !judged.patch().isEmpty()) {
        changes.put(object.object(), judged.fixed());
      }
    }
    return changes;
  }
}
