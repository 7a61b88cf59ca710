package dev.gapless.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gapless.cluster.ApiServerRelease;
import dev.gapless.cluster.Cluster;
import dev.gapless.tls.ServedCertificate;
import io.quarkus.vertx.http.HttpServer;
import io.quarkus.vertx.http.HttpsServerStart;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.TrustOptions;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.X509TrustManager;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/// Sends reviews through the server's own HTTPS port, so that classes are loaded and all is known
/// to work, then opens the gate: a deployment must not wait for our first request.
@Singleton
class WarmUp {
  private static final Logger LOG = Logger.getLogger(WarmUp.class);

  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration RETRY_INTERVAL = Duration.ofSeconds(1);
  private static final long POLL_MILLIS = 20;
  private static final int TOKEN_BYTES = 16;

  private final Vertx vertx;
  private final Gate gate;
  private final ServedCertificate served;
  private final ApiServerRelease release;
  private final Cluster cluster;
  private final HttpServer server;
  private final Event<Ready> ready;
  private final int configuredManagementPort;

  @Inject
  WarmUp(
      Vertx vertx,
      Gate gate,
      ServedCertificate served,
      ApiServerRelease release,
      Cluster cluster,
      HttpServer server,
      Event<Ready> ready,
      @ConfigProperty(name = "quarkus.management.port") int configuredManagementPort) {
    this.vertx = vertx;
    this.gate = gate;
    this.served = served;
    this.release = release;
    this.cluster = cluster;
    this.server = server;
    this.ready = ready;
    this.configuredManagementPort = configuredManagementPort;
  }

  void start(@ObservesAsync HttpsServerStart started) {
    String host = reachable(started.options().getHost());
    Thread.ofPlatform().daemon().name("warm-up").start(() -> run(host));
  }

  private void run(String host) {
    byte[] token = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(token);
    String secret = HexFormat.of().formatHex(token);
    gate.admitWarmUp(secret);
    try {
      while (served.certificate().isEmpty()) {
        Thread.sleep(POLL_MILLIS);
      }
      while (!warm(host, secret)) {
        if (gate.phase() != Phase.STARTING) {
          return;
        }
        Thread.sleep(RETRY_INTERVAL.toMillis());
      }
      while (release.known().isEmpty() || !cluster.answered() || managementPort() <= 0) {
        Thread.sleep(POLL_MILLIS);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return;
    }
    if (gate.open()) {
      ready.fire(new Ready(server.getSecurePort(), managementPort()));
    }
  }

  // Quarkus registers the port only where it was left to the system to choose.
  private int managementPort() {
    int registered = server.getManagementPort();
    return registered > 0 ? registered : configuredManagementPort;
  }

  private boolean warm(String host, String secret) throws InterruptedException {
    Context context = vertx.getOrCreateContext();
    try {
      for (HttpVersion version : List.of(HttpVersion.HTTP_1_1, HttpVersion.HTTP_2)) {
        HttpClient client = vertx.createHttpClient(options(version));
        try {
          for (ObjectNode review : reviews(version)) {
            for (Webhook webhook : Webhook.values()) {
              post(client, context, host, webhook, review, secret);
            }
          }
        } finally {
          client.close();
        }
      }
      return true;
    } catch (IOException | ExecutionException | TimeoutException failed) {
      if (gate.phase() == Phase.STARTING) {
        LOG.warnf("warm-up failed, trying again host=%s cause=%s", host, failed);
      }
      return false;
    }
  }

  // A review is judged alike, whatever brings it.
  private static List<ObjectNode> reviews(HttpVersion version) {
    return version == HttpVersion.HTTP_2
        ? List.of(SyntheticReview.creation())
        : List.of(
            SyntheticReview.creation(),
            SyntheticReview.update(),
            SyntheticReview.creationWithoutProbe());
  }

  private void post(
      HttpClient client,
      Context context,
      String host,
      Webhook webhook,
      ObjectNode review,
      String secret)
      throws IOException, ExecutionException, TimeoutException, InterruptedException {
    var answered = new CompletableFuture<Integer>();
    // All on one event loop: called from elsewhere, the client has been seen to lose an answer
    // that arrived before the handler of its body.
    context.runOnContext(_ ->
        client
            .request(HttpMethod.POST, server.getSecurePort(), host, webhook.path())
            .compose(request ->
                request
                    .putHeader(Gate.WARM_UP_HEADER, secret)
                    .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                    .send(Buffer.buffer(review.toString())))
            .compose(response -> response.body().map(_ -> response.statusCode()))
            .onSuccess(answered::complete)
            .onFailure(answered::completeExceptionally));
    int status = answered.get(ANSWER_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    if (status != 200) {
      throw new IOException("the answer to a synthetic review was " + status);
    }
  }

  private HttpClientOptions options(HttpVersion version) {
    return new HttpClientOptions()
        .setSsl(true)
        .setVerifyHost(false)
        .setTrustOptions(TrustOptions.wrap(new Ourselves(served)))
        .setUseAlpn(true)
        .setProtocolVersion(version);
  }

  private static String reachable(String host) {
    return switch (host) {
      case "0.0.0.0" -> "127.0.0.1";
      case "::", "[::]" -> "::1";
      default -> host;
    };
  }

  /// Trusts the very certificate that this server shows, whoever issued it.
  private record Ourselves(ServedCertificate served) implements X509TrustManager {
    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      if (served.certificate().filter(chain[0]::equals).isEmpty()) {
        throw new CertificateException("this is not the certificate that is served here");
      }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      throw new CertificateException("no client is expected here");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
