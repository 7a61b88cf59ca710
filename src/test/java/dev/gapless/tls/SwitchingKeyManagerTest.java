package dev.gapless.tls;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.net.InetAddress;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Clock;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SwitchingKeyManagerTest {
  @TempDir Path folder;
  @TempDir Path otherFolder;

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void newConnectionsSeeTheNewCertificateAndOpenOnesGoOn(String protocol) throws Exception {
    var first = DevelopmentCertificate.in(folder, Clock.systemUTC());
    var second = DevelopmentCertificate.in(otherFolder, Clock.systemUTC());
    var keys = new SwitchingKeyManager(first.current().orElseThrow());
    SSLContext serving = SSLContext.getInstance("TLS");
    serving.init(new KeyManager[] {keys}, null, null);

    try (var server =
        (SSLServerSocket)
            serving
                .getServerSocketFactory()
                .createServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread echo = Thread.ofPlatform().daemon().start(() -> echo(server));
      try (SSLSocket before = connect(server, first, protocol)) {
        assertEquals(first.current().orElseThrow().certificate(), shown(before));
        keys.switchTo(second.current().orElseThrow());
        try (SSLSocket after = connect(server, second, protocol)) {
          assertEquals(second.current().orElseThrow().certificate(), shown(after));
          assertEquals('y', answer(after, 'y'));
        }
        assertEquals('x', answer(before, 'x'));
      }
      echo.interrupt();
    }
  }

  @Test
  void anAliasKeepsStandingForItsKeyAfterASwitch() {
    ServerKey first = DevelopmentCertificate.in(folder, Clock.systemUTC()).current().orElseThrow();
    ServerKey second =
        DevelopmentCertificate.in(otherFolder, Clock.systemUTC()).current().orElseThrow();
    var keys = new SwitchingKeyManager(first);
    String begun = requireNonNull(keys.chooseEngineServerAlias("EC", null, null));
    keys.switchTo(second);
    String later = requireNonNull(keys.chooseEngineServerAlias("EC", null, null));

    assertNotEquals(begun, later);
    assertEquals(first.key(), keys.getPrivateKey(begun));
    assertEquals(second.key(), keys.getPrivateKey(later));
    assertEquals(first.certificate(), requireNonNull(keys.getCertificateChain(begun))[0]);
  }

  @Test
  void aKeyIsNotOfferedForAnotherAlgorithm() {
    var keys =
        new SwitchingKeyManager(
            DevelopmentCertificate.in(folder, Clock.systemUTC()).current().orElseThrow());

    assertNull(keys.chooseEngineServerAlias("RSA", null, null));
  }

  private static void echo(SSLServerSocket server) {
    while (!server.isClosed()) {
      try {
        var socket = (SSLSocket) server.accept();
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              try (socket) {
                int read;
                while ((read = socket.getInputStream().read()) >= 0) {
                  socket.getOutputStream().write(read);
                }
              } catch (java.io.IOException _) {
                // The client is gone.
              }
            });
      } catch (java.io.IOException _) {
        return;
      }
    }
  }

  private static SSLSocket connect(
      SSLServerSocket server, DevelopmentCertificate trusted, String protocol) throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setCertificateEntry("ca", Pem.certificates(trusted.ca()).getFirst());
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    var socket =
        (SSLSocket)
            context.getSocketFactory().createSocket(server.getInetAddress(), server.getLocalPort());
    socket.setEnabledProtocols(new String[] {protocol});
    socket.startHandshake();
    return socket;
  }

  private static Certificate shown(SSLSocket socket) throws Exception {
    return socket.getSession().getPeerCertificates()[0];
  }

  private static int answer(SSLSocket socket, int question) throws Exception {
    socket.getOutputStream().write(question);
    return socket.getInputStream().read();
  }
}
