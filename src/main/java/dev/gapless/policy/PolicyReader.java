package dev.gapless.policy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.workload.FieldPath;
import dev.gapless.workload.IntOrString;
import dev.gapless.workload.LabelSelector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;

/// Reads a policy strictly and says all that is wrong with it at once.
public final class PolicyReader {
  /// Kubernetes' longest grace periods in use are hours; beyond a day a number is a mistake.
  private static final int MAX_SECONDS = 86_400;

  // Kubernetes' ObjectMeta without what only namespaced objects have.
  // https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/
  private static final String[] METADATA = {
    "name",
    "labels",
    "annotations",
    "generateName",
    "uid",
    "resourceVersion",
    "generation",
    "selfLink",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "finalizers",
    "ownerReferences",
    "managedFields"
  };

  private final Set<String> ruleIds;
  private final Set<String> kinds;
  private final boolean stored;
  private final List<Problem> problems = new ArrayList<>();

  private PolicyReader(Set<String> ruleIds, Set<String> kinds, boolean stored) {
    this.ruleIds = ruleIds;
    this.kinds = kinds;
    this.stored = stored;
  }

  /// What is wrong with a field, with the remedy.
  public record Problem(FieldPath path, String message) {
    @Override
    public String toString() {
      return path + ": " + message;
    }
  }

  /// A policy, or what keeps it from being one.
  public sealed interface Reading {}

  /// The document is a policy.
  public record Valid(RolloutPolicy policy) implements Reading {}

  /// The document is no policy; `problems` has at least one.
  public record Invalid(List<Problem> problems) implements Reading {}

  /// Reads one document, of which nobody has checked anything.
  ///
  /// @param ruleIds the ids of all known rules
  /// @param kinds the kinds that can be judged
  public static Reading read(JsonNode document, Set<String> ruleIds, Set<String> kinds) {
    return new PolicyReader(ruleIds, kinds, false).reading(document);
  }

  /// Reads a policy that an API server stores, or is about to. What stands around the spec is that
  /// server's, which may be newer than this build and know more metadata.
  ///
  /// @param ruleIds the ids of all known rules
  /// @param kinds the kinds that can be judged
  public static Reading readStored(JsonNode object, Set<String> ruleIds, Set<String> kinds) {
    return new PolicyReader(ruleIds, kinds, true).reading(object);
  }

  private Reading reading(JsonNode document) {
    RolloutPolicy policy = policy(document);
    return problems.isEmpty() ? new Valid(policy) : new Invalid(List.copyOf(problems));
  }

  private RolloutPolicy policy(JsonNode document) {
    FieldPath root = FieldPath.ROOT;
    FieldPath metadata = root.child("metadata");
    if (!stored) {
      members(document, root, "apiVersion", "kind", "metadata", "spec", "status");
      members(metadata.in(document), metadata, METADATA);
    }
    word(document, root.child("apiVersion"), List.of(RolloutPolicy.API_VERSION), "");
    word(document, root.child("kind"), List.of(RolloutPolicy.KIND), "");
    FieldPath nameAt = metadata.child("name");
    String name = text(document, nameAt).orElse("");
    if (name.isBlank()) {
      problem(nameAt, "must name the policy");
    }
    FieldPath spec = root.child("spec");
    if (spec.in(document).isMissingNode()) {
      problem(spec, "must be given");
    }
    members(
        spec.in(document),
        spec,
        "priority",
        "match",
        "mode",
        "rules",
        "change",
        "preStopSleepSeconds",
        "drainSeconds",
        "maxSurge",
        "exemptions");
    FieldPath match = spec.child("match");
    members(match.in(document), match, "namespaceSelector", "objectSelector", "kinds");
    FieldPath modeAt = spec.child("mode");
    if (modeAt.in(document).isMissingNode()) {
      problem(modeAt, "must be given: one of " + Arrays.toString(Mode.values()));
    }
    var policy =
        new RolloutPolicy(
            number(document, spec.child("priority"), Integer.MIN_VALUE, Integer.MAX_VALUE)
                .orElse(0),
            selector(document, match.child("namespaceSelector")),
            selector(document, match.child("objectSelector")),
            matchedKinds(document, match.child("kinds")),
            new EffectivePolicy(
                name,
                choice(document, modeAt, Mode.values(), Mode::parse).orElse(Mode.AUDIT),
                rules(document, spec.child("rules")),
                choice(document, spec.child("change"), Change.values(), Change::parse)
                    .orElse(Change.UNSET),
                number(document, spec.child("preStopSleepSeconds"), 1, MAX_SECONDS)
                    .orElse(EffectivePolicy.DEFAULT_PRE_STOP_SLEEP_SECONDS),
                number(document, spec.child("drainSeconds"), 0, MAX_SECONDS)
                    .orElse(EffectivePolicy.DEFAULT_DRAIN_SECONDS),
                maxSurge(document, spec.child("maxSurge")),
                exemptions(document, spec.child("exemptions"))));
    gracePeriod(policy.asks(), spec.child("drainSeconds"));
    return policy;
  }

