package dev.gapless.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.gapless.neighbour.JudgedNeighbour;
import dev.gapless.neighbour.Neighbour;
import dev.gapless.neighbour.NeighbourReader;
import dev.gapless.patch.Edit;
import dev.gapless.patch.JsonPatch;
import dev.gapless.policy.EffectivePolicy;
import dev.gapless.policy.Exemption;
import dev.gapless.policy.Mode;
import dev.gapless.policy.Policies;
import dev.gapless.policy.Resolution;
import dev.gapless.rule.Authored;
import dev.gapless.rule.Finding;
import dev.gapless.rule.Fix;
import dev.gapless.rule.NeighbourSubject;
import dev.gapless.rule.Outcome;
import dev.gapless.rule.PodServices;
import dev.gapless.rule.Rule;
import dev.gapless.rule.RuleDoc;
import dev.gapless.rule.Subject;
import dev.gapless.workload.Authorship;
import dev.gapless.workload.FieldPath;
import dev.gapless.workload.Injected;
import dev.gapless.workload.KubernetesObject;
import dev.gapless.workload.ObjectMeta;
import dev.gapless.workload.UnreadableObjectException;
import dev.gapless.workload.Workload;
import dev.gapless.workload.Workload.Rollout;
import dev.gapless.workload.WorkloadReader;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Judges one object by all rules and works out what follows. Every caller asks this one.
public final class Engine {
  private static final FieldPath SPEC = FieldPath.of("spec");

  private final List<Rule> rules;
  private final Set<String> ids;
  private final Map<String, List<Rule>> byNeighbourKind;

