package dev.gapless.cli;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options of `serve` about a certificate that the server makes itself.
final class SelfManagedOptions {
  @Option(
      names = "--self-managed-certificate",
      description =
          "Makes CA and certificate, keeps them in a Secret and puts the CA into the webhook"
              + " configurations; default inside a cluster without --certificate.")
  private boolean asked;

  @Option(
      names = "--namespace",
      paramLabel = "NAME",
      description =
          "The namespace of Service, Secret and Lease; default: the pod's own, outside a cluster"
              + " gapless-system.")
  private @Nullable String namespace;

  @Option(
      names = "--service",
      paramLabel = "NAME",
      description = "The Service that the API server calls; default: gapless.")
  private @Nullable String service;

  @Option(
      names = "--secret",
      paramLabel = "NAME",
      description = "The Secret of the certificate; default: gapless-certificate.")
  private @Nullable String secret;

  @Option(
      names = "--lease",
      paramLabel = "NAME",
      description = "The Lease of the replica that keeps it; default: gapless-certificate.")
  private @Nullable String lease;

  @Option(
      names = "--mutating-webhook-configuration",
      paramLabel = "NAME",
      description = "Whose caBundle is kept; default: gapless.")
  private @Nullable String mutating;

  @Option(
      names = "--validating-webhook-configuration",
      paramLabel = "NAME",
      description = "Whose caBundle is kept; default: gapless.")
  private @Nullable String validating;

  @Option(
      names = "--certificate-name",
      paramLabel = "HOST",
      description =
          "One more DNS name or IP address that the certificate is good for; can be repeated.")
  private List<String> names = List.of();

  /// Whether a certificate of this kind was asked for by name.
  boolean asked() {
    return asked;
  }

  /// Refuses to be asked for beside another certificate; the names do no harm then.
  void demandThatNobodyAsked() {
    if (asked) {
      throw new UsageException(
          "--self-managed-certificate: does not go with --certificate and --key; give either");
    }
  }

  /// Refuses names that a development certificate would leave without a meaning.
  void demandNoNames() {
    if (settings().size() > 1) {
      throw new UsageException(
          "the options about Namespace, Service, Secret, Lease, webhook configurations and names"
              + " need --self-managed-certificate");
    }
  }

  /// What was given, as configuration.
  Map<String, String> settings() {
    var settings = new TreeMap<String, String>();
    settings.put("gapless.self-managed.enabled", "true");
    put(settings, "namespace", namespace);
    put(settings, "service", service);
    put(settings, "secret", secret);
    put(settings, "lease", lease);
    put(settings, "mutating-configuration", mutating);
    put(settings, "validating-configuration", validating);
    if (!names.isEmpty()) {
      put(settings, "names", String.join(",", names));
    }
    return settings;
  }

  private static void put(Map<String, String> settings, String key, @Nullable String value) {
    if (value != null) {
      settings.put("gapless.self-managed." + key, value);
    }
  }
}
