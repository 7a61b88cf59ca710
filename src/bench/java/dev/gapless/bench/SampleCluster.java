package dev.gapless.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/// A cluster's Deployments, each with the Service, the autoscaler and the budget that a chart
/// brings, as the API server has stored them.
///
/// @param perNamespace how many Deployments share a namespace
record SampleCluster(int workloads, int perNamespace) {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final ObjectNode DEPLOYMENT =
      SampleReview.creation(SampleReview.Size.TYPICAL_6K, true).withObject("/request/object");

  /// The objects of each workload.
  static final List<String> KINDS =
      List.of("Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget");

  /// One of a workload's objects.
  ///
  /// @param workload its number, from 0
  ObjectNode object(String kind, int workload) {
    return switch (kind) {
      case "Deployment" -> deployment(workload);
      case "Service" -> service(workload);
      case "HorizontalPodAutoscaler" -> autoscaler(workload);
      default -> budget(workload);
    };
  }

  private ObjectNode deployment(int workload) {
    ObjectNode deployment = DEPLOYMENT.deepCopy();
    named(deployment, workload);
    deployment.withObject("/spec/selector").set("matchLabels", selector(workload));
    ObjectNode labels = selector(workload);
    labels.put("app.kubernetes.io/managed-by", "Helm").put("helm.sh/chart", "web-1.2.3");
    labels.put("team", "team-" + workload % 50);
    deployment.withObject("/spec/template/metadata").set("labels", labels);
    return deployment;
  }

  private ObjectNode service(int workload) {
    ObjectNode service = object("v1", "Service");
    named(service, workload);
    ObjectNode spec = service.putObject("spec");
    spec.put("type", "ClusterIP").put("clusterIP", "10.0.0.1");
    spec.set("selector", selector(workload));
    spec.putArray("ports")
        .addObject()
        .put("name", "http")
        .put("port", 80)
        .put("targetPort", "http-0")
        .put("protocol", "TCP");
    return service;
  }

  private ObjectNode autoscaler(int workload) {
    ObjectNode autoscaler = object("autoscaling/v2", "HorizontalPodAutoscaler");
    named(autoscaler, workload);
    ObjectNode spec = autoscaler.putObject("spec");
    spec.put("minReplicas", 2).put("maxReplicas", 10);
    spec.putObject("scaleTargetRef")
        .put("apiVersion", "apps/v1")
        .put("kind", "Deployment")
        .put("name", "web-" + workload);
    return autoscaler;
  }

  private ObjectNode budget(int workload) {
    ObjectNode budget = object("policy/v1", "PodDisruptionBudget");
    named(budget, workload);
    ObjectNode spec = budget.putObject("spec");
    spec.put("maxUnavailable", 1).putObject("selector").set("matchLabels", selector(workload));
    return budget;
  }

  private static ObjectNode object(String apiVersion, String kind) {
    return NODES.objectNode().put("apiVersion", apiVersion).put("kind", kind);
  }

  private void named(ObjectNode object, int workload) {
    object
        .withObject("/metadata")
        .put("name", "web-" + workload)
        .put("namespace", "team-" + workload / perNamespace)
        .put("resourceVersion", "1");
  }

  private static ObjectNode selector(int workload) {
    return NODES
        .objectNode()
        .put("app.kubernetes.io/name", "web")
        .put("app.kubernetes.io/instance", "web-" + workload);
  }
}
