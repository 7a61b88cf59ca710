package dev.gapless.cli;

import dev.gapless.admission.Ready;
import dev.gapless.admission.SyntheticReview;
import dev.gapless.cluster.ApiServerRelease;
import dev.gapless.cluster.ClusterAccess;
import dev.gapless.engine.Namespace;
import dev.gapless.policy.Policies;
import dev.gapless.tls.DevelopmentCertificate;
import dev.gapless.tls.ServedCertificate;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/// Tells the person who started the server what it works with, when it is ready, and how to try it.
@Singleton
class Announcement {
  private static final Logger LOG = Logger.getLogger(Announcement.class);
  // What the server judges by, whatever the namespace is called.
  private static final Set<String> KNOWN_LABELS = Namespace.named("any").labels().keySet();
  private static final Path EXAMPLE = Path.of("examples", "admission-review.json");

  private final ServeConfig config;
  private final ConfiguredPolicy policy;
  private final ServedCertificate certificate;
  private final ApiServerRelease release;
  private final String host;

  @Inject
  Announcement(
      ServeConfig config,
      ConfiguredPolicy policy,
      ServedCertificate certificate,
      ApiServerRelease release,
      @ConfigProperty(name = "quarkus.http.host") String host) {
    this.config = config;
    this.policy = policy;
    this.certificate = certificate;
    this.release = release;
    this.host = host.equals("0.0.0.0") || host.equals("::") ? "localhost" : host;
  }

  void onStart(@Observes StartupEvent started) {
    LOG.infof("policy source=\"%s\"", policy.description());
    if (release.access() instanceof ClusterAccess.None) {
      tellUnknownLabels();
    }
    LOG.infof("certificate source=\"%s\"", certificate.source().description());
    LOG.infof(
        "cluster server=\"%s\" kubernetes=%s",
        release.access().description(), release.known().map(Object::toString).orElse("(asking)"));
  }

  private void tellUnknownLabels() {
    unknownLabels(policy.inForce())
        .forEach((name, labels) ->
            LOG.warnf(
                "policy asks for namespace labels that the server does not know without a cluster and"
                    + " takes as not set: it knows %s alone; select namespaces by name policy=\"%s\""
                    + " labels=%s",
                String.join(", ", KNOWN_LABELS), name, labels));
  }

  /// The namespace labels that policies ask for and the server cannot see, by the policy's name.
  static SortedMap<String, SortedSet<String>> unknownLabels(Policies policies) {
    SortedMap<String, SortedSet<String>> unknown = policies.namespaceLabels();
    unknown.values().forEach(labels -> labels.removeAll(KNOWN_LABELS));
    unknown.values().removeIf(Set::isEmpty);
    return unknown;
  }

  void onReady(@Observes Ready ready) {
    LOG.infof(
        "ready url=https://%s:%d management=http://%s:%d",
        host, ready.port(), host, ready.managementPort());
    if (config.hint() && release.access() instanceof ClusterAccess.None) {
      System.out.println();
      System.out.println("Try it:");
      System.out.println();
      System.out.println("  " + curl(ready.port()));
      System.out.println();
      System.out.flush();
    }
  }

  private String curl(int port) {
    String trust =
        certificate.source() instanceof DevelopmentCertificate development
            ? "--cacert " + development.ca()
            : "--insecure";
    String data =
        Files.isReadable(EXAMPLE) ? "@" + EXAMPLE : "'" + SyntheticReview.creation() + "'";
    return "curl "
        + trust
        + " -H 'Content-Type: application/json' --data "
        + data
        + " https://"
        + host
        + ":"
        + port
        + "/mutate";
  }
}
