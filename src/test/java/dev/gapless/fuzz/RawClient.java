package dev.gapless.fuzz;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// An HTTP/1.1 client that sends whatever it is given; connections are kept as the answers allow.
final class RawClient implements AutoCloseable {
  private static final int CONTINUE = 100;

  private final SSLContext tls;
  private final int port;
  private final Duration limit;
  private @Nullable SSLSocket socket;
  private @Nullable InputStream in;

  /// An answer.
  ///
  /// @param status 0 where the connection was closed without one
  record Answer(int status, String body) {
    static final Answer CLOSED = new Answer(0, "");
  }

  /// @param limit how long an answer may take
  RawClient(SSLContext tls, int port, Duration limit) {
    this.tls = tls;
    this.port = port;
    this.limit = limit;
  }

  /// Sends a request and reads the answer.
  ///
  /// @throws SocketTimeoutException when there is neither an answer nor an end of the connection
  Answer send(FuzzedRequest request) throws IOException {
    boolean fresh = socket == null;
    SSLSocket open = open();
    try {
      OutputStream out = open.getOutputStream();
      String head = String.join("\r\n", request.head()) + "\r\n\r\n";
      out.write(head.getBytes(StandardCharsets.ISO_8859_1));
      out.write(request.body().getBytes());
      out.flush();
      if (request.halfClosed()) {
        open.shutdownOutput();
      }
    } catch (SocketTimeoutException hang) {
      throw hang;
    } catch (IOException _) {
      // The server may have answered and closed before it saw all; the answer is there to be read.
    }
    try {
      return answer(request.head().getFirst().startsWith("HEAD "), !request.plain());
    } catch (SocketTimeoutException hang) {
      throw hang;
    } catch (IOException e) {
      close();
      if (!fresh) {
        // A kept connection may have been closed since.
        return send(request);
      }
      return Answer.CLOSED;
    }
  }

  private SSLSocket open() throws IOException {
    SSLSocket open = socket;
    if (open == null) {
      open = (SSLSocket) tls.getSocketFactory().createSocket("localhost", port);
      open.setSoTimeout((int) limit.toMillis());
      open.setTcpNoDelay(true);
      socket = open;
      in = new BufferedInputStream(open.getInputStream());
    }
    return open;
  }

  private Answer answer(boolean headOnly, boolean last) throws IOException {
    int status = CONTINUE;
    Map<String, String> headers = Map.of();
    while (status == CONTINUE) {
      String line = line();
      status = Integer.parseInt(line.split(" ", 3)[1]);
      headers = headers();
    }
    byte[] body = headOnly ? new byte[0] : body(headers);
    if (last || "close".equalsIgnoreCase(headers.get("connection"))) {
      close();
    }
    return new Answer(status, new String(body, StandardCharsets.UTF_8));
  }

  private Map<String, String> headers() throws IOException {
    var headers = new HashMap<String, String>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    return headers;
  }

  private byte[] body(Map<String, String> headers) throws IOException {
    if (!"chunked".equals(headers.get("transfer-encoding"))) {
      return bytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
    }
    var body = new ByteArrayOutputStream();
    for (int length = chunk(); length > 0; length = chunk()) {
      body.writeBytes(bytes(length));
      line();
    }
    line();
    return body.toByteArray();
  }

  private int chunk() throws IOException {
    return Integer.parseInt(line().strip(), 16);
  }

  private byte[] bytes(int count) throws IOException {
    byte[] bytes = input().readNBytes(count);
    if (bytes.length < count) {
      throw new EOFException("the answer ended after " + bytes.length + " of " + count);
    }
    return bytes;
  }

  private String line() throws IOException {
    var line = new StringBuilder();
    for (int next = input().read(); next != '\n'; next = input().read()) {
      if (next < 0) {
        throw new EOFException("the connection ended");
      }
      line.append((char) next);
    }
    return line.toString().stripTrailing();
  }

  private InputStream input() throws IOException {
    InputStream open = in;
    if (open == null) {
      throw new IOException("not connected");
    }
    return open;
  }

  @Override
  public void close() throws IOException {
    SSLSocket open = socket;
    socket = null;
    in = null;
    if (open != null) {
      open.close();
    }
  }
}