  private void gracePeriod(EffectivePolicy policy, FieldPath path) {
    int sum = policy.preStopSleepSeconds() + policy.drainSeconds();
    if (sum > MAX_SECONDS) {
      problem(
          path, "must be at most " + MAX_SECONDS + " together with preStopSleepSeconds, is " + sum);
    }
  }

  private Map<String, Mode> rules(JsonNode document, FieldPath path) {
    var rules = new LinkedHashMap<String, Mode>();
    for (FieldPath entry : elements(document, path)) {
      members(entry.in(document), entry, "name", "mode");
      FieldPath nameAt = entry.child("name");
      Optional<String> name = word(document, nameAt, List.copyOf(ruleIds), "rule ");
      FieldPath modeAt = entry.child("mode");
      if (modeAt.in(document).isMissingNode()) {
        problem(modeAt, "must be given: one of " + Arrays.toString(Mode.values()));
      }
      Optional<Mode> mode = choice(document, modeAt, Mode.values(), Mode::parse);
      if (name.isPresent() && rules.put(name.get(), mode.orElse(Mode.AUDIT)) != null) {
        problem(nameAt, "names the rule \"" + name.get() + "\" a second time");
      }
    }
    return Map.copyOf(rules);
  }

  private Set<String> matchedKinds(JsonNode document, FieldPath path) {
    var matched = new LinkedHashSet<String>();
    for (FieldPath entry : elements(document, path)) {
      word(document, entry, kinds.stream().sorted().toList(), "kind ").ifPresent(matched::add);
    }
    if (matched.isEmpty() && !path.in(document).isMissingNode() && problems.isEmpty()) {
      problem(path, "must name at least one kind; leave it out to match all");
    }
    return Set.copyOf(matched);
  }

  private Optional<IntOrString> maxSurge(JsonNode document, FieldPath path) {
    JsonNode node = path.in(document);
    if (node.isMissingNode()) {
      return Optional.empty();
    }
    Optional<IntOrString> share = IntOrString.share(node);
    if (share.isEmpty()) {
      problem(path, "must be a number or a percentage such as \"25%\", is " + node);
    } else if (share.get().roundedUp(1) == 0) {
      problem(
          path, "must be more than 0: maxUnavailable is kept at 0, and a rollout could not move");
    }
    return share;
  }

  private ExemptionTerms exemptions(JsonNode document, FieldPath path) {
    members(path.in(document), path, "allowed", "reasonRequired", "maxDays");
    Optional<Integer> maxDays = number(document, path.child("maxDays"), 1, 36_500);
    return new ExemptionTerms(
        truth(document, path.child("allowed")).orElse(ExemptionTerms.DEFAULT.allowed()),
        truth(document, path.child("reasonRequired"))
            .orElse(ExemptionTerms.DEFAULT.reasonRequired()),
        maxDays.isPresent() ? OptionalInt.of(maxDays.get()) : OptionalInt.empty());
  }

  private Optional<LabelSelector> selector(JsonNode document, FieldPath path) {
    if (path.in(document).isMissingNode()) {
      return Optional.empty();
    }
    members(path.in(document), path, "matchLabels", "matchExpressions");
    FieldPath labelsAt = path.child("matchLabels");
    JsonNode labels = labelsAt.in(document);
    if (!labels.isMissingNode() && !labels.isObject()) {
      problem(labelsAt, "must be an object, is " + labels);
    }
    var matchLabels = new LinkedHashMap<String, String>();
    for (var label : labels.properties()) {
      text(document, labelsAt.child(label.getKey()))
          .ifPresent(value -> matchLabels.put(label.getKey(), value));
    }
    var requirements = new ArrayList<LabelSelector.Requirement>();
    for (FieldPath entry : elements(document, path.child("matchExpressions"))) {
      requirement(document, entry).ifPresent(requirements::add);
    }
    return Optional.of(new LabelSelector(Map.copyOf(matchLabels), List.copyOf(requirements)));
  }

