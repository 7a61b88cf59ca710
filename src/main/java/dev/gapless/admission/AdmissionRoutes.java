package dev.gapless.admission;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gapless.cluster.ApiServerRelease;
import dev.gapless.engine.Engine;
import dev.gapless.engine.Evaluation;
import dev.gapless.engine.RuleResult;
import dev.gapless.neighbour.Surroundings;
import dev.gapless.rule.Outcome;
import dev.gapless.workload.KubernetesVersion;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.LocalDate;
import java.util.Locale;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// The two webhooks over HTTP.
///
/// Plain Vert.x routes on the event loop: an admission takes a few hundred microseconds of CPU and
/// waits for nothing, so handing it to another thread would cost more than it does.
@Singleton
class AdmissionRoutes {
  private static final Logger LOG = Logger.getLogger(AdmissionRoutes.class);
  private static final ObjectWriter JSON = new JsonMapper().writer();

  private static final int BEFORE_ALL_OTHERS = Integer.MIN_VALUE;
  private static final int AFTER_ALL_OTHERS = Integer.MAX_VALUE;

  private final Admission admission;
  private final Gate gate;
  private final Meters meters;
  private final ApiServerRelease release;
  private final Vertx vertx;
  private final Clock clock = Clock.systemUTC();
  private final FailureLog failures = new FailureLog(clock);

  @Inject
  AdmissionRoutes(
      Engine engine,
      PolicySource policies,
      NamespaceSource namespaces,
      Surroundings surroundings,
      Gate gate,
      Meters meters,
      ApiServerRelease release,
      Vertx vertx) {
    this.admission = new Admission(engine, policies, namespaces, surroundings);
    this.gate = gate;
    this.meters = meters;
    this.release = release;
    this.vertx = vertx;
  }

  void register(@Observes Router router) {
    router.route().order(BEFORE_ALL_OTHERS).handler(this::enter);
    for (Webhook webhook : Webhook.values()) {
      router.route(webhook.path()).handler(context -> post(webhook, context));
    }
    router
        .route()
        .order(AFTER_ALL_OTHERS)
        .handler(context ->
            reject(
                context,
                new Rejection(
                    404,
                    "\""
                        + Texts.shortened(String.valueOf(context.request().path()), 100)
                        + "\" is not served here; post reviews to /mutate or /validate")));
  }

  private void enter(RoutingContext context) {
    gate.enter(context).ifPresentOrElse(phase -> sendAway(context, phase), () -> route(context));
  }

  // The router would fail a path that it cannot decode when it looks for that path's route, and an
  // error handler of its would have to answer before the body is read. Quarkus would answer even
  // earlier, without a body, did ServeCommand not keep it from that.
  private void route(RoutingContext context) {
    try {
      context.normalizedPath();
    } catch (IllegalArgumentException _) {
      reject(context, Rejection.badRequest("the request's path cannot be decoded"));
      return;
    }
    context.next();
  }

  private void sendAway(RoutingContext context, Phase phase) {
    meters.refused(phase);
    String message =
        phase == Phase.GONE ? "the server is shutting down; try again" : "the server is starting";
    // The API server tries again, at once and elsewhere, only with this header.
    context.response().putHeader(HttpHeaders.RETRY_AFTER, "0");
    afterBody(context, () -> send(context, 503, new Rejection(503, message).status()));
  }

  private void post(Webhook webhook, RoutingContext context) {
    if (!HttpMethod.POST.equals(context.request().method())) {
      context.response().putHeader(HttpHeaders.ALLOW, "POST");
      reject(
          context,
          new Rejection(
              405,
              "method "
                  + Texts.shortened(context.request().method().name(), 20)
                  + " is not allowed; POST an AdmissionReview"));
      return;
    }
    if (!isJson(context.request().getHeader(HttpHeaders.CONTENT_TYPE))) {
      reject(
          context,
          new Rejection(
              415, "Content-Type: must be application/json, the body an AdmissionReview"));
      return;
    }
    RequestBody.read(
        vertx,
        context.request(),
        ReviewDecoder.MAX_BODY_BYTES,
        body -> review(webhook, context, body),
        () -> refuseLength(context));
  }

  private static boolean isJson(@Nullable String contentType) {
    if (contentType == null) {
      return false;
    }
    int parameters = contentType.indexOf(';');
    String type = parameters < 0 ? contentType : contentType.substring(0, parameters);
    return type.strip().toLowerCase(Locale.ROOT).equals("application/json");
  }

