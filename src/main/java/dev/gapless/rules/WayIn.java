package dev.gapless.rules;

import dev.gapless.neighbour.Route;
import dev.gapless.neighbour.Service;
import dev.gapless.neighbour.Surroundings;
import dev.gapless.rule.Subject;
import dev.gapless.workload.FieldPath;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/// A way by which requests from outside reach pods, and how long it still sends them some after
/// their deletion.
///
/// @param title what it is and whose, as in `AWS NLB with IP targets of Service "web"`
/// @param path the field of the Service by which it is known
record WayIn(String title, int seconds, FieldPath path) {
  private static final String AWS = "service.beta.kubernetes.io/aws-load-balancer-";
  private static final String AZURE = "service.beta.kubernetes.io/azure-load-balancer-";
  private static final String ALB = "alb.ingress.kubernetes.io/";
  private static final String GKE = "networking.gke.io/";
  private static final String NEG = "cloud.google.com/neg";

  // By Google's guide pods stay for 60 s, which new endpoints may take to spread. The issue quotes
  // it, and the controller's maintainer holds to it for pods that leave.
  private static final int NEG_SECONDS = 60;
  private static final String NEG_SOURCE = "https://github.com/kubernetes/ingress-gce/issues/1072";

  private static final String CLASS_ANNOTATION = "kubernetes.io/ingress.class";

  // What somebody writes by hand comes to less; a mistake must not be slept through.
  private static final int MOST_SECONDS = 600;

  /// A load balancer that sends requests to pods by what a Service says of it.
  ///
  /// @param is whether the load balancer of a Service is one
  /// @param seconds what it needs, by the Service's annotations
  /// @param source where the number can be read
  private record Balancer(
      String name,
      Predicate<Service> is,
      ToIntFunction<Map<String, String>> seconds,
      String source) {}

  /// What leads the requests of Ingresses to pods.
  ///
  /// @param is whether an Ingress, and the Service it leads to, are its
  /// @param source where the number can be read
  private record Controller(
      String name, BiPredicate<Route, Service> is, int seconds, String source) {}

  // With `externalTrafficPolicy: Local` a load balancer of nodes learns by its health checks that
  // the last pod leaves one, and until then sends it requests; without, kube-proxy alone has to
  // learn, which any policy has room for. So long as no annotation says otherwise, that is what the
  // cloud provider's checks come to: their distance times the failures in a row that they wait for.
  private static final List<Balancer> BALANCERS =
      List.of(
          // AWS promises less. Measured there, and again in aws/containers-roadmap#470: new
          // connections come for 2 minutes, whatever the deregistration delay.
          new Balancer(
              "AWS NLB with IP targets",
              it -> is(it, AWS + "nlb-target-type", "ip") || is(it, AWS + "type", "nlb-ip"),
              _ -> 120,
              "https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/2366"),
          // 2 checks at 10 s, by the AWS Load Balancer Controller and by the older cloud provider,
          // whose Classic load balancers alone wait for more and are not told apart.
          new Balancer(
              "AWS balancer with local traffic",
              it ->
                  it.local()
                      && (has(it, AWS)
                          || ofClass(it, Set.of("service.k8s.aws/nlb", "eks.amazonaws.com/nlb"))),
              it ->
                  product(
                      it,
                      AWS + "healthcheck-interval",
                      10,
                      AWS + "healthcheck-unhealthy-threshold",
                      2),
              "https://github.com/kubernetes-sigs/aws-load-balancer-controller/blob/main/pkg/service/model_builder.go"),
          // 2 checks at 3 s.
          new Balancer(
              "Google balancer with local traffic",
              it -> it.local() && googleBackendService(it),
              _ -> 6,
              "https://github.com/kubernetes/ingress-gce/blob/master/pkg/l4/healthchecks/healthchecksl4.go"),
          // 3 checks at 8 s, for target pools. An internal one may be either's: the cluster's
          // settings say that, not the Service.
          new Balancer(
              "Google balancer with local traffic",
              it ->
                  it.local()
                      && !googleBackendService(it)
                      && (has(it, GKE) || has(it, "cloud.google.com/")),
              _ -> 24,
              "https://github.com/kubernetes/cloud-provider-gcp/blob/master/providers/gce/gce.go"),
          // 2 checks at 5 s.
          new Balancer(
              "Azure balancer with local traffic",
              it -> it.local() && has(it, AZURE),
              it ->
                  product(
                      it,
                      AZURE + "health-probe-interval",
                      5,
                      AZURE + "health-probe-num-of-probe",
                      2),
              "https://cloud-provider-azure.sigs.k8s.io/topics/loadbalancer/"));

