package dev.gapless.cluster;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.Labels;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The custom resource as the API server knows it: `crd.yaml` is made of this type. The server
/// itself reads the raw tree, by `PolicyReader`, and so needs no type, nor reflection on one.
@Group("gapless.dev")
@Version("v1alpha1")
@Kind("RolloutPolicy")
@ShortNames("rop")
@Labels("app.kubernetes.io/name=gapless")
@AdditionalPrinterColumn(
    name = "MODE",
    jsonPath = ".spec.mode",
    type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
    name = "PRIORITY",
    jsonPath = ".spec.priority",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "READY",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status",
    type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
    name = "AGE",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
final class RolloutPolicyResource
    extends CustomResource<RolloutPolicyResource.Spec, RolloutPolicyResource.Status> {
  private static final long serialVersionUID = 1;

  /// What `kubectl explain` says of the whole.
  static final String DESCRIPTION =
      "Says which workloads, Services, autoscalers and disruption budgets Gapless looks after, and what it does"
          + " about a rollout that may drop requests. Of the policies that match a workload, the"
          + " one with the highest priority governs it alone; on a tie, the first by name. A"
          + " workload that no policy matches is at most audited.";

  /// What it says of the two parts, whose fields are inherited.
  static final String SPEC = "What the policy asks for, and of which workloads.";

  static final String STATUS = "What Gapless made of the policy; nobody else writes it.";

  /// What is asked for.
  @ValidationRule(
      value =
          "(has(self.preStopSleepSeconds) ? self.preStopSleepSeconds : 10)"
              + " + (has(self.drainSeconds) ? self.drainSeconds : 20) <= 86400",
      message = "preStopSleepSeconds and drainSeconds must be at most 86400 together")
  record Spec(
      @JsonPropertyDescription(
              "Of the policies that match a workload, the one with the highest priority governs it"
                  + " alone; on a tie, the first by name. May be negative.")
          @Default("0")
          @Min(Integer.MIN_VALUE)
          @Max(Integer.MAX_VALUE)
          @Nullable Integer priority,
      @JsonPropertyDescription(
              "Which workloads the policy is for; all parts must hold. Left out, or with every part"
                  + " left out, it is for all of them.")
          @Nullable Match match,
      @JsonPropertyDescription(
              "How far Gapless may go. Each mode does what the one before does and one thing more:"
                  + " Disabled does not judge, Audit records findings in the API server's audit log"
                  + " and in metrics, Warn tells whoever made the change, Fix fills in what nobody"
                  + " wrote, Enforce rejects what is left. A rule listed in `rules` acts at the mode"
                  + " written there; every other at its own default, but never beyond this mode.")
          @Required
          Mode mode,
      @JsonPropertyDescription(
              "Rules that act at exactly the mode written here, whatever their default and the"
                  + " policy's mode are. Each rule may be listed once.")
          @Size(max = 100)
          @Nullable List<RuleMode> rules,
      @JsonPropertyDescription(
              "What a fix may touch: None is nothing, so that what could be fixed is warned about;"
                  + " Unset is fields that nobody wrote; Any is fields that the author wrote, too"
                  + " (GitOps tools then see a difference that does not end). Unset when left out.")
          @Nullable Change change,
      @JsonPropertyDescription(
              "How many seconds a container waits in its preStop hook while proxies and load"
                  + " balancers learn that its pod is leaving. Must be longer than the slowest of"
                  + " them takes. 10 when left out.")
          @Min(1)
          @Max(86_400)
          @Nullable Integer preStopSleepSeconds,
      @JsonPropertyDescription(
              "How many seconds an application gets to finish its requests after SIGTERM. The grace"
                  + " period must cover the preStop wait and this. 20 when left out.")
          @Min(0)
          @Max(86_400)
          @Nullable Integer drainSeconds,
      @JsonPropertyDescription(
              "What a Deployment's maxSurge is set to where nobody wrote it: a number of pods or a"
                  + " percentage such as 25%, more than 0, because maxUnavailable is kept at 0."
                  + " Kubernetes' own default, 25%, when left out.")
          @ValidationRule(
              value =
                  "type(self) == int ? self > 0 && self <= 2147483647 :"
                      + " self.matches('^[0-9]{1,9}%$') && !self.matches('^0+%$')",
              message =
                  "must be a number or a percentage such as 25%, and more than 0: maxUnavailable is"
                      + " kept at 0, and a rollout could not move")
          @Nullable IntOrString maxSurge,
      @JsonPropertyDescription(
              "Whether and how a workload or its namespace may be exempt from a rule, by the"
                  + " annotation exempt.gapless.dev/<rule> with the reason as its value.")
          @Nullable Exemptions exemptions) {}

  /// Which workloads.
  record Match(
      @JsonPropertyDescription(
              "Labels that the workload's namespace must have; kubernetes.io/metadata.name is its"
                  + " name. Every namespace when left out.")
          @Nullable Selector namespaceSelector,
      @JsonPropertyDescription(
              "Labels that the workload itself must have, in its own metadata and not in its pod"
                  + " template's. Every workload when left out.")
          @Nullable Selector objectSelector,
      @JsonPropertyDescription("The kinds that the policy is for. All when left out.")
          @Size(min = 1)
          @Nullable List<WorkloadKind> kinds) {}

  /// A label selector, with the API server's checks.
  record Selector(
      @JsonPropertyDescription("Labels that must be there, with these values.")
          @Nullable Map<String, String> matchLabels,
      @JsonPropertyDescription("Conditions on labels; all must hold.") @Size(max = 100)
          @Nullable List<Requirement> matchExpressions) {}

  /// One condition on labels.
  @ValidationRule(
      value = "(self.operator in ['In', 'NotIn']) == (has(self.values) && size(self.values) > 0)",
      message =
          "values: must have at least one value with In and NotIn, and none with Exists and"
              + " DoesNotExist")
  record Requirement(
      @JsonPropertyDescription("The label's key.") @Required @Size(min = 1, max = 317) String key,
      @JsonPropertyDescription(
              "In: the label has one of the values. NotIn: it has none of them, or is not there."
                  + " Exists: it is there. DoesNotExist: it is not.")
          @Required
          Operator operator,
      @JsonPropertyDescription("The values for In and NotIn; left out for the others.")
          @Size(max = 1000)
          @Nullable List<String> values) {}

  /// A rule and its mode.
  record RuleMode(
      @JsonPropertyDescription(
              "The rule, such as readiness-probe-missing. `gapless explain` lists them. A name that"
                  + " the running release does not know makes the whole policy invalid.")
          @Required
          @Pattern("^[a-z0-9]+(-[a-z0-9]+)*$")
          @Size(max = 63)
          String name,
      @JsonPropertyDescription(
              "What the rule may do: Disabled, Audit, Warn, Fix or Enforce, as in the policy's own"
                  + " mode.")
          @Required
          Mode mode) {}

  /// The terms of exemptions.
  record Exemptions(
      @JsonPropertyDescription("Whether exemptions count. true when left out.")
          @Nullable Boolean allowed,
      @JsonPropertyDescription(
              "Whether an exemption without a reason does not count. true when left out.")
          @Nullable Boolean reasonRequired,
      @JsonPropertyDescription(
              "How many days ahead an exemption may end, by the annotation"
                  + " gapless.dev/exempt-until. One without an end does not count then. When left"
                  + " out, exemptions need no end.")
          @Min(1)
          @Max(36_500)
          @Nullable Integer maxDays) {}

  enum Mode {
    Disabled,
    Audit,
    Warn,
    Fix,
    Enforce
  }

  enum Change {
    None,
    Unset,
    Any
  }

  enum WorkloadKind {
    DaemonSet,
    Deployment,
    HorizontalPodAutoscaler,
    PodDisruptionBudget,
    Rollout,
    Service,
    StatefulSet
  }

  enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist
  }

  /// What Gapless made of it.
  record Status(
      @JsonPropertyDescription("The generation of the policy that this status is about.")
          @Nullable Long observedGeneration,
      @JsonPropertyDescription(
              "The release of Gapless that judged it. While two releases run side by side, the newer"
                  + " one's judgement stands.")
          @Nullable String judgedBy,
      @JsonPropertyDescription(
              "Accepted: whether this generation is valid, and if not, why. Ready: whether it is in"
                  + " force; if not, whether its last good version is or none.")
          @Nullable List<Condition> conditions) {}

  /// Kubernetes' own form of a condition.
  record Condition(
      @JsonPropertyDescription("Accepted or Ready.") @Required String type,
      @JsonPropertyDescription("Whether it holds.") @Required ConditionStatus status,
      @JsonPropertyDescription("The generation of the policy that the condition is about.")
          @Nullable Long observedGeneration,
      @JsonPropertyDescription("When its status changed last.") @Required
          java.time.ZonedDateTime lastTransitionTime,
      @JsonPropertyDescription("Why, in one word for programs.") @Required String reason,
      @JsonPropertyDescription("Why, for people.") @Required String message) {}

  enum ConditionStatus {
    True,
    False,
    Unknown
  }
}
