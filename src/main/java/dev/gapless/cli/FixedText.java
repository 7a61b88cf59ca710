package dev.gapless.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.cli.JudgedFile.JudgedObject;
import dev.gapless.engine.Evaluation;
import dev.gapless.manifest.DocumentRewrite;
import dev.gapless.manifest.ManifestObject;
import dev.gapless.manifest.ManifestPart;
import java.util.LinkedHashMap;
import java.util.Map;

/// A file's text as it reads after the fixes, with all else left as its author wrote it.
final class FixedText {
  private FixedText() {}

  /// The file's text with every change applied; its own text where there is none.
  static String of(JudgedFile file) {
    Map<ManifestObject, JsonNode> changed = new LinkedHashMap<>();
    for (JudgedObject object : file.objects()) {
      if (object.evaluation() instanceof Evaluation.Judged judged && !judged.patch().isEmpty()) {
        changed.put(object.object(), judged.fixed());
      }
    }
    var text = new StringBuilder();
    for (ManifestPart part : file.file().parts()) {
      text.append(
          part instanceof ManifestPart.Document document ? of(document, changed) : part.text());
    }
    return text.toString();
  }

  private static String of(ManifestPart.Document document, Map<ManifestObject, JsonNode> changed) {
    Map<ManifestObject, JsonNode> own = new LinkedHashMap<>();
    for (ManifestObject object : document.objects()) {
      JsonNode fixed = changed.get(object);
      if (fixed != null) {
        own.put(object, fixed);
      }
    }
    return own.isEmpty() ? document.text() : DocumentRewrite.apply(document, own);
  }
}
