package dev.gapless.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.engine.Consequence;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// How many findings each rule has in each namespace.
final class ScanSummary {
  private static final List<Consequence> COLUMNS =
      List.of(Consequence.DENIED, Consequence.WARNED, Consequence.PATCHED, Consequence.RECORDED);

  private final Map<String, Map<String, Map<Consequence, Integer>>> counts = new TreeMap<>();

  private ScanSummary() {}

  static ScanSummary of(List<CheckReport.Entry> findings) {
    var summary = new ScanSummary();
    for (CheckReport.Entry finding : findings) {
      summary
          .counts
          .computeIfAbsent(finding.object().namespace(), _ -> new TreeMap<>())
          .computeIfAbsent(finding.rule(), _ -> new EnumMap<>(Consequence.class))
          .merge(finding.consequence(), 1, Integer::sum);
    }
    return summary;
  }

  /// A table, one line for each namespace and rule; none where nothing was found.
  List<String> lines() {
    if (counts.isEmpty()) {
      return List.of();
    }
    int namespaces = "NAMESPACE".length();
    int rules = "RULE".length();
    for (var namespace : counts.entrySet()) {
      namespaces = Math.max(namespaces, namespace.getKey().length());
      for (String rule : namespace.getValue().keySet()) {
        rules = Math.max(rules, rule.length());
      }
    }
    String form = "%-" + namespaces + "s  %-" + rules + "s  %6s  %6s  %7s  %8s";
    var lines = new ArrayList<String>();
    lines.add(form.formatted("NAMESPACE", "RULE", "DENIED", "WARNED", "PATCHED", "RECORDED"));
    counts.forEach((namespace, byRule) ->
        byRule.forEach((rule, numbers) ->
            lines.add(
                form.formatted(
                    namespace,
                    rule,
                    numbers.getOrDefault(Consequence.DENIED, 0),
                    numbers.getOrDefault(Consequence.WARNED, 0),
                    numbers.getOrDefault(Consequence.PATCHED, 0),
                    numbers.getOrDefault(Consequence.RECORDED, 0)))));
    return lines;
  }

  /// The same for programs.
  void addTo(ArrayNode rows) {
    counts.forEach((namespace, byRule) ->
        byRule.forEach((rule, numbers) -> {
          ObjectNode row = rows.addObject().put("namespace", namespace).put("rule", rule);
          COLUMNS.forEach(it -> row.put(Words.of(it), numbers.getOrDefault(it, 0)));
        }));
  }
}
