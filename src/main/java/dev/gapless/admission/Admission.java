package dev.gapless.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.gapless.engine.Consequence;
import dev.gapless.engine.Engine;
import dev.gapless.engine.Evaluation;
import dev.gapless.engine.Judgement;
import dev.gapless.engine.Note;
import dev.gapless.engine.Review;
import dev.gapless.engine.RuleResult;
import dev.gapless.engine.Verdict;
import dev.gapless.neighbour.Surroundings;
import dev.gapless.policy.Policies;
import dev.gapless.rule.Outcome;
import dev.gapless.workload.Authorship;
import dev.gapless.workload.KubernetesVersion;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/// Turns an admission request into an answer by way of the engine; knows nothing of HTTP.
final class Admission {
  private final Engine engine;
  private final PolicySource policies;
  private final NamespaceSource namespaces;
  private final Surroundings surroundings;
  private final PolicyAdmission policyAdmission;

  Admission(
      Engine engine, PolicySource policies, NamespaceSource namespaces, Surroundings surroundings) {
    this.engine = engine;
    this.policies = policies;
    this.namespaces = namespaces;
    this.surroundings = surroundings;
    this.policyAdmission = new PolicyAdmission(engine.rules());
  }

  /// An answer and what it rests on.
  ///
  /// @param evaluation empty where the request is none that could be judged
  /// @param failure what kept us from judging; the object is let through then
  record Answer(
      AdmissionResponse response, Optional<Evaluation> evaluation, Optional<Throwable> failure) {

    private static Answer untouched(AdmissionRequest request, Optional<Throwable> failure) {
      return new Answer(AdmissionResponse.untouched(request.uid()), Optional.empty(), failure);
    }
  }

  /// Answers one request. From here on a uid is known: whatever goes wrong is ours, and must not
  /// stop a deployment.
  ///
  /// @param kubernetes the release of the API server that will store the object
  /// @param today the present day in UTC
  Answer answer(
      Webhook webhook, AdmissionRequest request, KubernetesVersion kubernetes, LocalDate today) {
    if (!request.changesObject()) {
      return Answer.untouched(request, Optional.empty());
    }
    try {
      return PolicyAdmission.concerns(request)
          ? new Answer(policyAdmission.answer(webhook, request), Optional.empty(), Optional.empty())
          : judged(webhook, request, kubernetes, today);
    } catch (RuntimeException | StackOverflowError failure) {
      return Answer.untouched(request, Optional.of(failure));
    }
  }

  private Answer judged(
      Webhook webhook, AdmissionRequest request, KubernetesVersion kubernetes, LocalDate today) {
    Review review =
        new Review(
            request.object().orElseThrow(),
            request.oldObject(),
            Authorship.Source.API_SERVER,
            namespaces.namespace(request.namespace()),
            surroundings,
            kubernetes,
            today);
    Policies inForce = policies.inForce();
    Evaluation evaluation = engine.evaluate(review, inForce);
    AdmissionResponse response =
        switch (evaluation) {
          case Evaluation.NotJudged _, Evaluation.Unreadable _ ->
              AdmissionResponse.untouched(request.uid());
          case Evaluation.Judged judged ->
              switch (webhook) {
                case MUTATE -> mutation(request, judged);
                case VALIDATE -> validation(request, judged, review, inForce);
              };
        };
    return new Answer(response, Optional.of(evaluation), Optional.empty());
  }

  private static AdmissionResponse mutation(AdmissionRequest request, Evaluation.Judged judged) {
    return new AdmissionResponse(
        request.uid(),
        Optional.empty(),
        operations(judged.patch()),
        List.of(),
        AdmissionResponse.annotations(
            Map.of(
                "policy",
                judged.policy().name(),
                "findings",
                lines(judged.that(Consequence.PATCHED)),
                "withdrawn",
                withdrawn(judged),
                "broken",
                broken(judged))));
  }

  private AdmissionResponse validation(
      AdmissionRequest request, Evaluation.Judged judged, Review review, Policies inForce) {
    Map<String, String> annotations =
        AdmissionResponse.annotations(
            Map.of(
                "policy",
                judged.policy().name(),
                "findings",
                lines(judged.judgements().toList()),
                "exempt",
                exempt(judged),
                "notes",
                notes(judged),
                "broken",
                broken(judged),
                "would-patch",
                wouldPatch(judged, review, inForce)));
    return switch (judged.verdict()) {
      // No warnings on a denial: they would reach the user, and the denial says it all.
      case Verdict.Deny(String message) ->
          new AdmissionResponse(
              request.uid(), Optional.of(message), List.of(), List.of(), annotations);
      case Verdict.Admit(List<String> warnings) ->
          new AdmissionResponse(request.uid(), Optional.empty(), List.of(), warnings, annotations);
    };
  }

  private String wouldPatch(Evaluation.Judged judged, Review review, Policies inForce) {
    boolean withheld =
        judged
            .judgements()
            .anyMatch(it ->
                it.fix().isPresent()
                    && (it.consequence() == Consequence.RECORDED
                        || it.consequence() == Consequence.WARNED));
    if (!withheld) {
      return "";
    }
    return engine.evaluateAsIfFixing(review, inForce) instanceof Evaluation.Judged fixed
            && !fixed.patch().isEmpty()
        ? fixed.patch().toString()
        : "";
  }

  private static String lines(List<Judgement> judgements) {
    return judgements.stream().map(Judgement::toString).collect(Collectors.joining("\n"));
  }

  private static String exempt(Evaluation.Judged judged) {
    var lines = new ArrayList<String>();
    for (RuleResult result : judged.results()) {
      if (result.outcome() instanceof Outcome.Exempt(String reason)) {
        lines.add(result.doc().id() + ": " + reason);
      }
    }
    return String.join("\n", lines);
  }

  private static String notes(Evaluation.Judged judged) {
    return judged.notes().stream().map(Note::toString).collect(Collectors.joining("\n"));
  }

  private static String withdrawn(Evaluation.Judged judged) {
    var lines = new ArrayList<String>();
    for (RuleResult result : judged.results()) {
      result.withdrawn().forEach(edit -> lines.add(edit.path() + " [" + result.doc().id() + "]"));
    }
    return String.join("\n", lines);
  }

  private static String broken(Evaluation.Judged judged) {
    var lines = new ArrayList<String>();
    for (RuleResult result : judged.results()) {
      if (result.outcome() instanceof Outcome.Broken(RuntimeException cause)) {
        lines.add(result.doc().id() + ": " + cause);
      }
    }
    return String.join("\n", lines);
  }

  private static List<JsonNode> operations(ArrayNode patch) {
    return StreamSupport.stream(patch.spliterator(), false).toList();
  }
}
