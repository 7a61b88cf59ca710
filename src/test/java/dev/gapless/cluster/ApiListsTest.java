package dev.gapless.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What an API server may answer and a real one cannot be brought to on demand.
class ApiListsTest {
  private static final ApiResource DEPLOYMENTS =
      new ApiResource("apps/v1", "Deployment", "deployments");
  private static final String PATH = "/apis/apps/v1/namespaces/shop/deployments?limit=2";

  private final Deque<Reply> replies = new ArrayDeque<>();
  private final List<String> asked = new ArrayList<>();
  private final List<String> received = new ArrayList<>();
  private HttpServer server;
  private ApiLists lists;

  private record Reply(int status, String body) {}

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          asked.add(exchange.getRequestURI().toString());
          Reply reply = replies.size() > 1 ? replies.pop() : replies.getFirst();
          byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(reply.status(), body.length);
          // Not the exchange, which would close the connection too.
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
          }
        });
    server.start();
    Config config =
        new ConfigBuilder(Config.empty())
            .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
            .withRequestRetryBackoffInterval(1)
            .build();
    lists = ApiLists.open(config, 2);
  }

  @AfterEach
  void stop() {
    lists.close();
    server.stop(0);
  }

  @Test
  void pagesAreReadToTheLast() {
    replies.add(new Reply(200, page("a", "b", "next/+")));
    replies.add(new Reply(200, page("c", "d", "")));
    assertEquals(new ApiLists.Complete(), list());
    assertEquals(List.of("a", "b", "c", "d"), received);
    assertEquals(List.of(PATH, PATH + "&continue=next%2F%2B"), asked);
  }

  @Test
  void aListThatBecameTooOldGoesOnWhereTheApiServerSays() {
    replies.add(new Reply(200, page("a", "b", "old")));
    replies.add(new Reply(410, gone("new")));
    replies.add(new Reply(200, page("c", "d", "")));
    assertEquals(new ApiLists.Complete(), list());
    assertEquals(List.of("a", "b", "c", "d"), received);
    assertEquals(List.of(PATH, PATH + "&continue=old", PATH + "&continue=new"), asked);
  }

  @Test
  void aListThatIsAlwaysTooOldEnds() {
    replies.add(new Reply(200, page("a", "b", "old")));
    replies.add(new Reply(410, gone("old")));
    assertEquals(new ApiLists.Failed("too old"), list());
    assertEquals(3, asked.size());
  }

  @Test
  void aRestThatIsGoneIsSaid() {
    replies.add(new Reply(200, page("a", "b", "old")));
    replies.add(new Reply(410, gone("")));
    assertInstanceOf(ApiLists.Failed.class, list());
    assertEquals(List.of("a", "b"), received);
  }

  @Test
  void whatIsNotThereAndWhatIsForbiddenAreToldApart() {
    replies.add(new Reply(404, "404 page not found\n"));
    assertEquals(new ApiLists.Absent("the answer is HTTP 404"), list());
    replies.clear();
    replies.add(new Reply(403, "{\"kind\":\"Status\",\"message\":\"no\"}"));
    assertEquals(new ApiLists.Refused("no"), list());
    replies.clear();
    replies.add(new Reply(401, "{\"kind\":\"Status\",\"message\":\"who?\"}"));
    assertEquals(new ApiLists.Stranger("who?"), list());
  }

  @Test
  void anAnswerThatBreaksOffIsAFailure() {
    replies.add(new Reply(200, "{\"items\":[{\"metadata\":{\"name\":\"a\"}},{\"meta"));
    assertInstanceOf(ApiLists.Failed.class, list());
    assertEquals(List.of("a"), received);
  }

  @Test
  void anAnswerThatIsNoJsonIsAFailure() {
    replies.add(new Reply(200, "<html>a proxy's login page</html>"));
    assertInstanceOf(ApiLists.Failed.class, list());
  }

  @Test
  void aServerThatFailsForAMomentIsAskedAgain() {
    replies.add(new Reply(503, "busy"));
    replies.add(new Reply(200, page("a", "b", "")));
    assertEquals(new ApiLists.Complete(), list());
    assertEquals(2, asked.size());
  }

  @Test
  void aServerThatIsAwayIsSaid() {
    server.stop(0);
    ApiLists.Answer answer = lists.read("/version", _ -> {});
    var failed = assertInstanceOf(ApiLists.Unreachable.class, answer);
    assertTrue(failed.message().contains("Connection refused"), failed.message());
  }

  private ApiLists.Answer list() {
    return lists.list(
        DEPLOYMENTS,
        Optional.of("shop"),
        Optional.empty(),
        object -> {
          assertEquals("apps/v1", object.path("apiVersion").asText());
          assertEquals("Deployment", object.path("kind").asText());
          received.add(object.at("/metadata/name").asText());
        });
  }

  private static String page(String first, String second, String next) {
    return """
    {"kind": "DeploymentList", "apiVersion": "apps/v1",
     "metadata": {"resourceVersion": "7", "continue": "%s", "remainingItemCount": 2},
     "items": [{"metadata": {"name": "%s"}}, {"metadata": {"name": "%s"}}]}
    """
        .formatted(next, first, second);
  }

  private static String gone(String next) {
    return """
    {"kind": "Status", "metadata": {"continue": "%s"}, "message": "too old", "code": 410}
    """
        .formatted(next);
  }
}
