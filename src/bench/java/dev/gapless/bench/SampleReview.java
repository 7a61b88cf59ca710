package dev.gapless.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;

/// Reviews of Deployments as an API server sends them after a client-side apply: with defaults,
/// `managedFields` and the last applied configuration.
public final class SampleReview {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private SampleReview() {}

  /// How large the Deployment is; the names say about how many bytes it has as JSON.
  public enum Size {
    SMALL_2K(1, 0),
    TYPICAL_6K(2, 6),
    FAT_200K(30, 32);

    private final int containers;
    private final int variables;

    Size(int containers, int variables) {
      this.containers = containers;
      this.variables = variables;
    }
  }

  /// A creation.
  ///
  /// @param clean whether nothing is to be found; else there is no probe and nothing is filled in
  public static ObjectNode creation(Size size, boolean clean) {
    return review("CREATE", deployment(size, clean, 1));
  }

  /// An update that starts a rollout.
  public static ObjectNode update(Size size, boolean clean) {
    ObjectNode review = review("UPDATE", deployment(size, clean, 2));
    review.withObject("/request").set("oldObject", deployment(size, clean, 1));
    return review;
  }

  /// A typical creation that has a probe and nothing else: what admission is for.
  public static byte[] body() {
    ObjectNode deployment = deployment(Size.TYPICAL_6K, false, 1);
    for (JsonNode container : deployment.at("/spec/template/spec/containers")) {
      probe((ObjectNode) container);
    }
    return review("CREATE", deployment).toString().getBytes(StandardCharsets.UTF_8);
  }

  /// A Deployment as its author writes it.
  static ObjectNode manifest(Size size, boolean clean, int version) {
    ObjectNode deployment = NODES.objectNode();
    deployment.put("apiVersion", "apps/v1").put("kind", "Deployment");
    ObjectNode metadata = deployment.putObject("metadata");
    metadata.put("name", "web").put("namespace", "shop");
    metadata.putObject("labels").put("app.kubernetes.io/name", "web").put("team", "shop");
    ObjectNode spec = deployment.putObject("spec");
    spec.put("replicas", 3);
    spec.putObject("selector").putObject("matchLabels").put("app", "web");
    if (clean) {
      ObjectNode rolling =
          spec.putObject("strategy").put("type", "RollingUpdate").putObject("rollingUpdate");
      rolling.put("maxSurge", "25%").put("maxUnavailable", 0);
    }
    ObjectNode template = spec.putObject("template");
    template.putObject("metadata").putObject("labels").put("app", "web").put("team", "shop");
    ObjectNode pod = template.putObject("spec");
    if (clean) {
      pod.put("terminationGracePeriodSeconds", 60);
    }
    ArrayNode containers = pod.putArray("containers");
    for (int i = 0; i < size.containers; i++) {
      container(containers.addObject(), i, size, clean, version);
    }
    return deployment;
  }

  private static void container(
      ObjectNode container, int index, Size size, boolean clean, int version) {
    container
        .put("name", "web-" + index)
        .put("image", "registry.example/shop/web-" + index + ":" + version);
    container
        .putArray("ports")
        .addObject()
        .put("name", "http-" + index)
        .put("containerPort", 8080 + index);
    ArrayNode environment = container.putArray("env");
    for (int i = 0; i < size.variables; i++) {
      environment.addObject().put("name", "SETTING_" + i).put("value", "the value of setting " + i);
    }
    ObjectNode resources = container.putObject("resources");
    resources.putObject("requests").put("cpu", "250m").put("memory", "512Mi");
    resources.putObject("limits").put("memory", "512Mi");
    if (clean) {
      probe(container);
      container.putObject("lifecycle").putObject("preStop").putObject("sleep").put("seconds", 10);
    }
  }

