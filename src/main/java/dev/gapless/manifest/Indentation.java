package dev.gapless.manifest;

import java.util.Map;
import java.util.TreeMap;

/// How far a document's author moves inner lines to the right.
///
/// @param fields from a mapping's keys to those of a mapping within it: 1 or more
/// @param dashes from a key to the dashes of its list: 0 or more
record Indentation(int fields, int dashes) {
  /// How manifests are usually written.
  static final Indentation USUAL = new Indentation(2, 0);

  // The emitter's own bounds.
  private static final int MOST = 9;

  /// What the author did most often; the usual where the document does not say.
  static Indentation of(YamlNode root) {
    var fields = new TreeMap<Integer, Integer>();
    var dashes = new TreeMap<Integer, Integer>();
    count(root, fields, dashes);
    int field = Math.clamp(mostFrequent(fields, USUAL.fields()), 1, MOST);
    return new Indentation(field, Math.clamp(mostFrequent(dashes, USUAL.dashes()), 0, MOST));
  }

  private static int mostFrequent(Map<Integer, Integer> counts, int otherwise) {
    return counts.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse(otherwise);
  }

  private static void count(
      YamlNode node, Map<Integer, Integer> fields, Map<Integer, Integer> dashes) {
    switch (node) {
      case YamlNode.Mapping mapping when !mapping.flow() -> {
        for (YamlNode.Member member : mapping.members()) {
          int column = member.key().span().startColumn();
          switch (member.value()) {
            case YamlNode.Mapping inner when !inner.flow() ->
                fields.merge(
                    inner.members().getFirst().key().span().startColumn() - column,
                    1,
                    Integer::sum);
            case YamlNode.Sequence inner when !inner.flow() && !inner.anchored() ->
                dashes.merge(inner.span().startColumn() - column, 1, Integer::sum);
            default -> {}
          }
          count(member.value(), fields, dashes);
        }
      }
      case YamlNode.Sequence sequence when !sequence.flow() ->
          sequence.elements().forEach(it -> count(it, fields, dashes));
      default -> {}
    }
  }
}
