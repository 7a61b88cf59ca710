package dev.gapless.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.engine.Explanation;
import dev.gapless.engine.JudgedKinds;
import dev.gapless.engine.Standing;
import dev.gapless.policy.Exemption;
import dev.gapless.policy.Resolution;
import dev.gapless.policy.RolloutPolicy;
import dev.gapless.workload.KubernetesObject;

/// What holds for a workload and why, for people and for programs.
///
/// ```text
/// object    apiVersion, kind, namespace, name
/// policy    name, mode; priority where it is one that was written
/// others    name, priority, why
/// rules     rule, mode, because; exempt (true or false) where an exemption was asked for
/// notes     one line each
/// ```
final class WhyReport {
  private WhyReport() {}

  static String text(Explanation explanation) {
    var text = new StringBuilder();
    KubernetesObject object = explanation.object();
    String namespace = object.metadata().namespace();
    line(
        text,
        object.kind()
            + " \""
            + object.metadata().name()
            + "\""
            + (namespace.isEmpty() ? "" : " in namespace \"" + namespace + "\""));
    Resolution resolution = explanation.resolution();
    line(
        text,
        "policy: "
            + resolution.asks().name()
            + resolution.governing().map(WhyReport::rank).orElse("")
            + ", mode "
            + resolution.asks().mode());
    for (Resolution.Other other : resolution.others()) {
      line(
          text,
          "  not "
              + other.policy().asks().name()
              + rank(other.policy())
              + ": "
              + resolution.why(other));
    }
    line(text, "rules:");
    int width = explanation.rules().stream().mapToInt(it -> it.doc().id().length()).max().orElse(0);
    for (Standing rule : explanation.rules()) {
      line(
          text,
          "  "
              + padded(rule.doc().id(), width)
              + "  "
              + padded(mode(rule), "Disabled".length())
              + "  "
              + rule.because());
    }
    explanation.notes().forEach(it -> line(text, "note: " + it));
    return text.toString();
  }

  private static String mode(Standing rule) {
    return rule.exemption() instanceof Exemption.Granted ? "Exempt" : rule.mode().mode().toString();
  }

  private static String rank(RolloutPolicy policy) {
    return " (priority " + policy.priority() + ")";
  }

  private static String padded(String word, int width) {
    return word + " ".repeat(Math.max(0, width - word.length()));
  }

  private static void line(StringBuilder text, String line) {
    text.append(Printable.of(line)).append('\n');
  }

  static ObjectNode json(Explanation explanation) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    KubernetesObject object = explanation.object();
    root.putObject("object")
        .put("apiVersion", JudgedKinds.apiVersion(object.kind()).orElseThrow())
        .put("kind", object.kind())
        .put("namespace", object.metadata().namespace())
        .put("name", object.metadata().name());
    Resolution resolution = explanation.resolution();
    ObjectNode policy = root.putObject("policy").put("name", resolution.asks().name());
    resolution.governing().ifPresent(it -> policy.put("priority", it.priority()));
    policy.put("mode", resolution.asks().mode().toString());
    ArrayNode others = root.putArray("others");
    for (Resolution.Other other : resolution.others()) {
      others
          .addObject()
          .put("name", other.policy().asks().name())
          .put("priority", other.policy().priority())
          .put("why", resolution.why(other));
    }
    ArrayNode rules = root.putArray("rules");
    for (Standing rule : explanation.rules()) {
      ObjectNode one =
          rules
              .addObject()
              .put("rule", rule.doc().id())
              .put("mode", rule.mode().mode().toString())
              .put("because", rule.because());
      if (!(rule.exemption() instanceof Exemption.None)) {
        one.put("exempt", rule.exemption() instanceof Exemption.Granted);
      }
    }
    ArrayNode notes = root.putArray("notes");
    explanation.notes().forEach(it -> notes.add(it.toString()));
    return root;
  }
}
