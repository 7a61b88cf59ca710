package dev.gapless.tls;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/// One server's certificate with a TLS port that shows it, without the rest of the server.
final class Replica implements AutoCloseable {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final KubernetesClient client;
  private final SelfManagedCertificate certificate;
  private final SSLServerSocket port;

  Replica(Path kubeconfig, SelfManagedSettings settings, Clock clock)
      throws IOException, GeneralSecurityException {
    this.client = SelfManagedCertificate.client(Config.fromKubeconfig(kubeconfig.toFile()));
    this.certificate =
        new SelfManagedCertificate(client, settings, clock, new CertificateMeters(registry));
    var keys = new SwitchingKeyManager();
    certificate.onChange(keys::switchTo);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(new KeyManager[] {keys}, null, null);
    this.port =
        (SSLServerSocket)
            context
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().name("replica").start(this::accept);
    certificate.start();
  }

  private void accept() {
    while (!port.isClosed()) {
      try (var socket = (SSLSocket) port.accept()) {
        socket.startHandshake();
      } catch (IOException _) {
        // The caller sees it too, and counts it.
      }
    }
  }

  int port() {
    return port.getLocalPort();
  }

  SelfManagedCertificate certificate() {
    return certificate;
  }

  double count(String name) {
    return registry.find(name).counters().stream().mapToDouble(it -> it.count()).sum();
  }

  /// Cuts it off from the API server in the middle of whatever it does; it goes on serving.
  void cutOff() {
    client.close();
  }

  @Override
  public void close() throws IOException {
    certificate.close();
    port.close();
  }
}