  private static void probe(ObjectNode container) {
    ObjectNode probe = container.putObject("readinessProbe");
    probe
        .putObject("httpGet")
        .put("path", "/ready")
        .put("port", container.at("/ports/0/containerPort").intValue())
        .put("scheme", "HTTP");
    probe
        .put("timeoutSeconds", 1)
        .put("periodSeconds", 10)
        .put("successThreshold", 1)
        .put("failureThreshold", 3);
  }

  private static ObjectNode deployment(Size size, boolean clean, int version) {
    ObjectNode manifest = manifest(size, clean, version);
    ObjectNode stored = manifest.deepCopy();
    ObjectNode metadata = stored.withObject("/metadata");
    metadata.put("uid", "9d2b1a52-0b0e-4f5c-9f4e-3f0f6f0c7a11").put("generation", version);
    metadata.put("creationTimestamp", "2026-11-21T10:00:00Z");
    metadata
        .putObject("annotations")
        .put("kubectl.kubernetes.io/last-applied-configuration", manifest + "\n");
    ObjectNode entry = metadata.putArray("managedFields").addObject();
    entry
        .put("manager", "kubectl-client-side-apply")
        .put("operation", "Update")
        .put("apiVersion", "apps/v1")
        .put("time", "2026-11-21T10:00:00Z")
        .put("fieldsType", "FieldsV1");
    ObjectNode spec = stored.withObject("/spec");
    spec.put("revisionHistoryLimit", 10).put("progressDeadlineSeconds", 600);
    if (!clean) {
      ObjectNode rolling =
          spec.putObject("strategy").put("type", "RollingUpdate").putObject("rollingUpdate");
      rolling.put("maxSurge", "25%").put("maxUnavailable", "25%");
    }
    ObjectNode pod = spec.withObject("/template/spec");
    if (!clean) {
      pod.put("terminationGracePeriodSeconds", 30);
    }
    pod.put("restartPolicy", "Always").put("dnsPolicy", "ClusterFirst");
    pod.put("schedulerName", "default-scheduler").putObject("securityContext");
    for (JsonNode container : pod.path("containers")) {
      ((ObjectNode) container)
          .put("imagePullPolicy", "IfNotPresent")
          .put("terminationMessagePath", "/dev/termination-log")
          .put("terminationMessagePolicy", "File");
      ((ObjectNode) container.at("/ports/0")).put("protocol", "TCP");
    }
    entry.set("fieldsV1", NODES.objectNode().set("f:spec", fields(spec)));
    return stored;
  }

  /// The set of all fields below a node, in the form of `fieldsV1`.
  private static ObjectNode fields(JsonNode node) {
    ObjectNode fields = NODES.objectNode();
    for (var member : node.properties()) {
      fields.set("f:" + member.getKey(), fields(member.getValue()));
    }
    if (node.isArray()) {
      for (JsonNode element : node) {
        String name = element.path("name").asText("");
        ObjectNode below = fields(element);
        below.putObject(".");
        fields.set("k:{\"name\":\"" + name + "\"}", below);
      }
    }
    return fields;
  }

  private static ObjectNode review(String operation, ObjectNode object) {
    ObjectNode review = NODES.objectNode();
    review.put("apiVersion", "admission.k8s.io/v1").put("kind", "AdmissionReview");
    ObjectNode request = review.putObject("request");
    request.put("uid", "705ab4f5-6393-11e8-b7cc-42010a800002");
    request.putObject("kind").put("group", "apps").put("version", "v1").put("kind", "Deployment");
    request
        .putObject("resource")
        .put("group", "apps")
        .put("version", "v1")
        .put("resource", "deployments");
    request.put("name", "web").put("namespace", "shop").put("operation", operation);
    request.putObject("userInfo").put("username", "deployer").putArray("groups").add("developers");
    request.set("object", object);
    request.putNull("oldObject");
    request.put("dryRun", false);
    return review;
  }

  /// The tree as a decoder would make it, so that no node is shared or of an odd type.
  static ObjectNode decoded(ObjectNode review) {
    try {
      return (ObjectNode) new JsonMapper().readTree(review.toString());
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("a tree is JSON", impossible);
    }
  }
}