  private static final List<Controller> CONTROLLERS =
      List.of(
          // The least that its authors have pods sleep; they have seen it take minutes.
          new Controller(
              "Azure Application Gateway",
              (ingress, _) ->
                  ofClass(
                      ingress, Set.of("azure/application-gateway", "azure-application-gateway")),
              90,
              "https://azure.github.io/application-gateway-kubernetes-ingress/how-tos/minimize-downtime-during-deployments/"),
          new Controller(
              "Google container-native balancer",
              (ingress, service) ->
                  (className(ingress).isEmpty() || ofClass(ingress, Set.of("gce", "gce-internal")))
                      && neg(service).contains("\"ingress\":true"),
              NEG_SECONDS,
              NEG_SOURCE),
          // AWS promises less here too. Measured under constant load: 5 s lost requests, 25 s none.
          new Controller(
              "AWS ALB with IP targets",
              (ingress, service) ->
                  (ofClass(ingress, Set.of("alb"))
                          || ingress.annotations().keySet().stream()
                              .anyMatch(it -> it.startsWith(ALB)))
                      && (is(service, ALB + "target-type", "ip")
                          || "ip".equals(ingress.annotations().get(ALB + "target-type"))),
              25,
              "https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/1064"),
          // Changes are gathered until none came for 100 ms, and for PILOT_DEBOUNCE_MAX at most:
          // a rollout's may come without a break.
          new Controller(
              "Istio",
              (ingress, _) -> ofClass(ingress, Set.of("istio")),
              10,
              "https://github.com/istio/istio/blob/master/pilot/pkg/features/tuning.go"),
          // 0.3 syncs a second are 3.3 s between two, and each worker looks once a second for what
          // they brought (BACKENDS_SYNC_INTERVAL in rootfs/etc/nginx/lua/balancer.lua).
          new Controller(
              "ingress-nginx",
              (ingress, _) -> ofClass(ingress, Set.of("nginx")),
              5,
              "https://kubernetes.github.io/ingress-nginx/user-guide/cli-arguments/"),
          // providersThrottleDuration, between two reloads.
          new Controller(
              "Traefik",
              (ingress, _) -> ofClass(ingress, Set.of("traefik")),
              2,
              "https://doc.traefik.io/traefik/reference/install-configuration/providers/kubernetes/kubernetes-ingress/"));

  /// The slowest known way by which requests reach a workload's pods; empty where none is known.
  static Optional<WayIn> slowest(Subject subject) {
    return slowest(subject.services().known(), subject.surroundings());
  }

  /// The slowest known way by which requests reach the pods behind a Service; empty where none is
  /// known.
  static Optional<WayIn> slowest(Service service, Surroundings surroundings) {
    return slowest(List.of(service), surroundings);
  }

  private static Optional<WayIn> slowest(List<Service> services, Surroundings surroundings) {
    return services.stream()
        .flatMap(it -> to(it, surroundings).stream())
        .max(Comparator.comparingInt(WayIn::seconds));
  }

  /// Why a wait is so long, for a message, where a way in and not the policy asks for it; else
  /// nothing.
  static String why(Subject subject, int seconds) {
    return slowest(subject)
        .filter(it -> it.seconds() == seconds)
        .filter(it -> seconds > subject.policy().preStopSleepSeconds())
        .map(it -> " (" + it.title() + ")")
        .orElse("");
  }

  private static List<WayIn> to(Service service, Surroundings surroundings) {
    var ways = new ArrayList<WayIn>();
    if (service.type() == Service.Type.LoadBalancer) {
      for (Balancer balancer : BALANCERS) {
        if (balancer.is().test(service)) {
          ways.add(
              way(balancer.name(), service, balancer.seconds().applyAsInt(service.annotations())));
        }
      }
    }
    if (neg(service).contains("\"exposed_ports\"")) {
      // Whatever load balancer has been given the group: Gateways, and those made by hand.
      ways.add(
          new WayIn(
              "Google container-native balancer of " + title(service),
              NEG_SECONDS,
              FieldPath.of("metadata", "annotations", NEG)));
    }
    for (Route route :
        surroundings.routesTo(service.namespace(), service.name()).orElse(List.of())) {
      for (Controller controller : CONTROLLERS) {
        if (route.kind().equals(Route.INGRESS) && controller.is().test(route, service)) {
          ways.add(
              new WayIn(
                  controller.name() + " of " + route.title(),
                  controller.seconds(),
                  Service.SELECTOR));
        }
      }
    }
    return ways;
  }

  private static WayIn way(String name, Service service, int seconds) {
    return new WayIn(name + " of " + title(service), seconds, Service.TYPE);
  }

  private static String title(Service service) {
    return Service.KIND + " \"" + service.name() + "\"";
  }

  private static boolean is(Service service, String annotation, String value) {
    return value.equals(service.annotations().get(annotation));
  }

  private static boolean has(Service service, String prefix) {
    return service.annotations().keySet().stream().anyMatch(it -> it.startsWith(prefix));
  }

  // Made by ingress-gce, and not as a target pool by the cloud provider.
  private static boolean googleBackendService(Service service) {
    return is(service, "cloud.google.com/l4-rbs", "enabled")
        || service.loadBalancerClass().map(name -> name.startsWith(GKE)).orElse(false);
  }

  private static boolean ofClass(Service service, Set<String> classes) {
    return service.loadBalancerClass().map(classes::contains).orElse(false);
  }

  private static boolean ofClass(Route ingress, Set<String> classes) {
    return className(ingress).map(classes::contains).orElse(false);
  }

  private static Optional<String> className(Route ingress) {
    return ingress
        .className()
        .or(() -> Optional.ofNullable(ingress.annotations().get(CLASS_ANNOTATION)));
  }

  private static String neg(Service service) {
    return service.annotations().getOrDefault(NEG, "").replaceAll("\\s", "");
  }

  /// What `times` checks at this distance come to.
  private static int product(
      Map<String, String> annotations, String interval, int seconds, String checks, int times) {
    return Math.min(
        MOST_SECONDS, number(annotations, interval, seconds) * number(annotations, checks, times));
  }

  private static int number(Map<String, String> annotations, String name, int otherwise) {
    String text = annotations.getOrDefault(name, "");
    return text.matches("[1-9][0-9]{0,3}") ? Integer.parseInt(text) : otherwise;
  }
}
