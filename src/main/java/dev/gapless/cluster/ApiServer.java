package dev.gapless.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// The API server as raw JSON over the client's connections.
///
/// The client's own informers keep whole objects of typed classes; here nothing is read into a
/// type, so that a cache can keep the few bytes it needs, and a missing resource is told from a
/// forbidden one and from an outage.
final class ApiServer implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);
  private static final int LONGEST_MESSAGE = 300;

  private final KubernetesClient client;
  private final HttpClient http;
  private final String server;

  ApiServer(Config config) {
    config.setConnectionTimeout((int) ANSWER_LIMIT.toMillis());
    // Whoever asks tries again, in his own time.
    config.setRequestRetryBackoffLimit(0);
    this.client = new KubernetesClientBuilder().withConfig(config).build();
    this.http = client.getHttpClient();
    String url = client.getMasterUrl().toString();
    this.server = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
  }

  /// Where it is.
  String url() {
    return server;
  }

  /// Opens an answer for reading; it is cut off when it is not at its end after `limit`. Whoever
  /// closes it before its end loses the connection.
  ///
  /// @param path with its query
  /// @throws RefusedException when the status is none of success
  /// @throws IOException when there is no answer in time
  InputStream open(String path, String accept, Duration limit)
      throws IOException, InterruptedException {
    HttpRequest request =
        http.newHttpRequestBuilder()
            .uri(server + path)
            .header("Accept", accept)
            .forStreaming()
            .build();
    HttpResponse<InputStream> response = answer(http.sendAsync(request, InputStream.class));
    var body = new Body(response.body());
    // A connection that died without a word would keep its reader waiting for ever.
    CompletableFuture.delayedExecutor(limit.toMillis(), TimeUnit.MILLISECONDS)
        .execute(() -> closeQuietly(body));
    if (!response.isSuccessful()) {
      try (body) {
        throw new RefusedException(response.code(), message(JSON.readTree(body.readAllBytes())));
      }
    }
    return body;
  }

  /// An answer's body. To close one closes its connection, which at the body's end is somebody
  /// else's already: then it must not be closed.
  private static final class Body extends FilterInputStream {
    private volatile boolean ended;

    Body(InputStream body) {
      super(body);
    }

    @Override
    public int read() throws IOException {
      int read = in.read();
      ended |= read < 0;
      return read;
    }

    @Override
    public int read(byte[] buffer, int from, int length) throws IOException {
      int read = in.read(buffer, from, length);
      ended |= read < 0;
      return read;
    }

    @Override
    public void close() throws IOException {
      if (!ended) {
        in.close();
      }
    }
  }

  /// Sends a JSON merge patch.
  ///
  /// @throws RefusedException when it was not taken
  /// @throws IOException when there is no answer in time
  void mergePatch(String path, JsonNode patch) throws IOException, InterruptedException {
    HttpRequest request =
        http.newHttpRequestBuilder()
            .uri(server + path)
            .header("Accept", "application/json")
            .method("PATCH", "application/merge-patch+json", patch.toString())
            .timeout(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
            .build();
    HttpResponse<String> response = answer(http.sendAsync(request, String.class));
    if (!response.isSuccessful()) {
      throw new RefusedException(response.code(), message(JSON.readTree(response.body())));
    }
  }

  private static <T> HttpResponse<T> answer(CompletableFuture<HttpResponse<T>> answer)
      throws IOException, InterruptedException {
    try {
      return answer.get(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException failed) {
      throw new IOException(String.valueOf(failed.getCause()), failed.getCause());
    } catch (TimeoutException slow) {
      // Should it come after all, nobody reads it.
      CompletableFuture<Void> _ = answer.thenAccept(ApiServer::discard);
      throw new IOException("no answer within " + ANSWER_LIMIT.toSeconds() + " s", slow);
    }
  }

  private static String message(@Nullable JsonNode status) {
    String text = status == null ? "" : status.path("message").asText();
    return text.length() > LONGEST_MESSAGE ? text.substring(0, LONGEST_MESSAGE) : text;
  }

  private static void discard(HttpResponse<?> late) {
    if (late.body() instanceof InputStream body) {
      closeQuietly(body);
    }
  }

  static void closeQuietly(InputStream stream) {
    try {
      stream.close();
    } catch (IOException _) {
      // It is done with.
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
