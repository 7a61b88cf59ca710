package dev.gapless.admission;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// Reviews that no API server sent: for the warm-up and for a first try by hand.
public final class SyntheticReview {
  private SyntheticReview() {}

  /// The creation of a Deployment that is fit but for what Gapless fills in.
  public static ObjectNode creation() {
    return review("CREATE", deployment(1, true));
  }

  /// The creation of a Deployment without a readiness probe.
  static ObjectNode creationWithoutProbe() {
    return review("CREATE", deployment(1, false));
  }

  /// An update that starts a rollout.
  static ObjectNode update() {
    ObjectNode review = review("UPDATE", deployment(2, true));
    review.withObject("/request").set("oldObject", deployment(1, true));
    return review;
  }

  private static ObjectNode review(String operation, ObjectNode object) {
    ObjectNode review = JsonNodeFactory.instance.objectNode();
    review.put("apiVersion", ReviewDecoder.API_VERSION).put("kind", ReviewDecoder.KIND);
    ObjectNode request = review.putObject("request");
    request.put("uid", "00000000-0000-0000-0000-000000000000");
    request.putObject("kind").put("group", "apps").put("version", "v1").put("kind", "Deployment");
    request
        .putObject("resource")
        .put("group", "apps")
        .put("version", "v1")
        .put("resource", "deployments");
    request
        .put("namespace", "default")
        .put("name", "web")
        .put("operation", operation)
        .put("dryRun", true)
        .set("object", object);
    return review;
  }

  private static ObjectNode deployment(int version, boolean probed) {
    ObjectNode deployment = JsonNodeFactory.instance.objectNode();
    deployment.put("apiVersion", "apps/v1").put("kind", "Deployment");
    deployment.putObject("metadata").put("name", "web").put("namespace", "default");
    ObjectNode spec = deployment.putObject("spec");
    spec.put("replicas", 3);
    spec.putObject("selector").putObject("matchLabels").put("app", "web");
    spec.putObject("strategy")
        .put("type", "RollingUpdate")
        .putObject("rollingUpdate")
        .put("maxSurge", "25%")
        .put("maxUnavailable", "25%");
    ObjectNode template = spec.putObject("template");
    template.putObject("metadata").putObject("labels").put("app", "web");
    ObjectNode pod = template.putObject("spec");
    ObjectNode container = pod.putArray("containers").addObject();
    container.put("name", "web").put("image", "example.com/web:" + version);
    container
        .putArray("ports")
        .addObject()
        .put("name", "http")
        .put("containerPort", 8080)
        .put("protocol", "TCP");
    if (probed) {
      ObjectNode probe = container.putObject("readinessProbe");
      probe.putObject("httpGet").put("path", "/ready").put("port", "http").put("scheme", "HTTP");
      probe
          .put("timeoutSeconds", 1)
          .put("periodSeconds", 10)
          .put("successThreshold", 1)
          .put("failureThreshold", 3);
    }
    pod.put("restartPolicy", "Always").put("terminationGracePeriodSeconds", 30);
    return deployment;
  }
}
