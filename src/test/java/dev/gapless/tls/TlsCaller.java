package dev.gapless.tls;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/// Connects anew again and again, as an API server that trusts what the configurations hold and
/// nothing else.
final class TlsCaller implements AutoCloseable {
  private final Supplier<List<String>> bundles;
  private final String host;
  private final List<Integer> ports;
  private final AtomicInteger succeeded = new AtomicInteger();
  private final AtomicInteger begun = new AtomicInteger();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final Thread thread;
  private volatile boolean closed;

  /// @param bundles read at the beginning of each round; a round calls each port once for each of
  ///   them
  TlsCaller(Supplier<List<String>> bundles, String host, List<Integer> ports) {
    this.bundles = bundles;
    this.host = host;
    this.ports = List.copyOf(ports);
    this.thread = Thread.ofPlatform().name("caller").start(this::run);
  }

  private void run() {
    while (!closed) {
      begun.incrementAndGet();
      Instant read = Instant.now();
      for (String bundle : bundles.get()) {
        for (int port : ports) {
          try {
            served(bundle, host, port);
            succeeded.incrementAndGet();
          } catch (IOException failed) {
            failures.add(
                "port %d at %s, trusting %s as read at %s: %s"
                    .formatted(port, Instant.now(), names(bundle), read, failed));
          }
        }
      }
    }
  }

  private static List<String> names(String bundle) {
    return CaBundle.readable(bundle).stream()
        .map(ca -> ca.getSubjectX500Principal().getName())
        .toList();
  }

  /// The certificate that is shown to whoever trusts this bundle.
  static X509Certificate served(String bundle, String host, int port) throws IOException {
    try (var plain = new Socket(InetAddress.getLoopbackAddress(), port);
        var socket =
            (SSLSocket) trusting(bundle).getSocketFactory().createSocket(plain, host, port, true)) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
  }

  private static SSLContext trusting(String bundle) {
    try {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      for (X509Certificate ca : CaBundle.readable(bundle)) {
        trusted.setCertificateEntry("ca-" + trusted.size(), ca);
      }
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException failed) {
      throw new IllegalStateException("cannot trust " + bundle, failed);
    }
  }

  int succeeded() {
    return succeeded.get();
  }

  /// How many rounds have begun. Once it has risen, no bundle is used any more that was read
  /// before.
  int begun() {
    return begun.get();
  }

  List<String> failures() {
    return List.copyOf(failures);
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
