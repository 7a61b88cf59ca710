package dev.gapless.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.gapless.patch.Edit;
import dev.gapless.policy.Mode;
import dev.gapless.rule.Finding;
import dev.gapless.rule.Fix;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.Container;
import dev.gapless.workload.FieldPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Small rules that lead to every consequence, so that the command line is tested apart from the
/// real ones.
final class TestRules {
  private static final JsonNode SLEEP =
      JsonNodeFactory.instance
          .objectNode()
          .set(
              "preStop",
              JsonNodeFactory.instance
                  .objectNode()
                  .set("sleep", JsonNodeFactory.instance.objectNode().put("seconds", 10)));

  static final List<Rule> ALL =
      List.of(new NoProbe(), new NoSleep(), new ShortGrace(), new NoTeam(), new Selected());

  private TestRules() {}

  private static RuleDoc doc(String id, Mode mode) {
    return new RuleDoc(
        id,
        "Title of " + id,
        "0.1.0",
        mode,
        List.of("spec.drainSeconds"),
        "Why " + id + " is bad.",
        "What to do about " + id + ".",
        List.of("https://kubernetes.io/docs/"));
  }

  /// Denies containers without a readiness probe.
  record NoProbe() implements Rule {
    @Override
    public RuleDoc doc() {
      return TestRules.doc("no-probe", Mode.ENFORCE);
    }

    @Override
    public Outcome judge(Subject subject) {
      var findings = new ArrayList<Finding>();
      for (Container container : subject.workload().template().containers()) {
        if (container.readinessProbe().isEmpty()) {
          findings.add(
              Finding.of(container.path().child("readinessProbe"), "must be set, is missing"));
        }
      }
      return Outcome.Failed.ifAny(findings);
    }
  }

  /// Gives each container without hooks a sleep.
  record NoSleep() implements Rule {
    @Override
    public RuleDoc doc() {
      return TestRules.doc("no-sleep", Mode.FIX);
    }

    @Override
    public Outcome judge(Subject subject) {
      var findings = new ArrayList<Finding>();
      for (Container container : subject.workload().template().containers()) {
        FieldPath lifecycle = container.path().child("lifecycle");
        if (lifecycle.in(subject.object()).isMissingNode()) {
          findings.add(
              new Finding(
                  lifecycle,
                  "must be set, is missing",
                  Optional.of(
                      new Fix(List.of(new Edit.Set(lifecycle, SLEEP)), "set a sleep of 10 s"))));
        }
      }
      return Outcome.Failed.ifAny(findings);
    }
  }

  /// Wants a written strategy; sets two fields at once.
  record ShortGrace() implements Rule {
    @Override
    public RuleDoc doc() {
      return TestRules.doc("no-max-unavailable", Mode.FIX);
    }

    @Override
    public Outcome judge(Subject subject) {
      FieldPath path = FieldPath.of("spec", "strategy", "rollingUpdate", "maxUnavailable");
      boolean there = !path.in(subject.object()).isMissingNode();
      if (there || !subject.workload().kind().equals("Deployment")) {
        return new Outcome.Passed();
      }
      var edit = new Edit.Set(path, IntNode.valueOf(0));
      return new Outcome.Failed(
          List.of(new Finding(path, "must be 0", Optional.of(new Fix(List.of(edit), "set it")))));
    }
  }

  /// Warns of workloads without a team label.
  record NoTeam() implements Rule {
    @Override
    public RuleDoc doc() {
      return TestRules.doc("no-team", Mode.WARN);
    }

    @Override
    public Outcome judge(Subject subject) {
      return subject.workload().metadata().labels().containsKey("team")
          ? new Outcome.Passed()
          : new Outcome.Failed(
              List.of(Finding.of(FieldPath.of("metadata", "labels"), "must have \"team\"")));
    }
  }

  /// Records which Services select the pods.
  record Selected() implements Rule {
    @Override
    public RuleDoc doc() {
      return TestRules.doc("selected", Mode.AUDIT);
    }

    @Override
    public Outcome judge(Subject subject) {
      return !subject.services().any()
          ? new Outcome.Passed()
          : new Outcome.Failed(
              List.of(Finding.of(FieldPath.of("spec"), "is behind " + subject.services().names())));
    }
  }

  /// Always throws.
  record Faulty() implements Rule {
    @Override
    public RuleDoc doc() {
      return TestRules.doc("faulty", Mode.ENFORCE);
    }

    @Override
    public Outcome judge(Subject subject) {
      throw new IllegalStateException("out of order");
    }
  }

  /// Throws on the workload of one name.
  record FaultyOn(String name) implements Rule {
    @Override
    public RuleDoc doc() {
      return TestRules.doc("faulty-on", Mode.ENFORCE);
    }

    @Override
    public Outcome judge(Subject subject) {
      if (subject.workload().metadata().name().equals(name)) {
        throw new IllegalStateException("out of order");
      }
      return new Outcome.Passed();
    }
  }
}