  private void review(Webhook webhook, RoutingContext context, Buffer body) {
    switch (ReviewDecoder.decode(body.getBytes())) {
      case ReviewDecoder.NotUnderstood(Rejection rejection) -> {
        meters.rejected(rejection);
        send(context, rejection.code(), rejection.status());
      }
      case ReviewDecoder.Understood(AdmissionRequest request) ->
          send(context, 200, answer(webhook, request, gate.isWarmUp(context.request())).review());
    }
  }

  private AdmissionResponse answer(Webhook webhook, AdmissionRequest request, boolean warmUp) {
    long start = System.nanoTime();
    // Unknown only while warming up: the gate opens when the release is known.
    KubernetesVersion kubernetes = release.known().orElse(KubernetesVersion.NEWEST_KNOWN);
    Admission.Answer answer = admission.answer(webhook, request, kubernetes, LocalDate.now(clock));
    if (!warmUp) {
      meters.answered(webhook, request, answer, System.nanoTime() - start);
      log(webhook, request, answer);
    }
    return answer.response();
  }

  private void log(Webhook webhook, AdmissionRequest request, Admission.Answer answer) {
    answer.failure().ifPresent(failure -> logFailure(webhook, request, failure));
    if (answer.evaluation().orElse(null) instanceof Evaluation.Judged judged) {
      logBroken(request, judged);
    }
    if (LOG.isDebugEnabled()) {
      LOG.debugf(
          "review answered webhook=%s uid=%s operation=%s kind=%s namespace=%s name=%s dryRun=%s"
              + " answer=%s",
          webhook.label(),
          printable(request.uid()),
          printable(request.operation()),
          printable(request.kind()),
          printable(request.namespace()),
          printable(request.name()),
          request.dryRun(),
          answer.response().answer());
    }
  }

  private void logFailure(Webhook webhook, AdmissionRequest request, Throwable failure) {
    failures
        .entry(webhook.label(), failure)
        .ifPresent(entry ->
            LOG.errorf(
                entry.stack().orElse(null),
                "review failed, object let through webhook=%s uid=%s kind=%s namespace=%s name=%s"
                    + " cause=\"%s\" unlogged=%d",
                webhook.label(),
                printable(request.uid()),
                printable(request.kind()),
                printable(request.namespace()),
                printable(request.name()),
                entry.cause(),
                entry.unlogged()));
  }

  private void logBroken(AdmissionRequest request, Evaluation.Judged judged) {
    for (RuleResult result : judged.results()) {
      if (result.outcome() instanceof Outcome.Broken(RuntimeException cause)) {
        logBroken(request, result.doc().id(), cause);
      }
    }
  }

  private void logBroken(AdmissionRequest request, String rule, RuntimeException failure) {
    failures
        .entry(rule, failure)
        .ifPresent(entry ->
            LOG.errorf(
                entry.stack().orElse(null),
                "rule failed, object not judged by it rule=%s uid=%s kind=%s namespace=%s name=%s"
                    + " cause=\"%s\" unlogged=%d",
                rule,
                printable(request.uid()),
                printable(request.kind()),
                printable(request.namespace()),
                printable(request.name()),
                entry.cause(),
                entry.unlogged()));
  }

  // One request, one line: what a stranger sent must not make more of them.
  private static String printable(String text) {
    return Texts.shortened(text, 253);
  }

  private void reject(RoutingContext context, Rejection rejection) {
    meters.rejected(rejection);
    afterBody(context, () -> send(context, rejection.code(), rejection.status()));
  }

  private void afterBody(RoutingContext context, Runnable answer) {
    RequestBody.read(
        vertx, context.request(), ReviewDecoder.MAX_BODY_BYTES, _ -> answer.run(), answer);
  }

  private void refuseLength(RoutingContext context) {
    var rejection =
        new Rejection(
            413,
            "the body is longer than "
                + ReviewDecoder.MAX_BODY_BYTES
                + " bytes, more than an API server's review can be");
    meters.rejected(rejection);
    send(context, rejection.code(), rejection.status());
  }

  private void send(RoutingContext context, int code, JsonNode body) {
    HttpServerResponse response = context.response();
    if (response.ended() || response.closed()) {
      return;
    }
    try {
      gate.sayGoodbye(context, code == 503);
      response
          .setStatusCode(code)
          .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
          .end(Buffer.buffer(JSON.writeValueAsBytes(body)));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("cannot write a tree as JSON", impossible);
    }
  }
}