  private Optional<LabelSelector.Requirement> requirement(JsonNode document, FieldPath entry) {
    members(entry.in(document), entry, "key", "operator", "values");
    Optional<String> key = text(document, entry.child("key"));
    if (key.isEmpty()) {
      problem(entry.child("key"), "must name a label");
    }
    FieldPath operatorAt = entry.child("operator");
    if (operatorAt.in(document).isMissingNode()) {
      problem(
          operatorAt, "must be given: one of " + Arrays.toString(LabelSelector.Operator.values()));
    }
    Optional<LabelSelector.Operator> operator =
        choice(
            document, operatorAt, LabelSelector.Operator.values(), LabelSelector.Operator::parse);
    var values = new ArrayList<String>();
    for (FieldPath value : elements(document, entry.child("values"))) {
      text(document, value).ifPresent(values::add);
    }
    if (key.isEmpty() || operator.isEmpty()) {
      return Optional.empty();
    }
    boolean needsValues =
        operator.get() == LabelSelector.Operator.In
            || operator.get() == LabelSelector.Operator.NotIn;
    if (needsValues == values.isEmpty()) {
      problem(
          entry.child("values"),
          (needsValues ? "must have at least one value with " : "must be left out with ")
              + operator.get());
    }
    return Optional.of(
        new LabelSelector.Requirement(key.get(), operator.get(), List.copyOf(values)));
  }

  private void members(JsonNode node, FieldPath path, String... known) {
    if (node.isMissingNode()) {
      return;
    }
    if (!node.isObject()) {
      problem(path, "must be an object, is " + node);
      return;
    }
    List<String> names = List.of(known);
    for (var member : node.properties()) {
      if (!names.contains(member.getKey())) {
        problem(
            path.child(member.getKey()),
            "is no known field"
                + Names.suggestion(member.getKey(), names)
                + "; known are "
                + String.join(", ", names));
      }
    }
  }

  private List<FieldPath> elements(JsonNode document, FieldPath path) {
    JsonNode node = path.in(document);
    if (!node.isMissingNode() && !node.isArray()) {
      problem(path, "must be a list, is " + node);
      return List.of();
    }
    var elements = new ArrayList<FieldPath>();
    for (int i = 0; i < node.size(); i++) {
      elements.add(path.element(i));
    }
    return elements;
  }

  private Optional<String> text(JsonNode document, FieldPath path) {
    JsonNode node = path.in(document);
    if (!node.isMissingNode() && !node.isTextual()) {
      problem(path, "must be a string, is " + node);
    }
    return Optional.ofNullable(node.textValue());
  }

  private Optional<Boolean> truth(JsonNode document, FieldPath path) {
    JsonNode node = path.in(document);
    if (node.isMissingNode()) {
      return Optional.empty();
    }
    if (!node.isBoolean()) {
      problem(path, "must be true or false, is " + node);
    }
    return Optional.of(node.booleanValue());
  }

  private Optional<Integer> number(JsonNode document, FieldPath path, int least, int most) {
    JsonNode node = path.in(document);
    if (node.isMissingNode()) {
      return Optional.empty();
    }
    if (!node.isIntegralNumber()
        || !node.canConvertToInt()
        || node.intValue() < least
        || node.intValue() > most) {
      problem(path, "must be a whole number from " + least + " to " + most + ", is " + node);
      return Optional.empty();
    }
    return Optional.of(node.intValue());
  }

  private Optional<String> word(
      JsonNode document, FieldPath path, List<String> known, String what) {
    Optional<String> word = text(document, path);
    if (word.isEmpty() && path.in(document).isMissingNode()) {
      problem(path, "must be given" + (known.size() == 1 ? ": " + known.getFirst() : ""));
      return Optional.empty();
    }
    if (word.isPresent() && !known.contains(word.get())) {
      String hint =
          known.size() == 1
              ? "must be " + known.getFirst() + ", is \"" + word.get() + "\""
              : "there is no "
                  + what
                  + "\""
                  + word.get()
                  + "\""
                  + Names.suggestion(word.get(), known);
      problem(path, hint);
      return Optional.empty();
    }
    return word;
  }

  private <T> Optional<T> choice(
      JsonNode document, FieldPath path, T[] values, Function<String, Optional<T>> parse) {
    Optional<String> word = text(document, path);
    if (word.isEmpty()) {
      return Optional.empty();
    }
    Optional<T> choice = parse.apply(word.get());
    if (choice.isEmpty()) {
      List<String> known = Arrays.stream(values).map(Object::toString).toList();
      problem(
          path,
          "must be one of "
              + String.join(", ", known)
              + ", is \""
              + word.get()
              + "\""
              + Names.suggestion(word.get(), known));
    }
    return choice;
  }

  private void problem(FieldPath path, String message) {
    problems.add(new Problem(path, message));
  }
}