  /// @param rules in the order in which their fixes are applied: later ones see what earlier ones
  ///   did
  public Engine(List<Rule> rules) {
    this.rules = List.copyOf(rules);
    this.ids = rules.stream().map(rule -> rule.doc().id()).collect(Collectors.toUnmodifiableSet());
    this.byNeighbourKind =
        NeighbourReader.JUDGED.keySet().stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    kind -> kind,
                    kind ->
                        this.rules.stream()
                            .filter(rule -> rule.neighbourKinds().contains(kind))
                            .toList()));
  }

  /// All rules, in the order in which their fixes are applied.
  public List<Rule> rules() {
    return rules;
  }

  /// Says what holds for an object and why, by what its evaluation rests on.
  public Explanation explain(
      KubernetesObject object, Namespace namespace, LocalDate today, Policies policies) {
    Resolution resolution = policies.resolution(object, namespace.labels());
    var circumstances = new Circumstances(object, namespace, today, resolution.asks());
    return new Explanation(
        object,
        resolution,
        judging(object).stream().map(it -> circumstances.standing(it.doc())).toList(),
        Note.of(object, namespace, ids));
  }

  /// The rules that judge such an object: of a workload all.
  private List<Rule> judging(KubernetesObject object) {
    return object instanceof Workload
        ? rules
        : byNeighbourKind.getOrDefault(object.kind(), List.of());
  }

  /// What decides what the rules may do about an object.
  ///
  /// @param exemptions whether any is asked for
  private record Circumstances(
      ObjectMeta metadata,
      Namespace namespace,
      LocalDate today,
      EffectivePolicy policy,
      boolean exemptions) {
    private static final Exemption NONE = new Exemption.None();

    Circumstances(
        KubernetesObject object, Namespace namespace, LocalDate today, EffectivePolicy policy) {
      this(
          object.metadata(),
          namespace,
          today,
          policy,
          Exemption.isAsked(object.metadata().annotations())
              || Exemption.isAsked(namespace.annotations()));
    }

    Standing standing(RuleDoc doc) {
      return new Standing(
          doc,
          policy.modeOf(doc.id(), doc.defaultMode(), metadata.controller()),
          exemptions
              ? Exemption.of(
                  doc.id(),
                  metadata.annotations(),
                  namespace.annotations(),
                  policy.exemptions(),
                  today)
              : NONE);
    }
  }

  /// Judges one object.
  public Evaluation evaluate(Review review, Policies policies) {
    return evaluate(review, policies, Mode.FIX);
  }

  /// Judges one object as if every rule that is at least audited were in mode `Fix`: for the
  /// would-be patch.
  public Evaluation evaluateAsIfFixing(Review review, Policies policies) {
    return evaluate(review, policies, Mode.AUDIT);
  }

  private Evaluation evaluate(Review review, Policies policies, Mode fixesFrom) {
    JsonNode object = review.object();
    if (object.path("metadata").path("deletionTimestamp").isTextual()) {
      return new Evaluation.NotJudged("it is being deleted");
    }
    try {
      Optional<KubernetesObject> given = JudgedKinds.read(object);
      if (given.isEmpty()) {
        return new Evaluation.NotJudged("it is of no kind that Gapless judges");
      }
      if (given.get() instanceof Rollout rollout && rollout.workloadRef().isPresent()) {
        return new Evaluation.NotJudged(
            "its pod template is that of " + rollout.workloadRef().get() + " (spec.workloadRef)");
      }
      if (review.oldObject().isPresent()
          && SPEC.in(object).equals(SPEC.in(review.oldObject().get()))) {
        return new Evaluation.NotJudged("its spec is unchanged");
      }
      EffectivePolicy policy = policies.governing(given.get(), review.namespace().labels());
      Evaluation.Judged judged =
          new Run(review, policy, given.get(), fixesFrom, List.of()).evaluation();
      List<Edit> restoring =
          given.get() instanceof Workload workload
              ? restoring(review, workload, judged)
              : List.of();
      return restoring.isEmpty()
          ? judged
          : new Run(review, policy, given.get(), fixesFrom, restoring).evaluation();
    } catch (UnreadableObjectException unreadable) {
      return new Evaluation.Unreadable(unreadable.path(), String.valueOf(unreadable.getMessage()));
    }
  }

  /// The edits that put back what admission had set in the stored object, where that makes the pod
  /// template the stored one again.
  ///
  /// A replaced object comes without our values. What the policy asks for today may differ from
  /// what was set then, and setting that would start a rollout which nobody has asked for.
  private static List<Edit> restoring(Review review, Workload workload, Evaluation.Judged judged) {
    if (review.oldObject().isEmpty() || review.source() == Authorship.Source.FILE) {
      return List.of();
    }
    JsonNode object = review.object();
    JsonNode stored = review.oldObject().get();
    FieldPath template = workload.template().path();
    JsonNode fixed = template.in(judged.fixed());
    if (fixed.equals(template.in(object)) || fixed.equals(template.in(stored))) {
      return List.of();
    }
    var authorship = new Authorship(object, review.source());
    Injected injected = Injected.of(object);
    var edits = new ArrayList<Edit>();
    var restored = new JsonPatch(object);
    Injected.of(stored)
        .values()
        .forEach((stable, value) ->
            FieldPath.parseStable(stable, object)
                .filter(path -> !authorship.wrote(path, object, injected))
                .map(path -> new Edit.Set(path, value))
                .ifPresent(edits::add));
    edits.forEach(restored::apply);
    return template.in(restored.object()).equals(template.in(stored)) ? edits : List.of();
  }

  /// One evaluation under way: the working copy and what it has become so far.
  private final class Run {
    private final Review review;
    private final EffectivePolicy policy;
    private final KubernetesObject given;
    private final Mode fixesFrom;
    private final Authorship authorship;
    private final Injected injected;
    private final JsonPatch patch;
    private final JsonNode begun;
    private final boolean startsRollout;
    private final Circumstances circumstances;
    private final List<FieldPath> changed = new ArrayList<>();
    private @Nullable PodServices services;
    private Authored subject;

    /// @param restoring edits to begin with
    Run(
        Review review,
        EffectivePolicy policy,
        KubernetesObject given,
        Mode fixesFrom,
        List<Edit> restoring) {
      this.review = review;
      this.policy = policy;
      this.given = given;
      this.fixesFrom = fixesFrom;
      this.authorship = new Authorship(review.object(), review.source());
      this.injected =
          review.source() == Authorship.Source.FILE
              ? Injected.none()
              : Injected.of(review.object());
      this.patch = new JsonPatch(review.object());
      this.circumstances = new Circumstances(given, review.namespace(), review.today(), policy);
      this.subject = subject(given);
      apply(restoring);
      // A restored record may name any field, those too by which Services find the pods.
      this.services = null;
      this.begun = restoring.isEmpty() ? review.object() : patch.object().deepCopy();
      this.startsRollout = review.oldObject().map(this::startsRollout).orElse(true);
    }

    private boolean startsRollout(JsonNode old) {
      if (!(given instanceof Workload workload)) {
        return false;
      }
      FieldPath template = workload.template().path();
      return !template.in(begun).equals(template.in(old));
    }

    Evaluation.Judged evaluation() {
      var results = new ArrayList<RuleResult>(rules.size());
      for (Rule rule : judging(given)) {
        results.add(result(rule));
      }
      // What the last fix has left must be readable, too.
      subject();
      recordInjected();
      return new Evaluation.Judged(
          given,
          policy,
          List.copyOf(results),
          Note.of(given, review.namespace(), ids),
          patch.operations(),
          patch.object());
    }

    private RuleResult result(Rule rule) {
      RuleDoc doc = rule.doc();
      Standing standing = circumstances.standing(doc);
      Mode mode = standing.mode().mode();
      Authored before = subject();
      List<Edit> withdrawn;
      try {
        withdrawn = withdrawn(rule, before);
      } catch (RuntimeException cause) {
        return new RuleResult(doc, mode, new Outcome.Broken(cause), List.of(), List.of());
      }
      apply(withdrawn);
      Outcome outcome = outcome(rule, standing, subject());
      var judgements = new ArrayList<Judgement>();
      if (outcome instanceof Outcome.Failed(List<Finding> findings)) {
        for (Finding finding : findings) {
          judgements.add(judgement(standing, finding));
        }
      }
      return new RuleResult(doc, mode, outcome, List.copyOf(judgements), withdrawn);
    }

    private List<Edit> withdrawn(Rule rule, Authored subject) {
      return subject instanceof Subject workload && given.metadata().controller().isEmpty()
          ? rule.withdraw(workload)
          : List.of();
    }

    private static Outcome outcome(Rule rule, Standing standing, Authored subject) {
      if (standing.mode().mode() == Mode.DISABLED) {
        return new Outcome.NotJudged();
      }
      if (standing.exemption() instanceof Exemption.Granted(String reason)) {
        return new Outcome.Exempt(reason);
      }
      // A rule that throws must not take the others down with it, nor the admission.
      try {
        return switch (subject) {
          case Subject workload -> rule.judge(workload);
          case NeighbourSubject neighbour -> rule.judge(neighbour);
        };
      } catch (RuntimeException cause) {
        return new Outcome.Broken(cause);
      }
    }

    private Judgement judgement(Standing standing, Finding finding) {
      Mode mode = standing.mode().mode();
      boolean live = live(finding.path());
      Optional<Fix> fix =
          finding
              .fix()
              .filter(_ -> live)
              .filter(it -> it.edits().stream().allMatch(edit -> mayChange(edit.path())));
      Mode effective = live ? mode : mode.atMost(Mode.WARN);
      Consequence consequence =
          Consequence.of(effective, fix.isPresent()).orElse(Consequence.RECORDED);
      if (mode.atLeast(fixesFrom)) {
        fix.ifPresent(it -> apply(it.edits()));
      }
      Optional<String> refusedExemption =
          standing.exemption() instanceof Exemption.Refused(String why)
              ? Optional.of(why)
              : Optional.empty();
      return new Judgement(standing.doc().id(), finding, consequence, fix, refusedExemption);
    }

    // Of the object as it stands, which another fix of the same rule may have changed.
    private boolean mayChange(FieldPath path) {
      return policy.change().permits(() -> authorship.wrote(path, patch.object(), injected));
    }

    /// Whether this very change brings the finding about or rolls it out.
    private boolean live(FieldPath path) {
      return startsRollout || !path.in(begun).equals(path.in(review.oldObject().orElseThrow()));
    }

    private void apply(List<Edit> edits) {
      for (Edit edit : edits) {
        FieldPath path = edit.path();
        JsonNode before = path.in(patch.object());
        boolean replaces =
            !injected.holds(path, before) && authorship.wrote(path, patch.object(), injected);
        patch.apply(edit);
        boolean keeps = edit instanceof Edit.Set(_, JsonNode value) && keeps(path, value);
        switch (edit) {
          case Edit.Set(_, JsonNode value) when !keeps -> injected.put(path, value);
          case Edit.Set _ -> {}
          case Edit.Remove _ -> injected.remove(path);
        }
        if (replaces && !keeps) {
          injected.replace(path, before);
        }
        changed.add(path);
      }
    }

    /// What the next rule judges: read again where fixes have changed something since.
    private Authored subject() {
      if (!changed.isEmpty()) {
        subject = subject(reread());
        changed.clear();
      }
      return subject;
    }

    private KubernetesObject reread() {
      Optional<? extends KubernetesObject> read =
          subject instanceof Subject it
              ? WorkloadReader.reread(patch.object(), it.workload(), changed)
              : JudgedKinds.read(patch.object());
      return read.isPresent() ? read.get() : given;
    }

    /// Whether a value is what is stored, and was not set by admission then: what merely stays is
    /// nobody's but who put it there.
    private boolean keeps(FieldPath path, JsonNode value) {
      return review
          .oldObject()
          .map(old -> path.in(old).equals(value) && !Injected.of(old).holds(path, value))
          .orElse(false);
    }

    // A manifest in a file is its author's: there the fixes become his, and no record is kept.
    private void recordInjected() {
      if (review.source() == Authorship.Source.FILE || patch.operations().isEmpty()) {
        return;
      }
      Optional<String> record = injected.annotation();
      if (record.isEmpty()) {
        patch.apply(new Edit.Remove(Injected.PATH));
      } else if (!record.get().equals(Injected.PATH.in(patch.object()).textValue())) {
        patch.apply(new Edit.Set(Injected.PATH, TextNode.valueOf(record.get())));
      }
    }

    // The same from the first rule to the last: no fix changes what a Service selects by.
    private PodServices services(Workload workload) {
      PodServices known = services;
      if (known == null) {
        known = new PodServices(workload, review.surroundings());
        services = known;
      }
      return known;
    }

    private Authored subject(KubernetesObject read) {
      return switch (read) {
        case Workload workload ->
            new Subject(
                workload,
                patch.object(),
                review.oldObject(),
                policy,
                review.surroundings(),
                services(workload),
                review.kubernetes(),
                authorship,
                injected);
        case JudgedNeighbour(ObjectMeta metadata, Neighbour neighbour) ->
            new NeighbourSubject(
                metadata,
                neighbour,
                patch.object(),
                review.oldObject(),
                policy,
                review.surroundings(),
                review.kubernetes(),
                authorship,
                injected);
        default -> throw new IllegalStateException(read.kind() + " is neither");
      };
    }
  }
}
