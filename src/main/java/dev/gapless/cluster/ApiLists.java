package dev.gapless.cluster;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// Reads raw objects from an API server, lists page by page and from each page one object at a
/// time, so that a cluster of any size fits a small memory.
public final class ApiLists implements AutoCloseable {
  /// Objects to a page: kubectl asks for 500 (`--chunk-size`) and keeps them; half of it keeps the
  /// API server's own answer small too.
  public static final int PAGE_SIZE = 250;

  private static final int RETRIES = 2;
  private static final int CONNECTION_MILLISECONDS = 10_000;
  private static final int REQUEST_MILLISECONDS = 60_000;
  private static final int GONE = 410;

  // Beyond any `Status`; what else may stand there is cut.
  private static final int MAX_ERROR_BYTES = 64 * 1024;

  // Closing the stream is ours.
  private static final JsonMapper JSON =
      new JsonMapper(JsonFactory.builder().disable(StreamReadFeature.AUTO_CLOSE_SOURCE).build());

  private final KubernetesClient client;
  private final HttpClient http;
  private final String server;
  private final int pageSize;

  private ApiLists(KubernetesClient client, int pageSize) {
    this.client = client;
    this.http = client.getHttpClient();
    this.server = client.getMasterUrl().toString().replaceAll("/$", "");
    this.pageSize = pageSize;
  }

  /// Opens the way to an API server; nothing is asked yet.
  public static ApiLists open(Config config) {
    return open(config, PAGE_SIZE);
  }

  static ApiLists open(Config config, int pageSize) {
    // Somebody waits for the answer: not the minute that the client would go on trying.
    config.setRequestRetryBackoffLimit(RETRIES);
    config.setConnectionTimeout(CONNECTION_MILLISECONDS);
    config.setRequestTimeout(REQUEST_MILLISECONDS);
    return new ApiLists(new KubernetesClientBuilder().withConfig(config).build(), pageSize);
  }

  /// What came of a question; whatever was received before stays received.
  public sealed interface Answer {

    /// Why not everything was received; empty where it was.
    default Optional<String> obstacle() {
      return switch (this) {
        case Complete _ -> Optional.empty();
        case Absent(String message) -> Optional.of(message);
        case Stranger(String message) -> Optional.of(message);
        case Refused(String message) -> Optional.of(message);
        case Failed(String message) -> Optional.of(message);
        case Unreachable(String message) -> Optional.of(message);
      };
    }
  }

  /// Everything was received.
  public record Complete() implements Answer {}

  /// The API server knows no such thing.
  public record Absent(String message) implements Answer {}

  /// The API server does not know who asks.
  public record Stranger(String message) implements Answer {}

  /// Who asks may not know.
  public record Refused(String message) implements Answer {}

  /// The answer is a failure, or none that can be understood.
  public record Failed(String message) implements Answer {}

  /// There was no answer.
  public record Unreachable(String message) implements Answer {}

  /// Takes the objects of a list.
  @FunctionalInterface
  public interface Receiver {
    /// One object, with its `apiVersion` and `kind`.
    void object(ObjectNode object);

    /// How many are still to come, where the API server says so.
    default void remaining(long count) {}
  }

  /// The API server's URL.
  public String server() {
    return server;
  }

  /// Reads all objects of a kind.
  ///
  /// @param namespace empty for all
  /// @param labelSelector in kubectl's form
  public Answer list(
      ApiResource resource,
      Optional<String> namespace,
      Optional<String> labelSelector,
      Receiver receiver) {
    String next = "";
    boolean renewed = false;
    do {
      var query = new LinkedHashMap<String, String>();
      query.put("limit", String.valueOf(pageSize));
      labelSelector.ifPresent(it -> query.put("labelSelector", it));
      if (!next.isEmpty()) {
        query.put("continue", next);
      }
      try (Reply reply = ask(resource.path(namespace) + query(query))) {
        if (reply.status == GONE && !next.isEmpty() && !renewed) {
          // The snapshot is too old. What the answer holds goes on behind the last object in the
          // newest one:
          // https://kubernetes.io/docs/reference/using-api/api-concepts/#410-gone-responses
          next = reply.error().path("metadata").path("continue").asText("");
          renewed = true;
          if (next.isEmpty()) {
            return new Failed("the list changed while it was read, and the rest of it is gone");
          }
          continue;
        }
        Optional<Answer> refusal = reply.refusal();
        if (refusal.isPresent()) {
          return refusal.get();
        }
        next = ListPage.read(JSON, reply.body, resource, receiver).next();
        reply.ended();
        renewed = false;
      } catch (IOException e) {
        return failure(e);
      }
    } while (!next.isEmpty());
    return new Complete();
  }

  /// Reads one thing.
  ///
  /// @param path such as `/version`
  public Answer read(String path, Consumer<JsonNode> receiver) {
    try (Reply reply = ask(path)) {
      Optional<Answer> refusal = reply.refusal();
      if (refusal.isPresent()) {
        return refusal.get();
      }
      receiver.accept(JSON.readTree(reply.body.readAllBytes()));
      reply.ended();
      return new Complete();
    } catch (IOException e) {
      return failure(e);
    }
  }

  private static Answer failure(IOException e) {
    return e instanceof JsonProcessingException
        ? new Failed("the answer is no JSON: is it an API server?")
        : new Unreachable(reason(e));
  }

  private static String query(Map<String, String> parameters) {
    return parameters.entrySet().stream()
        .map(it -> it.getKey() + "=" + URLEncoder.encode(it.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&", "?", ""));
  }

  private Reply ask(String path) throws IOException {
    HttpRequest request =
        http.newHttpRequestBuilder()
            .uri(server + path)
            .header("Accept", "application/json")
            .build();
    try {
      HttpResponse<InputStream> response = http.sendAsync(request, InputStream.class).get();
      return new Reply(response.code(), response.body());
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  /// An HTTP answer whose body is still to be read.
  private static final class Reply implements AutoCloseable {
    private final int status;
    private final InputStream body;
    private boolean ended;

    Reply(int status, InputStream body) {
      this.status = status;
      this.body = body;
    }

    /// What stands against it; empty where it is a success.
    Optional<Answer> refusal() throws IOException {
      if (status >= 200 && status < 300) {
        return Optional.empty();
      }
      String message = error().path("message").asText("the answer is HTTP " + status);
      return Optional.of(
          switch (status) {
            case 401 -> new Stranger(message);
            case 403 -> new Refused(message);
            case 404 -> new Absent(message);
            default -> new Failed(message);
          });
    }

    /// The `Status` that says what went wrong; missing where the body is something else.
    JsonNode error() throws IOException {
      byte[] bytes = body.readNBytes(MAX_ERROR_BYTES);
      ended = bytes.length < MAX_ERROR_BYTES;
      try {
        return JSON.readTree(bytes);
      } catch (JsonProcessingException _) {
        return MissingNode.getInstance();
      }
    }

    /// Notes that the body was read to its end.
    void ended() {
      ended = true;
    }

    // The client's stream breaks off its connection when it is closed, be it at its end: the next
    // request would meet a dead one.
    @Override
    public void close() throws IOException {
      if (!ended) {
        body.close();
      }
    }
  }

  private static String reason(IOException e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof UnknownHostException) {
      return "there is no host " + cause.getMessage();
    }
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }

  @Override
  public void close() {
    client.close();
  }
}
