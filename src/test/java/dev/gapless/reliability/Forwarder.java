package dev.gapless.reliability;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/// Hands TCP connections on as kube-proxy does: where one goes is decided when it is opened, and it
/// stays there; ends are passed on as they come, a reset as a reset.
final class Forwarder implements AutoCloseable {
  private static final int CONNECT_MILLIS = 2_000;
  private static final int BACKLOG = 200;
  private static final int BUFFER = 16 * 1024;

  /// How a client hello offers HTTP/2 before HTTP/1.1.
  private static final String OFFERS_HTTP_2 = "\u0002h2\u0008http/1.1";

  private final ServerSocket listener;
  private final Supplier<OptionalInt> destination;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger offeringHttp2 = new AtomicInteger();
  private final AtomicInteger turnedAway = new AtomicInteger();
  private volatile boolean cut;

  private Forwarder(ServerSocket listener, Supplier<OptionalInt> destination) {
    this.listener = listener;
    this.destination = destination;
  }

  /// Forwards from a free port of loopback.
  ///
  /// @param destination the port of loopback that a new connection goes to; empty turns it away
  static Forwarder to(Supplier<OptionalInt> destination) {
    try {
      var listener = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
      var forwarder = new Forwarder(listener, destination);
      Thread.ofVirtual().name("forwarder").start(forwarder::accept);
      return forwarder;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on loopback", e);
    }
  }

  int port() {
    return listener.getLocalPort();
  }

  /// The connections that were opened.
  int connections() {
    return connections.get();
  }

  /// Those whose TLS offered HTTP/2.
  int offeringHttp2() {
    return offeringHttp2.get();
  }

  /// Those that found nobody.
  int turnedAway() {
    return turnedAway.get();
  }

  /// Breaks all connections and takes no more.
  void cut() {
    cut = true;
    open.forEach(Forwarder::reset);
  }

  /// Takes connections again.
  void mend() {
    cut = false;
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Thread.ofVirtual().start(() -> forward(client));
      } catch (IOException _) {
        // Closed; or a client that went away at once.
      }
    }
  }

  private void forward(Socket client) {
    connections.incrementAndGet();
    open.add(client);
    OptionalInt port = cut ? OptionalInt.empty() : destination.get();
    var server = new Socket();
    open.add(server);
    try {
      if (port.isEmpty()) {
        throw new IOException("nobody is there");
      }
      server.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port.getAsInt()), CONNECT_MILLIS);
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
    } catch (IOException _) {
      turnedAway.incrementAndGet();
      reset(client);
      forget(client, server);
      return;
    }
    Thread answers = Thread.ofVirtual().start(() -> pump(server, client, false));
    pump(client, server, true);
    try {
      answers.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    forget(client, server);
  }

  private void pump(Socket from, Socket to, boolean hello) {
    byte[] buffer = new byte[BUFFER];
    boolean first = hello;
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        if (first) {
          look(Arrays.copyOf(buffer, length));
          first = false;
        }
        out.write(buffer, 0, length);
      }
      to.shutdownOutput();
    } catch (IOException _) {
      reset(from);
      reset(to);
    }
  }

  private void look(byte[] hello) {
    if (new String(hello, StandardCharsets.ISO_8859_1).contains(OFFERS_HTTP_2)) {
      offeringHttp2.incrementAndGet();
    }
  }

  private void forget(Socket... sockets) {
    for (Socket socket : sockets) {
      open.remove(socket);
      close(socket);
    }
  }

  private static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
    } catch (IOException _) {
      // Closed already.
    }
    close(socket);
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException _) {
      // There is nothing left to do about it.
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot stop listening", e);
    }
    open.forEach(Forwarder::close);
  }
}
